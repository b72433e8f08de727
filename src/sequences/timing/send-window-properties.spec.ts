import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOTABLE_WEEKS, walkThrough } from '../../../test/support/minute-walk.js';
import { isOpen, nextOpening, sendTime } from './send-window.js';

const DAY_MS = 24 * 3600 * 1000;
const MINUTE_MS = 60_000;
/** A weekly window that falls into a gap of the clocks opens two weeks after the last time. */
const ROOM_DAYS = 15;

interface Hours {
  readonly days: readonly number[];
  readonly fromMinute: number;
  readonly toMinute: number;
}

const minutes = fc.oneof(
  fc.integer({ min: 0, max: 24 * 60 }),
  // Where clocks change, and the hours that mail is sent in.
  fc.constantFrom(0, 30, 60, 90, 120, 135, 150, 180, 9 * 60, 17 * 60, 23 * 60, 23 * 60 + 30, 24 * 60),
);

const hoursOfWeek = fc
  .record({
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    ends: fc.tuple(minutes, minutes).filter(([one, other]) => one !== other),
  })
  .map(({ days, ends }): Hours => ({ days, fromMinute: Math.min(...ends), toMinute: Math.max(...ends) }));

const written = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');

const isWithin = ({ days, fromMinute, toMinute }: Hours): ((wallTime: number) => boolean) => {
  const sundayIsZero = days.map((day) => day % 7);
  return (wallTime) => {
    const clock = new Date(wallTime);
    const minute = clock.getUTCHours() * 60 + clock.getUTCMinutes();
    return fromMinute <= minute && minute < toMinute && sundayIsZero.includes(clock.getUTCDay());
  };
};

const questions = fc
  .record({
    weeks: fc.constantFrom(...NOTABLE_WEEKS),
    hours: hoursOfWeek,
    passedMs: fc.integer({ min: 0, max: (NOTABLE_WEEKS[0]!.days - ROOM_DAYS) * DAY_MS - 1 }),
  })
  .map(({ weeks, hours, passedMs }) => ({
    timeZone: weeks.timeZone,
    window: { days: hours.days, from: written(hours.fromMinute), to: written(hours.toMinute) },
    at: new Date(Date.parse(weeks.from) + passedMs),
    hours,
    weeks,
  }));

describe('a send window, against a walk over the clocks minute by minute', () => {
  it('is open when the clock says so, and opens next at the first minute that is open', () => {
    fc.assert(
      fc.property(questions, ({ timeZone, window, at, hours, weeks }) => {
        const opening = new Date(walkThrough(weeks).first(at.getTime(), isWithin(hours)));

        expect(nextOpening(window, timeZone, at)).toEqual(opening);
        expect(isOpen(window, timeZone, at)).toBe(opening.getTime() === at.getTime());
      }),
      { numRuns: 1000 },
    );
  });

  it('lets mail leave at once, or within the jitter after the opening with no closed minute between', () => {
    fc.assert(
      fc.property(questions, fc.string(), ({ timeZone, window, at, hours, weeks }, seed) => {
        const walk = walkThrough(weeks);
        const opening = walk.first(at.getTime(), isWithin(hours));
        const closing = walk.first(opening, (wallTime) => !isWithin(hours)(wallTime));
        const longestMs = Math.min(60, (hours.toMinute - hours.fromMinute) / 2) * MINUTE_MS;

        const sent = sendTime(window, timeZone, at, seed).getTime();

        expect(sent).toBeGreaterThanOrEqual(opening);
        expect(sent).toBeLessThanOrEqual(opening === at.getTime() ? opening : opening + longestMs);
        expect(sent).toBeLessThan(closing);
      }),
      { numRuns: 600 },
    );
  });

  it('gives one answer to every replica that asks before the opening', () => {
    fc.assert(
      fc.property(questions, fc.string(), ({ timeZone, window, at }, seed) => {
        const opening = nextOpening(window, timeZone, at).getTime();
        const later = new Date(Math.floor((at.getTime() + opening) / 2));

        fc.pre(opening > later.getTime());
        expect(sendTime(window, timeZone, later, seed)).toEqual(sendTime(window, timeZone, at, seed));
      }),
    );
  });
});
