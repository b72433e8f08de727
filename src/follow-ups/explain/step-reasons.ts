import { assertNever } from '../../common/assert-never.js';
import { endReason, type Reason, waitReason } from '../../email/explain/reason.js';
import { closedReason } from '../../email/explain/reasons-policy.js';
import { refusalError } from '../../email/sending/refusal-error.js';
import type { Refusal } from '../../email/sending/send-email.js';
import type { MailOfStep, StepPreview } from '../../email/steps/step-sending.service.js';
import type { EnrolmentStatus, StopReason } from '../../sequences/enrolment-states.js';
import { gateOf } from '../../sequences/gate-policy.js';
import { delayEndsAt, type Move, type StepFacts } from '../../sequences/step-policy.js';
import { holdCode } from '../hold-code.js';

/** A move that leads to a mail, now or later. */
export type SendingMove = Extract<Move, { kind: 'send' | 'wait' }>;

/** Why an enrolment that the service does not look at any more sends nothing; null: it has not ended. */
export function endOf(
  status: EnrolmentStatus,
  reason: StopReason | null,
  evidence: string | null,
): Reason | null {
  if (status === 'EXHAUSTED') return exhaustedReason();
  return reason === null ? null : stoppedReason(reason, evidence);
}

/** Why a move that leads to no new mail does not. */
export function moveReason(
  move: Exclude<Move, SendingMove>,
  mails: ReadonlyMap<number, Pick<MailOfStep, 'id'>>,
): Reason {
  switch (move.kind) {
    case 'await':
      return waitReason('AWAITING_MAIL', 'The mail of this step is open: what becomes of it decides.', {
        evidence: evidenceOf(mails.get(move.step)),
      });
    case 'stop':
      return stoppedReason(move.reason, evidenceOf(mails.get(move.step)));
    case 'exhausted':
      return exhaustedReason();
    default:
      return assertNever(move);
  }
}

/** What of its time keeps a step back: its delay, her absence, her hours. */
export function timeReasons(move: SendingMove, facts: StepFacts, stopReason: StopReason | null): Reason[] {
  const { now } = facts;
  const reasons: Reason[] = [];
  const until = delayEndsAt(facts, move.step);
  if (until !== null && until > now) {
    reasons.push(waitReason('NOT_DUE', 'The delay before this step is not over.', { until }));
  }
  const gate = gateOf({ ...facts, step: move.step, stopReason });
  if (gate.kind === 'closed') reasons.push(closedReason(gate));
  if (move.kind === 'wait' && reasons.length === 0) {
    const detail = 'It became due outside its hours, and goes a little after they begin.';
    reasons.push(waitReason('OUTSIDE_WINDOW', detail, { until: move.dueAt }));
  }
  return reasons;
}

/** Why no mail can be made of a step. */
export function previewReasons(preview: StepPreview): Reason[] {
  switch (preview.kind) {
    case 'ready':
      return [];
    case 'duplicate': {
      const evidence = `outbound:${preview.emailId}`;
      return [endReason('DUPLICATE', 'She has a mail of the same words under this number.', { evidence })];
    }
    case 'refused':
      return [waitReason(holdCode(preview.refusal), refusalDetail(preview.refusal))];
    default:
      return assertNever(preview);
  }
}

/** In the words of the API, which name what is missing and quote nothing. */
function refusalDetail(refusal: Refusal): string {
  const { message, errors } = refusalError(refusal);
  return [message, ...(errors ?? []).map(({ detail }) => detail)].join(' ');
}

/** The reason in the words of the mail that caused it, where one did. */
function stoppedReason(reason: StopReason, evidence: string | null): Reason {
  const code = reason === 'UNKNOWN' ? 'UNKNOWN_OUTCOME' : reason;
  return endReason(code, 'The sequence has ended for this lead.', { evidence });
}

function exhaustedReason(): Reason {
  return endReason('EXHAUSTED', 'All steps of the sequence were sent.');
}

function evidenceOf(mail: Pick<MailOfStep, 'id'> | undefined): string | null {
  return mail === undefined ? null : `outbound:${mail.id}`;
}
