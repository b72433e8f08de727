import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOTABLE_WEEKS, walkThrough } from '../../../test/support/minute-walk.js';
import { afterDelay } from './delay.js';

const BERLIN = 'Europe/Berlin';
const DAY_MS = 24 * 3600 * 1000;
const MINUTE_MS = 60_000;

describe('afterDelay', () => {
  it.each([
    ['the end of a month', 1, '2026-04-30T13:00:00Z', '2026-05-01T13:00:00.000Z'],
    ['the end of a year', 3, '2026-12-30T14:00:00Z', '2027-01-02T14:00:00.000Z'],
    ['29 February', 1, '2028-02-28T14:00:00Z', '2028-02-29T14:00:00.000Z'],
    ['no 29 February', 1, '2027-02-28T14:00:00Z', '2027-03-01T14:00:00.000Z'],
    ['a year', 365, '2026-06-08T13:00:00Z', '2027-06-08T13:00:00.000Z'],
  ])('counts calendar days: %s', (_, days, from, expected) => {
    const delay = { days, businessDays: false };

    expect(afterDelay(new Date(from), delay, BERLIN).toISOString()).toBe(expected);
  });

  it.each([
    ['Monday', 1, '2026-06-08T13:00:00Z', '2026-06-09T13:00:00.000Z'],
    ['Friday', 1, '2026-06-12T13:00:00Z', '2026-06-15T13:00:00.000Z'],
    ['Saturday', 1, '2026-06-13T13:00:00Z', '2026-06-15T13:00:00.000Z'],
    ['Sunday', 1, '2026-06-14T13:00:00Z', '2026-06-15T13:00:00.000Z'],
    ['Saturday, a week of them', 5, '2026-06-13T13:00:00Z', '2026-06-19T13:00:00.000Z'],
    ['Wednesday, two weekends', 8, '2026-06-10T13:00:00Z', '2026-06-22T13:00:00.000Z'],
    ['Friday, over a change of the clocks', 1, '2026-03-27T14:00:00Z', '2026-03-30T13:00:00.000Z'],
    ['Sunday in UTC that is Monday in Berlin', 1, '2026-06-14T22:30:00Z', '2026-06-15T22:30:00.000Z'],
  ])('counts business days: from %s', (_, days, from, expected) => {
    const delay = { days, businessDays: true };

    expect(afterDelay(new Date(from), delay, BERLIN).toISOString()).toBe(expected);
  });

  it('goes to the same hour of the next day that there is, where a day was left out', () => {
    const delay = { days: 1, businessDays: false };

    expect(afterDelay(new Date('2011-12-29T20:00:00Z'), delay, 'Pacific/Apia').toISOString()).toBe(
      '2011-12-30T20:00:00.000Z',
    );
  });

  it.each([
    ['on a Saturday', '2026-06-13T13:00:00.000Z'],
    ['in the second of two equal hours', '2026-10-25T01:30:00.000Z'],
  ])('is no time at all for no days: %s', (_, from) => {
    for (const businessDays of [false, true]) {
      expect(afterDelay(new Date(from), { days: 0, businessDays }, BERLIN).toISOString()).toBe(from);
    }
  });

  it('is, in a walk over the clocks, the first time they show the hour of that day', () => {
    const questions = fc.record({
      weeks: fc.constantFrom(...NOTABLE_WEEKS),
      passedMs: fc.integer({ min: 0, max: 7 * DAY_MS - 1 }),
      days: fc.integer({ min: 1, max: 6 }),
      businessDays: fc.boolean(),
    });

    fc.assert(
      fc.property(questions, ({ weeks, passedMs, days, businessDays }) => {
        const walk = walkThrough(weeks);
        const from = walk.start + passedMs;
        const wallTime = dayByDay(walk.wallTimeAt(from), days, businessDays);
        const wallMinute = wallTime - (wallTime % MINUTE_MS);
        const reached = walk.first(from, (shown) => shown >= wallMinute);
        // The clocks went past the hour without showing it: as if they went on as they did a minute before.
        const overshot = walk.wallTimeAt(reached) > wallMinute;
        const start = overshot ? reached - MINUTE_MS : reached;

        const expected = start + wallTime - walk.wallTimeAt(start);

        expect(afterDelay(new Date(from), { days, businessDays }, weeks.timeZone)).toEqual(
          new Date(expected),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

const dayByDay = (from: number, days: number, businessDays: boolean): number => {
  let wallTime = from;
  for (let left = days; left > 0;) {
    wallTime += DAY_MS;
    const isWeekend = [0, 6].includes(new Date(wallTime).getUTCDay());
    if (!(businessDays && isWeekend)) left -= 1;
  }
  return wallTime;
};
