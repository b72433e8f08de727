import { createHash } from 'node:crypto';
import { DAY_MS, periodAt, wallTimeAt, weekdayOf } from './wall-clock.js';

/**
 * When mail may leave, by the clock on the recipient's wall: on these weekdays (ISO 8601: 1 Monday … 7 Sunday), from
 * `from` until just before `to`. Both are `HH:MM`, `from` the earlier one; `24:00` is the end of the day.
 */
export interface SendWindow {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

/** The window in numbers: milliseconds since midnight. */
interface Hours {
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

const ISO_DAYS = [1, 2, 3, 4, 5, 6, 7];
const MINUTE_MS = 60_000;
const LONGEST_JITTER_MS = 60 * MINUTE_MS;
const TIME_OF_DAY = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** Whether mail may leave at that instant. No window: always. Throws a RangeError for a window that never opens. */
export function isOpen(window: SendWindow | null, timeZone: string, at: Date): boolean {
  if (window === null) return true;
  const wallTime = wallTimeAt(timeZone, at.getTime());
  return nextOpenWallTime(hoursOf(window), wallTime).opening === wallTime;
}

/** The first instant not before `at` at which the window is open: `at` itself when it is. Throws as `isOpen` does. */
export function nextOpening(window: SendWindow | null, timeZone: string, at: Date): Date {
  return window === null ? at : new Date(openStretch(hoursOf(window), timeZone, at.getTime()).start);
}

/**
 * When a mail that is ready at `at` leaves: at once when the window is open; else after its next opening, by a part of
 * its first half, of an hour at most, that the seed alone decides. So the mails of a night leave one after the other,
 * and every replica gives the same answer whenever it is asked. Throws as `isOpen` does.
 */
export function sendTime(window: SendWindow | null, timeZone: string, at: Date, seed: string): Date {
  if (window === null) return at;
  const { start, end } = openStretch(hoursOf(window), timeZone, at.getTime());
  if (start === at.getTime()) return at;
  const longest = Math.min(LONGEST_JITTER_MS, (end - start) / 2);
  return new Date(start + Math.floor(fractionOf(seed) * longest));
}

/** Where the window is open next, up to its closing or to a change of the clocks, whichever is first. */
function openStretch(hours: Hours, timeZone: string, at: number): { start: number; end: number } {
  for (let period = periodAt(timeZone, at); ; period = periodAt(timeZone, period.end)) {
    // Between two changes of the clocks, wall time runs as time does: the next opening there is mere arithmetic.
    const { opening, closing } = nextOpenWallTime(hours, Math.max(at, period.start) + period.offset);
    const start = opening - period.offset;
    const end = Math.min(closing - period.offset, period.end);
    if (start < period.end) return { start, end };
  }
}

function nextOpenWallTime(hours: Hours, wallTime: number): { opening: number; closing: number } {
  for (let midnight = wallTime - (wallTime % DAY_MS); ; midnight += DAY_MS) {
    const opening = Math.max(wallTime, midnight + hours.from);
    const closing = midnight + hours.to;
    if (opening < closing && hours.days.includes(weekdayOf(midnight))) return { opening, closing };
  }
}

function hoursOf({ days, from, to }: SendWindow): Hours {
  const hours = { days, from: timeOfDay(from), to: timeOfDay(to) };
  const hasDay = days.some((day) => ISO_DAYS.includes(day));
  if (hasDay && hours.from < hours.to) return hours;
  throw new RangeError(`A window that never opens: days ${days.join()} from ${from} to ${to}`);
}

function timeOfDay(text: string): number {
  const match = TIME_OF_DAY.exec(text);
  if (match === null) throw new RangeError(`No time of day: ${text}`);
  const [, hours = '24', minutes = '00'] = match;
  return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

/** A number from 0 to just below 1, the same for the same seed, and evenly spread. */
function fractionOf(seed: string): number {
  return createHash('sha256').update(seed).digest().readUIntBE(0, 6) / 2 ** 48;
}
