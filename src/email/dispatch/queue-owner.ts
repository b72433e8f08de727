import type { EmailProvider, ProviderName } from '../provider/email-provider.js';

/** Whose mail this process sends: it touches no row of another provider or mode. */
export interface QueueOwner {
  readonly provider: ProviderName;
  readonly simulated: boolean;
  readonly dedupeWindowMs: number;
  /** Only this account remembers the send keys of its mail. */
  readonly accountFingerprint: string;
}

/** Leases that one mail may outlive without an answer. After that it is taken for what ends the processes. */
const MOST_LOST_LEASES = 30;

export function ownerOf(provider: EmailProvider): QueueOwner {
  return {
    provider: provider.getName(),
    simulated: provider.simulated,
    dedupeWindowMs: provider.dedupeWindowMs,
    accountFingerprint: provider.accountFingerprint,
  };
}

/**
 * SQL of what may be sent or sent again: never possibly accepted, or still remembered by this account and harmless.
 * Its negation is closed out. `$1` to `$4` are {@link ownerParameters}.
 */
export const REPEATABLE = `(maybe_sent_since IS NULL OR (
  maybe_sent_since > cam_now() - $3 * interval '1 millisecond' AND maybe_sent_account = $4
  AND lost_leases < ${MOST_LOST_LEASES}))`;

/**
 * SQL of a mail that needs no place of today: it holds one, or it may have been accepted and keeps the one it has. The
 * arguments are SQL too.
 */
export function holdsPlace(maybeSent: string, capDay: string, timeZone: string): string {
  // The clock is a function: asked once, not for each row.
  return `(${maybeSent} OR COALESCE(${capDay} = (SELECT (cam_now() AT TIME ZONE ${timeZone})::date), false))`;
}

/** Provider and mode, then the provider's memory in milliseconds and the account. */
export function ownerParameters(owner: QueueOwner): unknown[] {
  return [owner.provider, owner.simulated, owner.dedupeWindowMs, owner.accountFingerprint];
}
