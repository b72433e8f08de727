import { describe, expect, it } from '@jest/globals';
import { afterDelay } from './delay.js';
import { nextOpening, type SendWindow } from './send-window.js';

const OFFICE: SendWindow = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };
const CAIRO_OFFICE: SendWindow = { days: [7, 1, 2, 3, 4], from: '09:00', to: '17:00' };

const daily = (from: string, to: string): SendWindow => ({ days: [1, 2, 3, 4, 5, 6, 7], from, to });
const only = (day: number, from: string, to: string): SendWindow => ({ days: [day], from, to });

/** What a window is asked over the change of the clocks: why, the window, the question and the answer, both in UTC. */
type Opening = readonly [string, SendWindow, string, string];
/** A calendar delay over the change of the clocks: why, its days, from when and until when, both in UTC. */
type Wait = readonly [string, number, string, string];

interface Change {
  readonly timeZone: string;
  readonly change: string;
  readonly openings: readonly Opening[];
  readonly waits: readonly Wait[];
}

const CHANGES: readonly Change[] = [
  {
    timeZone: 'Europe/Berlin',
    change: '29 March 2026, 02:00 CET becomes 03:00 CEST at 01:00 UTC',
    openings: [
      ['the weekend with the change', OFFICE, '2026-03-27T16:00Z', '2026-03-30T07:00Z'],
      ['the day before', daily('09:00', '10:00'), '2026-03-28T00:00Z', '2026-03-28T08:00Z'],
      ['the day itself', daily('09:00', '10:00'), '2026-03-28T09:00Z', '2026-03-29T07:00Z'],
      ['all of it skipped', daily('02:15', '02:45'), '2026-03-28T12:00Z', '2026-03-30T00:15Z'],
      ['skipped, and weekly', only(7, '02:15', '02:45'), '2026-03-28T12:00Z', '2026-04-05T00:15Z'],
      ['its beginning skipped', daily('02:30', '04:00'), '2026-03-28T12:00Z', '2026-03-29T01:00Z'],
      ['its end skipped', daily('01:30', '02:30'), '2026-03-29T01:00Z', '2026-03-29T23:30Z'],
    ],
    waits: [
      ['the same hour', 3, '2026-03-27T14:00Z', '2026-03-30T13:00Z'],
      ['02:30 is skipped: 03:30', 1, '2026-03-28T01:30Z', '2026-03-29T01:30Z'],
    ],
  },
  {
    timeZone: 'Europe/Berlin',
    change: '25 October 2026, 03:00 CEST becomes 02:00 CET at 01:00 UTC',
    openings: [
      ['the weekend with the change', OFFICE, '2026-10-23T15:00Z', '2026-10-26T08:00Z'],
      ['the first time', daily('02:15', '02:45'), '2026-10-24T12:00Z', '2026-10-25T00:15Z'],
      ['the second time', daily('02:15', '02:45'), '2026-10-25T00:45Z', '2026-10-25T01:15Z'],
      ['after both', daily('02:15', '02:45'), '2026-10-25T01:45Z', '2026-10-26T01:15Z'],
    ],
    waits: [
      ['the same hour', 3, '2026-10-23T13:00Z', '2026-10-26T14:00Z'],
      ['02:30 comes twice: the first', 1, '2026-10-24T00:30Z', '2026-10-25T00:30Z'],
      ['from the first 02:30', 1, '2026-10-25T00:30Z', '2026-10-26T01:30Z'],
      ['from the second 02:30', 1, '2026-10-25T01:30Z', '2026-10-26T01:30Z'],
    ],
  },
  {
    timeZone: 'America/New_York',
    change: '8 March 2026, 02:00 EST becomes 03:00 EDT at 07:00 UTC',
    openings: [
      ['the weekend with the change', OFFICE, '2026-03-06T22:00Z', '2026-03-09T13:00Z'],
      ['all of it skipped', daily('02:00', '03:00'), '2026-03-07T12:00Z', '2026-03-09T06:00Z'],
      ['open across the change', daily('01:30', '03:30'), '2026-03-08T07:29Z', '2026-03-08T07:29Z'],
      ['closed after it', daily('01:30', '03:30'), '2026-03-08T07:30Z', '2026-03-09T05:30Z'],
    ],
    waits: [
      ['the same hour', 3, '2026-03-06T20:00Z', '2026-03-09T19:00Z'],
      ['02:00 is skipped: 03:00', 1, '2026-03-07T07:00Z', '2026-03-08T07:00Z'],
    ],
  },
  {
    timeZone: 'America/New_York',
    change: '1 November 2026, 02:00 EDT becomes 01:00 EST at 06:00 UTC',
    openings: [
      ['the weekend with the change', OFFICE, '2026-10-30T21:00Z', '2026-11-02T14:00Z'],
      ['the first time', daily('01:00', '01:30'), '2026-10-31T12:00Z', '2026-11-01T05:00Z'],
      ['the second time', daily('01:00', '01:30'), '2026-11-01T05:30Z', '2026-11-01T06:00Z'],
      ['after both', daily('01:00', '01:30'), '2026-11-01T06:30Z', '2026-11-02T06:00Z'],
    ],
    waits: [['01:30 comes twice: the first', 1, '2026-10-31T05:30Z', '2026-11-01T05:30Z']],
  },
  {
    timeZone: 'America/Santiago',
    change: 'Saturday 4 April 2026, midnight becomes 23:00 at 03:00 UTC of the 5th',
    openings: [
      ['the weekend with the change', OFFICE, '2026-04-03T20:00Z', '2026-04-06T13:00Z'],
      ['the first time', daily('23:00', '23:30'), '2026-04-05T00:00Z', '2026-04-05T02:00Z'],
      ['the second time', daily('23:00', '23:30'), '2026-04-05T02:30Z', '2026-04-05T03:00Z'],
      ['after both', daily('23:00', '23:30'), '2026-04-05T03:30Z', '2026-04-06T03:00Z'],
      ['Saturday lasts longer', only(6, '22:00', '24:00'), '2026-04-05T03:59Z', '2026-04-05T03:59Z'],
      ['Sunday begins later', only(7, '00:00', '01:00'), '2026-04-05T03:00Z', '2026-04-05T04:00Z'],
    ],
    waits: [['23:30 comes twice: the first', 1, '2026-04-04T02:30Z', '2026-04-05T02:30Z']],
  },
  {
    timeZone: 'America/Santiago',
    change: 'Sunday 6 September 2026, midnight becomes 01:00 at 04:00 UTC',
    openings: [
      ['the weekend with the change', OFFICE, '2026-09-04T21:00Z', '2026-09-07T12:00Z'],
      ['all of it skipped', only(7, '00:00', '01:00'), '2026-09-05T12:00Z', '2026-09-13T03:00Z'],
      ['the whole Sunday', only(7, '00:00', '24:00'), '2026-09-05T12:00Z', '2026-09-06T04:00Z'],
    ],
    waits: [['00:30 is skipped: 01:30', 1, '2026-09-05T04:30Z', '2026-09-06T04:30Z']],
  },
  {
    timeZone: 'Africa/Cairo',
    change: 'Friday 24 April 2026, midnight becomes 01:00 at 22:00 UTC of the 23rd',
    openings: [
      ['the weekend with the change', CAIRO_OFFICE, '2026-04-23T15:00Z', '2026-04-26T06:00Z'],
      ['all of it skipped', only(5, '00:00', '00:30'), '2026-04-23T12:00Z', '2026-04-30T21:00Z'],
      ['its beginning skipped', only(5, '00:30', '02:00'), '2026-04-23T12:00Z', '2026-04-23T22:00Z'],
    ],
    waits: [['00:15 is skipped: 01:15', 1, '2026-04-22T22:15Z', '2026-04-23T22:15Z']],
  },
  {
    timeZone: 'Africa/Cairo',
    change: 'Thursday 29 October 2026, midnight becomes 23:00 at 21:00 UTC',
    openings: [
      ['the weekend with the change', CAIRO_OFFICE, '2026-10-29T14:00Z', '2026-11-01T07:00Z'],
      ['the first time', daily('23:15', '23:45'), '2026-10-29T12:00Z', '2026-10-29T20:15Z'],
      ['the second time', daily('23:15', '23:45'), '2026-10-29T20:45Z', '2026-10-29T21:15Z'],
      ['after both', daily('23:15', '23:45'), '2026-10-29T21:45Z', '2026-10-30T21:15Z'],
      ['Friday begins later', only(5, '00:00', '24:00'), '2026-10-29T21:00Z', '2026-10-29T22:00Z'],
    ],
    waits: [['23:30 comes twice: the first', 1, '2026-10-28T20:30Z', '2026-10-29T20:30Z']],
  },
  {
    timeZone: 'Australia/Lord_Howe',
    change: '5 April 2026, 02:00 becomes 01:30 at 15:00 UTC of the 4th',
    openings: [
      ['the weekend with the change', OFFICE, '2026-04-03T06:00Z', '2026-04-05T22:30Z'],
      ['the first time', daily('01:30', '01:45'), '2026-04-04T00:00Z', '2026-04-04T14:30Z'],
      ['the second time', daily('01:30', '01:45'), '2026-04-04T14:45Z', '2026-04-04T15:00Z'],
      ['after both', daily('01:30', '01:45'), '2026-04-04T15:15Z', '2026-04-05T15:00Z'],
    ],
    waits: [['01:40 comes twice: the first', 1, '2026-04-03T14:40Z', '2026-04-04T14:40Z']],
  },
  {
    timeZone: 'Australia/Lord_Howe',
    change: '4 October 2026, 02:00 becomes 02:30 at 15:30 UTC of the 3rd',
    openings: [
      ['the weekend with the change', OFFICE, '2026-10-02T06:30Z', '2026-10-04T22:00Z'],
      ['all of it skipped', daily('02:00', '02:30'), '2026-10-03T00:00Z', '2026-10-04T15:00Z'],
      ['its beginning skipped', daily('02:15', '03:00'), '2026-10-03T00:00Z', '2026-10-03T15:30Z'],
    ],
    waits: [['02:10 is skipped: 02:40', 1, '2026-10-02T15:40Z', '2026-10-03T15:40Z']],
  },
];

describe.each(CHANGES)('$timeZone, $change', ({ timeZone, openings, waits }) => {
  it.each(openings)('opens a window: %s', (_, window, asked, opening) => {
    expect(nextOpening(window, timeZone, new Date(asked))).toEqual(new Date(opening));
  });

  it.each(waits)('ends a delay: %s', (_, days, from, until) => {
    expect(afterDelay(new Date(from), { days, businessDays: false }, timeZone)).toEqual(new Date(until));
  });
});
