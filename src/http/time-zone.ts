/** Words joined by slashes, dashes or underscores, and two names of one word. No digits: those make POSIX rules. */
const NAME = /^(?:UTC|GMT|[A-Z]+(?:[/_-][A-Z]+)+)$/i;

/**
 * Canonical name of an IANA zone in any case or under an older name. Undefined for all else; so for offsets (`+05:00`)
 * and POSIX rules (`EST5EDT`, `UTC+5`), which PostgreSQL reads with the opposite sign, and for abbreviations: `Intl`
 * takes `BST` for the time of Bangladesh.
 */
export function canonicalTimeZone(name: string): string | undefined {
  if (!NAME.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
