import { describe, expect, it } from '@jest/globals';
import { alertRetryDelayMs } from './alert-retry-policy.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('alertRetryDelayMs', () => {
  it('waits from seconds to a day, and gives up after the tenth attempt', () => {
    const delays = Array.from({ length: 11 }, (_, index) => alertRetryDelayMs(index + 1, 0));

    expect(delays).toEqual([
      5_000,
      5 * MINUTE_MS,
      30 * MINUTE_MS,
      2 * HOUR_MS,
      5 * HOUR_MS,
      10 * HOUR_MS,
      14 * HOUR_MS,
      20 * HOUR_MS,
      24 * HOUR_MS,
      null,
      null,
    ]);
  });

  it('spreads by a tenth, never to an earlier time', () => {
    expect(alertRetryDelayMs(1, 0.5)).toBe(5_250);
    expect(alertRetryDelayMs(2, 0.999)).toBe(329_970);
  });
});
