import { Temporal } from 'temporal-polyfill';

export const DAY_MS = 24 * 3600 * 1000;

/** A stretch of time in which the clocks of a zone keep one distance from UTC. All in milliseconds; times since 1970. */
export interface OffsetPeriod {
  /** Part of the period. */
  readonly start: number;
  /** The clocks change here: no part of the period. Infinity when they never will. */
  readonly end: number;
  /** Wall time minus UTC. */
  readonly offset: number;
}

/** Looking a change of the clocks up costs twenty times what remembering it does; a zone has two a year at most. */
const known = new Map<string, OffsetPeriod[]>();

/** The period that `at` lies in. Throws a RangeError when the runtime does not know the zone. */
export function periodAt(timeZone: string, at: number): OffsetPeriod {
  const periods = known.get(timeZone) ?? [];
  const remembered = periods.find(({ start, end }) => start <= at && at < end);
  if (remembered !== undefined) return remembered;

  const period = lookUp(timeZone, at);
  known.set(timeZone, [...periods, period]);
  return period;
}

/**
 * What the clocks of the zone show at an instant. Wall time is a number too: the milliseconds since 1970 if the clock
 * stood in UTC, so that its days are multiples of `DAY_MS` and the UTC getters of `Date` read it.
 */
export function wallTimeAt(timeZone: string, at: number): number {
  return at + periodAt(timeZone, at).offset;
}

/**
 * When the clocks of the zone show that wall time. Of two instants the first; a time that they skip is read with the
 * offset from before the gap, so that 02:30 becomes 03:30 (RFC 5545, 3.3.5).
 */
export function instantOf(timeZone: string, wallTime: number): number {
  // No zone is a day away from UTC, so this period is the right one or an earlier one.
  let period = periodAt(timeZone, wallTime - DAY_MS);
  while (wallTime - period.offset >= period.end) {
    const next = periodAt(timeZone, period.end);
    if (wallTime - next.offset < next.start) break;
    period = next;
  }
  return wallTime - period.offset;
}

/** Day of the week of a wall time, as in ISO 8601: 1 Monday … 7 Sunday. */
export function weekdayOf(wallTime: number): number {
  return new Date(wallTime).getUTCDay() || 7;
}

function lookUp(timeZone: string, at: number): OffsetPeriod {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  // "Previous" is strictly before: a millisecond later, a change at `at` itself counts.
  const start = zoned.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const end = zoned.getTimeZoneTransition('next');
  return {
    start: start?.epochMilliseconds ?? -Infinity,
    end: end?.epochMilliseconds ?? Infinity,
    offset: zoned.offsetNanoseconds / 1_000_000,
  };
}
