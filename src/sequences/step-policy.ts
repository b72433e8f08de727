import { FINAL_STOPS, type StopReason } from './enrolment-states.js';
import { afterDelay } from './timing/delay.js';
import { isOpen, type SendWindow, sendTime } from './timing/send-window.js';

/** One mail of a sequence, as far as it decides when it goes. */
export interface PlannedStep {
  readonly delayDays: number;
  readonly businessDays: boolean;
}

/** What became of a step that has its mail. */
export interface StepMail {
  readonly status: 'QUEUED' | 'SENT' | 'FAILED' | 'BOUNCED' | 'DROPPED' | 'UNKNOWN';
  readonly sentAt: Date | null;
  readonly errorCode: string | null;
}

/** All that decides what an enrolment does next. */
export interface StepFacts {
  /** Tells enrolments apart; their jitter depends on it. */
  readonly enrolmentId: number;
  readonly enrolledAt: Date;
  /** The step that the enrolment has come to, from 1. */
  readonly step: number;
  readonly postponedUntil: Date | null;
  readonly hurriedAt: Date | null;
  /** In their order, as the campaign has them now. */
  readonly steps: readonly PlannedStep[];
  readonly window: SendWindow | null;
  readonly timeZone: string;
  /** By step. */
  readonly mails: ReadonlyMap<number, StepMail>;
  readonly now: Date;
}

/** A step's mail tells when it is settled; its enrolment is looked at after so long in case that nothing did. */
export const LOOK_AGAIN_MS = 3_600_000;

export type Move =
  /** It is due, and its hours are open. */
  | { readonly kind: 'send'; readonly step: number; readonly dueAt: Date }
  | { readonly kind: 'wait'; readonly step: number; readonly dueAt: Date }
  /** Its mail is open: what becomes of it decides. */
  | { readonly kind: 'await'; readonly step: number }
  | { readonly kind: 'stop'; readonly step: number; readonly reason: StopReason }
  | { readonly kind: 'exhausted' };

/**
 * What comes next. A delay counts from the moment when the mail before it was sent (the first one's from the
 * enrolment); what falls outside the window goes at its next opening, a little later for each one.
 */
export function nextMove(facts: StepFacts): Move {
  let { step } = facts;
  for (let mail = facts.mails.get(step); mail !== undefined; mail = facts.mails.get(step)) {
    if (mail.status === 'QUEUED') return { kind: 'await', step };
    if (mail.status !== 'SENT') return { kind: 'stop', step, reason: stopReason(mail) };
    step += 1;
  }
  // A provider can give up what it had accepted, when the enrolment has gone on from it long ago.
  if (facts.mails.get(step - 1)?.status === 'FAILED') {
    return { kind: 'stop', step: step - 1, reason: 'FAILED' };
  }
  const planned = facts.steps[step - 1];
  if (planned === undefined) return { kind: 'exhausted' };

  const { window, timeZone, now } = facts;
  const seed = seedOf(facts.enrolmentId, step);
  const dueAt = sendTime(window, timeZone, earliest(facts, step, planned), seed);
  if (dueAt > now) return { kind: 'wait', step, dueAt };
  return isOpen(window, timeZone, now)
    ? { kind: 'send', step, dueAt }
    : { kind: 'wait', step, dueAt: sendTime(window, timeZone, now, seed) };
}

/** What tells the jitter of a step. */
export function seedOf(enrolmentId: number, step: number): string {
  return `${enrolmentId}/${step}`;
}

/** When the delay before a step is over, or was cut short; window and absence do not count. Null: there is no such step. */
export function delayEndsAt(facts: StepFacts, step: number): Date | null {
  const planned = facts.steps[step - 1];
  return planned === undefined ? null : delayEnd(facts, step, planned);
}

function delayEnd(facts: StepFacts, step: number, planned: PlannedStep): Date {
  const { hurriedAt } = facts;
  const since = lastSent(facts, step) ?? facts.enrolledAt;
  const delay = { days: planned.delayDays, businessDays: planned.businessDays };
  return hurriedAt !== null && since <= hurriedAt ? hurriedAt : afterDelay(since, delay, facts.timeZone);
}

function earliest(facts: StepFacts, step: number, planned: PlannedStep): Date {
  const { postponedUntil } = facts;
  const due = delayEnd(facts, step, planned);
  return postponedUntil !== null && postponedUntil > due ? postponedUntil : due;
}

function lastSent({ mails }: StepFacts, before: number): Date | null {
  const sent = [...mails].flatMap(([step, { sentAt }]) => (step < before && sentAt !== null ? [sentAt] : []));
  return sent.reduce<Date | null>((last, at) => (last === null || at > last ? at : last), null);
}

/** A mail that a stop kept in ends its enrolment for the reason of the stop. */
function stopReason({ status, errorCode }: StepMail): StopReason {
  if (status === 'DROPPED') return FINAL_STOPS.find((reason) => reason === errorCode) ?? 'DROPPED';
  return status === 'FAILED' || status === 'BOUNCED' ? status : 'UNKNOWN';
}
