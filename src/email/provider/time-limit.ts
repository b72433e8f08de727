const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A time limit that timers take: whole milliseconds in their range. Callers subtract durations. */
export function wholeMs(timeoutMs: number): number {
  return Math.min(Math.max(0, Math.trunc(timeoutMs)) || 0, LONGEST_TIMER_MS);
}
