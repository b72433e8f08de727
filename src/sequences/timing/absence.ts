import { afterDelay, plusBusinessDays } from './delay.js';
import { instantOf } from './wall-clock.js';

/** Days after the automatic reply, at its local time: when it names no date, and how early and late a date can put us off. */
const DEFAULT_DAYS = 7;
const FEWEST_DAYS = 1;
const MOST_DAYS = 60;

/**
 * When to write again to somebody who is away. `returnDate` is the day that the automatic reply of `receivedAt` names,
 * `YYYY-MM-DD`, or null. The answer is the start of the first business day after it in her zone, as that first day is
 * for her full inbox; never less than a day nor more than 60 after the reply; a week after it without a date.
 */
export function afterAbsence(returnDate: string | null, receivedAt: Date, timeZone: string): Date {
  const daysLater = (days: number): Date => afterDelay(receivedAt, { days, businessDays: false }, timeZone);
  if (returnDate === null) return daysLater(DEFAULT_DAYS);

  const startOfDay = instantOf(timeZone, plusBusinessDays(Date.parse(returnDate), 1));
  const earliest = daysLater(FEWEST_DAYS).getTime();
  const latest = daysLater(MOST_DAYS).getTime();
  return new Date(Math.min(Math.max(startOfDay, earliest), latest));
}
