/** What the clocks on walls show, read from what `Intl` writes and from nothing else. Wall times are as of a clock in UTC. */

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** No change of the clocks of our day turns them back by more. */
const LONGEST_FOLD_MINUTES = 120;

const clocks = new Map<string, Intl.DateTimeFormat>();

export function shownBy(timeZone: string, at: Date): number {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    clocks.set(timeZone, clock);
  }
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = clock
    .format(at)
    .split(/\D+/)
    .map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) + at.getUTCMilliseconds();
}

/** Whether the clocks have shown that wall time, or a later one, at some moment from `from` to `until`. */
export function hasShown(timeZone: string, wallTime: number, from: Date, until: Date): boolean {
  for (let minutes = 0; minutes <= LONGEST_FOLD_MINUTES; minutes += 1) {
    const at = new Date(until.getTime() - minutes * MINUTE_MS);
    if (at < from) return shownBy(timeZone, from) >= wallTime;
    if (shownBy(timeZone, at) >= wallTime) return true;
  }
  return false;
}

/** The same time of day so many days, or Mondays to Fridays, later: counted one by one. */
export function daysLater(wallTime: number, days: number, businessDays: boolean): number {
  let later = wallTime;
  for (let counted = 0; counted < days; counted += 1) {
    do later += DAY_MS;
    while (businessDays && isWeekend(later));
  }
  return later;
}

/** ISO day of the week, 1 Monday … 7 Sunday. */
export function dayOfWeek(wallTime: number): number {
  return new Date(wallTime).getUTCDay() || 7;
}

function isWeekend(wallTime: number): boolean {
  return dayOfWeek(wallTime) >= 6;
}

/** `YYYY-MM-DD` */
export function dateOf(wallTime: number): string {
  return new Date(wallTime).toISOString().slice(0, 10);
}

/** `HH:MM` */
export function timeOf(wallTime: number): string {
  return new Date(wallTime).toISOString().slice(11, 16);
}
