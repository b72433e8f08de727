const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Waits after the first failed attempt, the second, …: the schedule that Standard Webhooks recommends, three days. */
const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** A wait is up to a tenth longer, so that alerts that failed together do not come back together. */
const JITTER = 0.1;

/**
 * How long an alert waits after a failed attempt.
 *
 * @param attempts failed so far, counted from 1
 * @param random uniform in [0, 1)
 * @returns milliseconds; null: it was the last attempt, the tenth
 */
export function alertRetryDelayMs(attempts: number, random: number): number | null {
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  return delayMs === undefined ? null : Math.round(delayMs * (1 + JITTER * random));
}
