import { monthNumber, weekdayNumber } from './calendar-words.js';

/** A date as it is written; what it leaves out is undefined. */
export interface WrittenDate {
  /** Where it begins and ends in the text. */
  readonly start: number;
  readonly end: number;
  /** Readings in order of likelihood: `03/04` has two. */
  readonly readings: readonly CalendarDay[];
  /** 0 (Sunday) to 6: a day of the week with no date beside it. */
  readonly weekday?: number;
}

interface CalendarDay {
  readonly year?: number;
  readonly month: number;
  readonly day: number;
}

const ORDINAL = '(?:\\.|st|nd|rd|th|er|e|o|a|-?го|-?е)?';
const YEAR = '(?:,? ?(?:de |del |of |r\\. )?((?:19|20)\\d\\d)(?!\\d))?';
const LETTERS = '\\p{L}{3,14}';

const DAY_MONTH = new RegExp(
  `(?<![\\d.:])(\\d{1,2})${ORDINAL} ?(?:of |de |d'|den )?(${LETTERS})\\.?${YEAR}`,
  'gu',
);
const MONTH_DAY = new RegExp(
  `(?<!\\p{L})(${LETTERS})\\.? (?:the )?(\\d{1,2})(?![\\d:]|[.,]\\d)(?:st|nd|rd|th|\\.)?${YEAR}`,
  'gu',
);
const YEAR_MONTH_DAY =
  /(?<!\d)((?:19|20)\d\d)(?:[-./] ?| ?[年년] ?)(\d{1,2})(?:[-./] ?| ?[月월] ?)(\d{1,2})(?!\d)[日일]?/gu;
const CJK_MONTH_DAY = /(?<![\d年년])(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日号일號]/gu;
const NUMERIC =
  /(?<![\d./:])(\d{1,2})([./-]) ?(\d{1,2})(?:\2 ?((?:20)?\d\d)(?![\d:])|\.(?!\d)|(?![\d./:]))/gu;
const WEEKDAY = new RegExp(`(?<!\\p{L})(${LETTERS})(?!\\p{L})`, 'gu');

/** The dates of a text (see {@link fold}), in its order. Every expression is bounded: linear in the text. */
export function datesIn(text: string, readsMonthFirst: boolean): WrittenDate[] {
  const found: WrittenDate[] = [
    ...matches(YEAR_MONTH_DAY, text, ([, year, month, day]) => [calendarDay(day, Number(month), year)]),
    ...matches(CJK_MONTH_DAY, text, ([, month, day]) => [calendarDay(day, Number(month))]),
    ...matches(DAY_MONTH, text, ([, day, month, year]) => [calendarDay(day, monthNumber(month ?? ''), year)]),
    ...matches(MONTH_DAY, text, ([, month, day, year]) => [calendarDay(day, monthNumber(month ?? ''), year)]),
    ...matches(NUMERIC, text, ([, first, separator, second, year]) => {
      const dayFirst = calendarDay(first, Number(second), year);
      const monthFirst = calendarDay(second, Number(first), year);
      // Only slashes (and, in America, dashes) put the month first, and a dash alone may be a range of hours or pages.
      if (separator === '-' && year === undefined) return [];
      if (separator === '.') return year === undefined && Number(second) > 12 ? [] : [dayFirst];
      return readsMonthFirst ? [monthFirst, dayFirst] : [dayFirst, monthFirst];
    }),
  ];
  const dated = withoutOverlaps(found);
  const weekdays = [...text.matchAll(WEEKDAY)].flatMap((match): WrittenDate[] => {
    const weekday = weekdayNumber(match[1] ?? '');
    const end = match.index + match[0].length;
    const isPartOfDate = dated.some(({ start }) => start >= end && start - end <= 10);
    return weekday === undefined || isPartOfDate ? [] : [{ start: match.index, end, readings: [], weekday }];
  });
  return withoutOverlaps([...dated, ...weekdays]);
}

function matches(
  pattern: RegExp,
  text: string,
  read: (match: RegExpExecArray) => (CalendarDay | null)[],
): WrittenDate[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const readings = read(match).filter((day) => day !== null);
    return readings.length === 0
      ? []
      : [{ start: match.index, end: match.index + match[0].length, readings }];
  });
}

function calendarDay(day: string | undefined, month: number | undefined, year?: string): CalendarDay | null {
  const dayNumber = Number(day);
  if (month === undefined || month < 1 || month > 12 || dayNumber < 1 || dayNumber > 31) return null;
  if (year === undefined) return { month, day: dayNumber };
  return { year: year.length === 2 ? 2000 + Number(year) : Number(year), month, day: dayNumber };
}

/** The first of those that overlap wins: they come in order of certainty. */
function withoutOverlaps(dates: readonly WrittenDate[]): WrittenDate[] {
  const kept: WrittenDate[] = [];
  for (const date of dates) {
    if (!kept.some(({ start, end }) => date.start < end && start < date.end)) kept.push(date);
  }
  return kept.sort((a, b) => a.start - b.start);
}
