const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Waits before the first retry, the second, …; the last one repeats. Twelve retries span about five hours. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  15 * SECOND_MS,
  45 * SECOND_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  20 * MINUTE_MS,
  30 * MINUTE_MS,
  60 * MINUTE_MS,
];

/**
 * Milliseconds to wait after a failed attempt, from its end.
 *
 * @param delaysMs waits before the first retry, the second, …; the last one repeats
 * @param failures how many attempts failed before this wait, counted from 1
 * @param random uniform in [0, 1); the upper half of the delay is random, so that retries of one outage spread
 */
export function retryDelayMs(delaysMs: readonly number[], failures: number, random: number): number {
  const index = Math.min(Math.max(failures, 1), delaysMs.length) - 1;
  const delay = delaysMs[index] ?? 0;
  return Math.round(delay / 2 + (delay / 2) * random);
}
