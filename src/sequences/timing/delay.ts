import { DAY_MS, instantOf, wallTimeAt, weekdayOf } from './wall-clock.js';

/** How long to wait for a reply. `days` is whole and not negative. */
export interface Delay {
  readonly days: number;
  readonly businessDays: boolean;
}

const FRIDAY = 5;

/**
 * That many days after `from`, at the same local time. Business days are Monday to Friday: one after Friday 15:00, as
 * one after Saturday 15:00, is Monday 15:00. A local time that the clocks skip moves forward by the gap; of one that
 * they show twice it is the first. No days: `from` itself. Throws a RangeError for a zone that the runtime does not know.
 */
export function afterDelay(from: Date, { days, businessDays }: Delay, timeZone: string): Date {
  if (days === 0) return from;
  const wallTime = wallTimeAt(timeZone, from.getTime());
  const due = businessDays ? plusBusinessDays(wallTime, days) : wallTime + days * DAY_MS;
  return new Date(instantOf(timeZone, due));
}

/** The wall time at least one business day later. */
export function plusBusinessDays(wallTime: number, days: number): number {
  const weekday = weekdayOf(wallTime);
  // A weekend counts from its Friday; each five days from there cross one more weekend.
  const counted = Math.min(weekday, FRIDAY);
  const weekends = Math.floor((counted - 1 + days) / 5);
  return wallTime + (days + 2 * weekends - (weekday - counted)) * DAY_MS;
}
