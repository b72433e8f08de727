import { describe, expect, it } from '@jest/globals';
import type { SendOutcome } from '../provider/email-provider.js';
import { RETRY_DELAYS_MS } from './retry-policy.js';
import { type AttemptHistory, type Settlement, settleAttempt } from './settlement.js';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 23 * HOUR_MS;

const first: AttemptHistory = {
  attempt: 1,
  retryCount: 0,
  maxRetries: 12,
  maybeSentBefore: false,
  maybeSentAgeMs: 100,
};
const afterDoubt: AttemptHistory = {
  ...first,
  attempt: 2,
  retryCount: 1,
  maybeSentBefore: true,
  maybeSentAgeMs: 60_000,
};

const accepted: SendOutcome = { kind: 'accepted', messageId: 'm1' };
const rejected: SendOutcome = { kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' };
const deferred: SendOutcome = { kind: 'deferred', reason: 'busy' };
const unreachable: SendOutcome = { kind: 'unreachable', reason: 'refused' };
const ambiguous: SendOutcome = { kind: 'ambiguous', reason: 'time-out' };
const misconfigured: SendOutcome = { kind: 'misconfigured', reason: 'bad key' };

const retryInDoubt = { kind: 'retry', definite: false, counts: true, waitsFor: 'retry' } as const;
const retryLater = { kind: 'retry', definite: true, counts: false, waitsFor: 'provider' } as const;

const table: readonly (readonly [string, SendOutcome, AttemptHistory, number, Settlement])[] = [
  ['accepted', accepted, first, WINDOW_MS, { kind: 'sent', messageId: 'm1' }],
  ['accepted after doubt', accepted, afterDoubt, WINDOW_MS, { kind: 'sent', messageId: 'm1' }],
  ['rejected', rejected, first, WINDOW_MS, { kind: 'failed', code: 'VALIDATION_ERROR', message: 'no' }],
  [
    'rejected after doubt',
    rejected,
    afterDoubt,
    WINDOW_MS,
    { kind: 'unknown', code: 'VALIDATION_ERROR', message: 'An earlier attempt may have been accepted. no' },
  ],
  ['deferred', deferred, first, WINDOW_MS, { ...retryLater, delayMs: 5_000 }],
  ['deferred again', deferred, { ...first, attempt: 3 }, WINDOW_MS, { ...retryLater, delayMs: 45_000 }],
  [
    'deferred with a wish',
    { ...deferred, retryAfterMs: 7_000 },
    first,
    WINDOW_MS,
    { ...retryLater, delayMs: 8_000 },
  ],
  ['unreachable', unreachable, first, WINDOW_MS, { ...retryLater, delayMs: 5_000 }],
  [
    'conflicting',
    { kind: 'conflicting', reason: 'other body' },
    first,
    WINDOW_MS,
    { kind: 'unknown', code: 'SEND_KEY_CONFLICT', message: 'other body' },
  ],
  [
    'ambiguous, and the provider is at work on it',
    { ...ambiguous, retryAfterMs: 3_000 },
    { ...afterDoubt, retryCount: 12 },
    WINDOW_MS,
    { kind: 'retry', definite: false, counts: false, waitsFor: 'provider', delayMs: 3_000 },
  ],
  [
    'ambiguous, and the provider is at work on it for longer than it remembers',
    { ...ambiguous, retryAfterMs: 3_000 },
    { ...afterDoubt, maybeSentAgeMs: WINDOW_MS - 1_000 },
    WINDOW_MS,
    { kind: 'unknown', code: 'OUTCOME_UNKNOWN', message: 'time-out' },
  ],
  ['misconfigured', misconfigured, first, WINDOW_MS, { ...retryLater, delayMs: 60_000 }],
  ['ambiguous', ambiguous, first, WINDOW_MS, { ...retryInDoubt, delayMs: 5_000 }],
  ['ambiguous again', ambiguous, afterDoubt, WINDOW_MS, { ...retryInDoubt, delayMs: 15_000 }],
  [
    'ambiguous, no retries left',
    ambiguous,
    { ...afterDoubt, retryCount: 12 },
    WINDOW_MS,
    { kind: 'unknown', code: 'RETRIES_EXHAUSTED', message: 'time-out' },
  ],
  [
    'ambiguous, the retry would leave the window',
    ambiguous,
    { ...afterDoubt, retryCount: 11, maybeSentAgeMs: WINDOW_MS - 1_000 },
    WINDOW_MS,
    { kind: 'unknown', code: 'OUTCOME_UNKNOWN', message: 'time-out' },
  ],
  [
    'ambiguous at a provider without a memory',
    ambiguous,
    first,
    0,
    { kind: 'unknown', code: 'OUTCOME_UNKNOWN', message: 'time-out' },
  ],
];

describe('settleAttempt', () => {
  it.each(table)('%s', (_name, outcome, history, windowMs, expected) => {
    const rules = {
      dedupeWindowMs: windowMs,
      retryDelaysMs: RETRY_DELAYS_MS,
      misconfiguredShutMs: 60_000,
      random: 1,
    };

    expect(settleAttempt(outcome, history, rules)).toEqual(expected);
  });
});
