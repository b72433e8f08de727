import type { Gate } from '../../sequences/gate-policy.js';
import type { Reason } from './reason.js';

/**
 * The earliest time at which a mail could go if nothing else changes: when all that it waits for is over, moved into its
 * window. Null: somebody must act, or something ends it first.
 *
 * @param gateAt what the step that the mail is meets at a later time; null: it is none
 */
export function nextPossibleAt(
  reasons: readonly Reason[],
  now: Date,
  gateAt: (at: Date) => Gate | null,
): Date | null {
  let at = now;
  for (const { ends, until } of reasons) {
    if (ends) continue;
    if (until === null) return null;
    if (until > at) at = until;
  }
  const gate = gateAt(at);
  if (gate?.kind === 'stopped') return null;
  if (gate?.kind === 'closed') at = gate.until;
  const isEnded = reasons.some(({ ends, until }) => ends && (until === null || until > at));
  return isEnded ? null : at;
}
