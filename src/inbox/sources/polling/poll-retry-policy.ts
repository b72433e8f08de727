import type { MailboxFailure } from '../mailbox.js';

/** Why a poll ended before its end; stored and shown. `storage`: our own side failed. */
export type PollTrouble = MailboxFailure | { readonly kind: 'storage' | 'missing'; readonly code: string };

const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 3_600_000;

/** Servers lock an account after a few wrong passwords, and for longer with each further one. */
const FIRST_REFUSED_DELAY_MS = 900_000;

/** A server that asks for more rest than this is asked again all the same. */
const LONGEST_REST_MS = 86_400_000;

/**
 * How long an account is left alone after a failed poll: doubled with each failure in a row, up to an hour, and then
 * made shorter by up to a half, so that accounts that failed together do not come back together.
 *
 * @param failures in a row before this one
 * @param random from 0 to 1
 */
export function pollRetryDelayMs(trouble: PollTrouble, failures: number, random: number): number {
  const firstMs = trouble.kind === 'refused' ? FIRST_REFUSED_DELAY_MS : FIRST_DELAY_MS;
  const delayMs = Math.min(firstMs * 2 ** Math.min(failures, 20), LONGEST_DELAY_MS);
  const spreadMs = delayMs * (1 - random / 2);
  const restMs = trouble.kind === 'throttled' ? (trouble.retryAfterMs ?? 0) : 0;
  return Math.max(spreadMs, Math.min(restMs, LONGEST_REST_MS));
}
