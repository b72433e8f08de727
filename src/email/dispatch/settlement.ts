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
  | { readonly kind: 'sent'; readonly messageId: string; readonly messageIdHeader?: string }
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

/** What the decision needs besides the outcome and the mail's history. */
export interface RetryRules {
  /** How long the provider remembers the send key; 0: an ambiguous answer is never repeated. */
  readonly dedupeWindowMs: number;
  readonly retryDelaysMs: readonly number[];
  /** A misconfigured provider is tried again after this time. */
  readonly misconfiguredShutMs: number;
  /** Uniform in [0, 1), for the jitter. */
  readonly random: number;
}

/** Spreads the mails that one Retry-After sent away. */
const WISH_JITTER_MS = 1_000;

/**
 * Decides what becomes of a mail after an attempt. Pure: the repository carries it out.
 *
 * A mail of which an earlier attempt may have been accepted ends only sent or unknown, never failed or dropped.
 */
export function settleAttempt(outcome: SendOutcome, history: AttemptHistory, rules: RetryRules): Settlement {
  switch (outcome.kind) {
    case 'accepted':
      return { ...outcome, kind: 'sent' };
    case 'rejected':
      return history.maybeSentBefore
        ? {
            kind: 'unknown',
            code: outcome.code,
            message: `An earlier attempt may have been accepted. ${outcome.reason}`,
          }
        : { kind: 'failed', code: outcome.code, message: outcome.reason };
    case 'conflicting':
      return { kind: 'unknown', code: 'SEND_KEY_CONFLICT', message: outcome.reason };
    case 'deferred':
      return definiteRetry(
        outcome.retryAfterMs === undefined
          ? retryDelayMs(rules.retryDelaysMs, history.attempt, rules.random)
          : outcome.retryAfterMs + WISH_JITTER_MS * rules.random,
      );
    case 'unreachable':
      return definiteRetry(retryDelayMs(rules.retryDelaysMs, history.attempt, rules.random));
    case 'misconfigured':
      return definiteRetry(rules.misconfiguredShutMs);
    case 'ambiguous':
      return settleAmbiguous(outcome, history, rules);
    default:
      return assertNever(outcome);
  }
}

function definiteRetry(delayMs: number): Settlement {
  return { kind: 'retry', delayMs, definite: true, counts: false, waitsFor: 'provider' };
}

function settleAmbiguous(
  { reason, retryAfterMs }: Extract<SendOutcome, { kind: 'ambiguous' }>,
  history: AttemptHistory,
  rules: RetryRules,
): Settlement {
  const counts = retryAfterMs === undefined;
  if (counts && history.retryCount >= history.maxRetries) {
    return { kind: 'unknown', code: 'RETRIES_EXHAUSTED', message: reason };
  }
  const delayMs = retryAfterMs ?? retryDelayMs(rules.retryDelaysMs, history.retryCount + 1, rules.random);
  if (history.maybeSentAgeMs + delayMs >= rules.dedupeWindowMs) {
    return { kind: 'unknown', code: 'OUTCOME_UNKNOWN', message: reason };
  }
  return { kind: 'retry', delayMs, definite: false, counts, waitsFor: counts ? 'retry' : 'provider' };
}
