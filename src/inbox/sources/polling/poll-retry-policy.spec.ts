import { describe, expect, it } from '@jest/globals';
import { pollRetryDelayMs, type PollTrouble } from './poll-retry-policy.js';

const UNREACHABLE: PollTrouble = { kind: 'unreachable', code: 'econnrefused' };
const REFUSED: PollTrouble = { kind: 'refused', code: 'authenticationfailed' };
const HOUR_MS = 3_600_000;

function throttled(retryAfterMs: number | null): PollTrouble {
  return { kind: 'throttled', code: 'throttled', retryAfterMs };
}

describe('pollRetryDelayMs', () => {
  it('doubles with each failure, up to an hour', () => {
    const delays = [0, 1, 2, 6, 7, 1_000].map((failures) => pollRetryDelayMs(UNREACHABLE, failures, 0));

    expect(delays).toEqual([30_000, 60_000, 120_000, 1_920_000, HOUR_MS, HOUR_MS]);
  });

  it('begins with a quarter of an hour when the password is refused', () => {
    expect([0, 1, 2, 3].map((failures) => pollRetryDelayMs(REFUSED, failures, 0))).toEqual([
      900_000,
      1_800_000,
      HOUR_MS,
      HOUR_MS,
    ]);
  });

  it('spreads downwards by a half at most', () => {
    expect(pollRetryDelayMs(UNREACHABLE, 1, 0.5)).toBe(45_000);
    expect(pollRetryDelayMs(UNREACHABLE, 1, 1)).toBe(30_000);
  });

  it('never comes back before a server wants it, up to a day', () => {
    expect(pollRetryDelayMs(throttled(2 * HOUR_MS), 0, 1)).toBe(2 * HOUR_MS);
    expect(pollRetryDelayMs(throttled(1_000), 0, 0)).toBe(30_000);
    expect(pollRetryDelayMs(throttled(null), 2, 0)).toBe(120_000);
    expect(pollRetryDelayMs(throttled(100 * HOUR_MS), 0, 1)).toBe(24 * HOUR_MS);
  });
});
