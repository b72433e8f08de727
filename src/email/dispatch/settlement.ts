import { assertNever } from '../../common/assert-never.js';
import type { SendOutcome } from '../provider/email-provider.js';
import { retryDelayMs } from './retry-policy.js';

/** What the queue knew of the mail when this attempt was leased. */
export interface AttemptHistory {
  /** This attempt's number, counted from 1. */
  readonly attempt: number;
  /** Retries that counted so far. */
  readonly retryCount: number;
  readonly maxRetries: number;
  /** True when an earlier attempt may have been accepted. */
  readonly maybeSentBefore: boolean;
  /** Milliseconds since the first attempt that may have been accepted began; this attempt's own age if it is the first. */
  readonly maybeSentAgeMs: number;
}

/** What one attempt does to its mail. `definite`: the provider certainly did not accept this attempt. */
export type Settlement =
  | { readonly kind: 'sent'; readonly messageId: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'dropped'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'retry';
      readonly delayMs: number;
      readonly definite: boolean;
      /** Only what may have been accepted uses up a retry: a 429 or a shut gate is not the mail's fault. */
      readonly counts: boolean;
      readonly waitsFor: 'provider' | 'retry';
    };

/** A misconfigured provider is tried again after this time. */
const MISCONFIGURED_DELAY_MS = 60_000;

/**
 * Decides what becomes of a mail after an attempt. Pure: the repository carries it out.
 *
 * A mail of which an earlier attempt may have been accepted ends only sent or unknown, never failed or dropped.
 *
 * @param dedupeWindowMs how long the provider remembers the send key; 0: an ambiguous answer is never repeated
 * @param random uniform in [0, 1), for the retry's jitter
 */
export function settleAttempt(
  outcome: SendOutcome,
  history: AttemptHistory,
  dedupeWindowMs: number,
  random: number,
): Settlement {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'sent', messageId: outcome.messageId };
    case 'rejected':
      return history.maybeSentBefore
        ? {
            kind: 'unknown',
            code: outcome.code,
            message: `An earlier attempt may have been accepted. ${outcome.reason}`,
          }
        : { kind: 'failed', code: outcome.code, message: outcome.reason };
    case 'deferred':
      return {
        kind: 'retry',
        delayMs: outcome.retryAfterMs ?? retryDelayMs(history.attempt, random),
        definite: true,
        counts: false,
        waitsFor: 'provider',
      };
    case 'misconfigured':
      return {
        kind: 'retry',
        delayMs: MISCONFIGURED_DELAY_MS,
        definite: true,
        counts: false,
        waitsFor: 'provider',
      };
    case 'ambiguous':
      return settleAmbiguous(outcome.reason, history, dedupeWindowMs, random);
    default:
      return assertNever(outcome);
  }
}

function settleAmbiguous(
  reason: string,
  history: AttemptHistory,
  dedupeWindowMs: number,
  random: number,
): Settlement {
  if (history.retryCount >= history.maxRetries) {
    return { kind: 'unknown', code: 'RETRIES_EXHAUSTED', message: reason };
  }
  const delayMs = retryDelayMs(history.retryCount + 1, random);
  if (history.maybeSentAgeMs + delayMs >= dedupeWindowMs) {
    return { kind: 'unknown', code: 'OUTCOME_UNKNOWN', message: reason };
  }
  return { kind: 'retry', delayMs, definite: false, counts: true, waitsFor: 'retry' };
}

/** A stop met before the wire: dropped, unless an earlier attempt may have been accepted. */
export function settleStopped(code: string, message: string, history: AttemptHistory): Settlement {
  return { kind: history.maybeSentBefore ? 'unknown' : 'dropped', code, message };
}
