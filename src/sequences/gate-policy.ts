import { type FinalStop, FINAL_STOPS, type StopReason } from './enrolment-states.js';
import { seedOf } from './step-policy.js';
import { isOpen, type SendWindow, sendTime } from './timing/send-window.js';

/** What decides whether a step's mail may leave now that it is made. */
export interface GateFacts {
  readonly enrolmentId: number;
  readonly step: number;
  readonly stopReason: StopReason | null;
  readonly postponedUntil: Date | null;
  readonly window: SendWindow | null;
  readonly timeZone: string;
  readonly now: Date;
}

export type Gate =
  | { readonly kind: 'open' }
  /** No mail of it goes any more. */
  | { readonly kind: 'stopped'; readonly reason: FinalStop }
  | { readonly kind: 'closed'; readonly until: Date; readonly why: 'window' | 'postponed' };

/** A mail may have waited for a place or its provider since it was made: its hours may be over, or she is away. */
export function gateOf(facts: GateFacts): Gate {
  const { postponedUntil, window, timeZone, now } = facts;
  // What its own mail came to stops no mail: a person may have queued that one again.
  const reason = FINAL_STOPS.find((stop) => stop === facts.stopReason);
  if (reason !== undefined) return { kind: 'stopped', reason };
  const seed = seedOf(facts.enrolmentId, facts.step);
  if (postponedUntil !== null && postponedUntil > now) {
    return { kind: 'closed', until: sendTime(window, timeZone, postponedUntil, seed), why: 'postponed' };
  }
  return isOpen(window, timeZone, now)
    ? { kind: 'open' }
    : { kind: 'closed', until: sendTime(window, timeZone, now, seed), why: 'window' };
}
