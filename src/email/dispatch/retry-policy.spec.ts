import { describe, expect, it } from '@jest/globals';
import { RETRY_DELAYS_MS, retryDelayMs } from './retry-policy.js';

describe('retryDelayMs', () => {
  it.each([
    [1, 5_000],
    [2, 15_000],
    [4, 120_000],
    [9, 3_600_000],
    [12, 3_600_000],
  ])('after failure %i waits at most %i ms and at least half of it', (failures, longest) => {
    expect(retryDelayMs(RETRY_DELAYS_MS, failures, 0)).toBe(longest / 2);
    expect(retryDelayMs(RETRY_DELAYS_MS, failures, 1)).toBe(longest);
  });
});
