import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { instantOf, periodAt, wallTimeAt, weekdayOf } from './wall-clock.js';

const HOUR_MS = 3600 * 1000;

/** Times in those zones; half of them lie around the latest change of the clocks. */
const momentsIn = (timeZones: readonly string[]): fc.Arbitrary<{ timeZone: string; at: number }> =>
  fc
    .record({
      timeZone: fc.constantFrom(...timeZones),
      instant: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2036, 0) }),
      sinceChangeMs: fc.option(fc.integer({ min: -2 * HOUR_MS, max: 2 * HOUR_MS })),
    })
    .map(({ timeZone, instant, sinceChangeMs }) => {
      const { start } = periodAt(timeZone, instant);
      const isNearby = sinceChangeMs !== null && Number.isFinite(start);
      return { timeZone, at: isNearby ? start + sinceChangeMs : instant };
    });

describe('periodAt', () => {
  it('goes from one change of the clocks to the next', () => {
    expect(periodAt('Europe/Berlin', Date.UTC(2026, 5, 8))).toEqual({
      start: Date.UTC(2026, 2, 29, 1),
      end: Date.UTC(2026, 9, 25, 1),
      offset: 2 * HOUR_MS,
    });
  });

  it('has the change that begins it as its part, and the one that ends it not', () => {
    const change = Date.UTC(2030, 2, 31, 1);

    expect(periodAt('Europe/Vienna', change).start).toBe(change);
    expect(periodAt('Europe/Vienna', change - 1).end).toBe(change);
    expect(periodAt('Europe/Vienna', change).start).toBe(change);
  });

  it('is looked up once for all of its instants', () => {
    const { start, end } = periodAt('Europe/Rome', Date.UTC(2026, 5, 8));

    expect(periodAt('Europe/Rome', start)).toBe(periodAt('Europe/Rome', end - 1));
  });

  it('has no end where the clocks never change', () => {
    expect(periodAt('UTC', 0)).toEqual({ start: -Infinity, end: Infinity, offset: 0 });
  });

  it('refuses a zone that the runtime does not know', () => {
    expect(() => periodAt('Mars/Olympus_Mons', 0)).toThrow(RangeError);
  });
});

describe('wallTimeAt', () => {
  it('is what Intl writes, in every zone', () => {
    const style = { dateStyle: 'full', timeStyle: 'medium' } as const;
    const inUtc = new Intl.DateTimeFormat('en-US', { ...style, timeZone: 'UTC' });

    fc.assert(
      fc.property(momentsIn(Intl.supportedValuesOf('timeZone')), ({ timeZone, at }) => {
        const inZone = new Intl.DateTimeFormat('en-US', { ...style, timeZone });

        expect(inUtc.format(wallTimeAt(timeZone, at))).toBe(inZone.format(at));
      }),
      { numRuns: 200 },
    );
  });
});

describe('instantOf', () => {
  it('is what Temporal answers, for skipped and repeated times too', () => {
    const moments = momentsIn([
      'Africa/Cairo',
      'Africa/Casablanca',
      'America/Havana',
      'America/New_York',
      'America/Santiago',
      'Asia/Tokyo',
      'Australia/Lord_Howe',
      'Europe/Berlin',
      'Pacific/Chatham',
    ]);
    const aside = fc.integer({ min: -HOUR_MS, max: HOUR_MS });

    fc.assert(
      fc.property(moments, aside, ({ timeZone, at }, asideMs) => {
        const wallTime = wallTimeAt(timeZone, at) + asideMs;
        const inUtc = Temporal.Instant.fromEpochMilliseconds(wallTime).toZonedDateTimeISO('UTC');
        const inZone = inUtc.toPlainDateTime().toZonedDateTime(timeZone);

        expect(instantOf(timeZone, wallTime)).toBe(inZone.epochMilliseconds);
      }),
      { numRuns: 1500 },
    );
  });

  it('reads a time that the clocks skip with the offset from before the gap', () => {
    const skipped = Date.UTC(2026, 2, 29, 2, 30);

    expect(instantOf('Europe/Berlin', skipped)).toBe(Date.UTC(2026, 2, 29, 1, 30));
  });
});

describe('weekdayOf', () => {
  it('counts from Monday, 1, to Sunday, 7', () => {
    const week = [8, 9, 10, 11, 12, 13, 14].map((day) => weekdayOf(Date.UTC(2026, 5, day, 23, 59)));

    expect(week).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});
