const LONGEST_S = 3600;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Reads a `Retry-After` field (RFC 9110, section 10.2.3): whole seconds, or an HTTP date counted from the answer's own
 * `Date` field, so that our clock does not matter.
 *
 * @returns milliseconds in 0..3,600,000; undefined when the field is absent or cannot be read
 */
export function parseRetryAfterMs(retryAfter: unknown, date: unknown): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : secondsBetween(date, retryAfter);
  return seconds === undefined ? undefined : Math.min(Math.max(seconds, 0), LONGEST_S) * 1000;
}

function secondsBetween(from: unknown, to: string): number | undefined {
  if (typeof from !== 'string' || !HTTP_DATE.test(from) || !HTTP_DATE.test(to)) return undefined;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds;
}
