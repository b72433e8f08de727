import { assertNever } from '../../common/assert-never.js';
import type { FinalStop } from '../../sequences/enrolment-states.js';
import type { Gate } from '../../sequences/gate-policy.js';

/** What decides whether a person may get a mail. */
export interface Recipient {
  readonly address: string;
  readonly leadStatus: 'NEW' | 'CONTACTED' | 'QUALIFIED' | 'SUPPRESSED' | 'UNSUBSCRIBED' | 'BOUNCED';
  /** A suppression of the address or its domain is in force. */
  readonly suppressed: boolean;
}

/** Says which addresses mail may go to. */
export interface Allowlist {
  allows(address: string): boolean;
}

/** Why a mail stays in. */
export interface Stop {
  readonly code: 'NOT_ON_ALLOWLIST' | FinalStop;
  readonly message: string;
}

/**
 * The reason why this person gets no mail; null: she may. Asked when a mail is accepted and again right before the
 * wire, because she may have said stop in between.
 *
 * @param allowlist null: everybody may get mail
 */
export function findStop(recipient: Recipient, allowlist: Allowlist | null): Stop | null {
  return findStops(recipient, allowlist)[0] ?? null;
}

/** All reasons why this person gets no mail, the one that counts first; see {@link findStop}. */
export function findStops(recipient: Recipient, allowlist: Allowlist | null): Stop[] {
  const stops = [suppressionStop(recipient), statusStop(recipient), allowlistStop(recipient, allowlist)];
  return stops.filter((stop) => stop !== null);
}

function suppressionStop({ suppressed }: Recipient): Stop | null {
  return suppressed ? { code: 'SUPPRESSED', message: 'The address is suppressed' } : null;
}

function statusStop({ leadStatus }: Recipient): Stop | null {
  switch (leadStatus) {
    case 'SUPPRESSED':
      return { code: leadStatus, message: 'The lead is suppressed' };
    case 'UNSUBSCRIBED':
      return { code: leadStatus, message: 'The lead has unsubscribed' };
    case 'BOUNCED':
      return { code: leadStatus, message: 'Mail to the lead has bounced' };
    case 'NEW':
    case 'CONTACTED':
    case 'QUALIFIED':
      return null;
    default:
      return assertNever(leadStatus);
  }
}

function allowlistStop({ address }: Recipient, allowlist: Allowlist | null): Stop | null {
  return allowlist === null || allowlist.allows(address)
    ? null
    : { code: 'NOT_ON_ALLOWLIST', message: 'The recipient is not on the allowlist' };
}

/** What of a mail and its lead tells whether a sequence goes on. */
export interface SequenceFacts {
  /** Null: the mail is no step. */
  readonly gate: Gate | null;
  /** The mail follows another one. */
  readonly followUp: boolean;
  readonly queuedAt: Date;
  /** When she last wrote herself. */
  readonly lastRepliedAt: Date | null;
}

/**
 * The reason why a step, or a follow-up that somebody asked for, goes no more; null: it may. Her enrolment says whether a
 * step goes on after an answer. Of other follow-ups, none that was queued before her answer goes; what is asked for
 * after it answers her.
 */
export function findSequenceStop({ gate, followUp, queuedAt, lastRepliedAt }: SequenceFacts): Stop | null {
  if (gate !== null) {
    return gate.kind === 'stopped'
      ? { code: gate.reason, message: 'The sequence has ended for this lead' }
      : null;
  }
  return followUp && lastRepliedAt !== null && lastRepliedAt > queuedAt
    ? { code: 'REPLIED', message: 'The lead has answered since the mail was queued' }
    : null;
}
