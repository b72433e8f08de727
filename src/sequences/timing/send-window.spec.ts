import { describe, expect, it } from '@jest/globals';
import { isOpen, nextOpening, sendTime, type SendWindow } from './send-window.js';

const OFFICE: SendWindow = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };
const BERLIN = 'Europe/Berlin';
const HOUR_MS = 3600 * 1000;
const MONDAY_OPENING = new Date('2026-06-08T07:00:00Z');

describe('isOpen', () => {
  it.each([
    ['Monday 08:59:59.999', '2026-06-08T06:59:59.999Z', false],
    ['Monday 09:00', '2026-06-08T07:00:00Z', true],
    ['Monday 16:59:59.999', '2026-06-08T14:59:59.999Z', true],
    ['Monday 17:00', '2026-06-08T15:00:00Z', false],
    ['Friday noon', '2026-06-12T10:00:00Z', true],
    ['Saturday noon', '2026-06-13T10:00:00Z', false],
    ['Sunday noon', '2026-06-14T10:00:00Z', false],
  ])('reads the clock of the zone: %s', (_, at, expected) => {
    expect(isOpen(OFFICE, BERLIN, new Date(at))).toBe(expected);
  });

  it('knows the weekday of the zone, not of UTC', () => {
    const mondayInBerlin = new Date('2026-06-07T22:30:00Z');
    const mondays: SendWindow = { days: [1], from: '00:00', to: '24:00' };

    expect(isOpen(mondays, 'UTC', mondayInBerlin)).toBe(false);
    expect(isOpen(mondays, BERLIN, mondayInBerlin)).toBe(true);
  });

  it('is always true without a window', () => {
    expect(isOpen(null, BERLIN, new Date('2026-06-14T02:00:00Z'))).toBe(true);
  });
});

describe('nextOpening', () => {
  it.each([
    ['before the hours', '2026-06-08T03:00:00Z', '2026-06-08T07:00:00.000Z'],
    ['within them, to the millisecond', '2026-06-08T07:00:00.001Z', '2026-06-08T07:00:00.001Z'],
    ['after them', '2026-06-08T15:00:00Z', '2026-06-09T07:00:00.000Z'],
    ['on Friday evening', '2026-06-12T15:00:00Z', '2026-06-15T07:00:00.000Z'],
    ['at the end of a year', '2026-12-31T16:00:00Z', '2027-01-01T08:00:00.000Z'],
    ['before 29 February', '2028-02-28T16:00:00Z', '2028-02-29T08:00:00.000Z'],
  ])('finds the first open instant %s', (_, at, expected) => {
    expect(nextOpening(OFFICE, BERLIN, new Date(at)).toISOString()).toBe(expected);
  });

  it('waits a week for the same minute of a window of one minute', () => {
    const minute: SendWindow = { days: [3], from: '11:59', to: '12:00' };

    expect(nextOpening(minute, 'UTC', new Date('2026-06-10T11:59:59.999Z'))).toEqual(
      new Date('2026-06-10T11:59:59.999Z'),
    );
    expect(nextOpening(minute, 'UTC', new Date('2026-06-10T12:00:00Z'))).toEqual(
      new Date('2026-06-17T11:59:00Z'),
    );
  });

  it('never closes between the days of a window of whole days', () => {
    const weekdays: SendWindow = { days: [1, 2, 3, 4, 5], from: '00:00', to: '24:00' };
    const midnight = new Date('2026-06-08T22:00:00Z');

    expect(nextOpening(weekdays, BERLIN, midnight)).toEqual(midnight);
    expect(nextOpening(weekdays, BERLIN, new Date('2026-06-12T22:00:00Z'))).toEqual(
      new Date('2026-06-14T22:00:00Z'),
    );
  });

  it.each([
    ['Pacific/Kiritimati', '2026-06-07T18:59:00Z', '2026-06-07T19:00:00.000Z'],
    ['Pacific/Apia', '2026-06-07T18:00:00Z', '2026-06-07T20:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-06-08T05:00:00Z', '2026-06-08T20:00:00.000Z'],
    ['Asia/Kathmandu', '2026-06-08T00:00:00Z', '2026-06-08T03:15:00.000Z'],
  ])('reads far and odd offsets: %s', (timeZone, at, expected) => {
    expect(nextOpening(OFFICE, timeZone, new Date(at)).toISOString()).toBe(expected);
  });

  it('is the instant itself without a window', () => {
    const at = new Date('2026-06-14T02:00:00Z');

    expect(nextOpening(null, BERLIN, at)).toEqual(at);
  });
});

describe('sendTime', () => {
  const sunday = new Date('2026-06-07T12:00:00Z');
  const seeds = Array.from({ length: 6000 }, (_, index) => `enrolment-${index}`);
  const delaysMs = (window: SendWindow): number[] =>
    seeds.map((seed) => sendTime(window, BERLIN, sunday, seed).getTime() - MONDAY_OPENING.getTime());

  it('keeps an instant at which the window is open, the opening too', () => {
    const noon = new Date('2026-06-08T10:00:00Z');

    expect(sendTime(OFFICE, BERLIN, noon, 'seed')).toEqual(noon);
    expect(sendTime(OFFICE, BERLIN, MONDAY_OPENING, 'seed')).toEqual(MONDAY_OPENING);
    expect(sendTime(null, BERLIN, sunday, 'seed')).toEqual(sunday);
  });

  it('gives a seed the same answer in every process and whenever it is asked before the opening', () => {
    const answer = new Date('2026-06-08T07:01:42.734Z');

    expect(sendTime(OFFICE, BERLIN, sunday, 'enrolment-1')).toEqual(answer);
    expect(sendTime(OFFICE, BERLIN, new Date('2026-06-08T06:59:59.999Z'), 'enrolment-1')).toEqual(answer);
  });

  it('spreads the seeds evenly over the first hour', () => {
    const delays = delaysMs(OFFICE);

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(HOUR_MS);
    const perTenMinutes = [0, 1, 2, 3, 4, 5].map(
      (part) => delays.filter((delay) => Math.floor(delay / (HOUR_MS / 6)) === part).length,
    );
    // Fair would be 1,000 each, with a deviation of 29.
    for (const count of perTenMinutes) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('spreads them over the first half of a window that is shorter than two hours', () => {
    const delays = delaysMs({ ...OFFICE, to: '09:40' });

    expect(Math.max(...delays)).toBeLessThan(HOUR_MS / 3);
    expect(Math.max(...delays)).toBeGreaterThan(HOUR_MS / 3.1);
  });

  it('stays inside a window that a change of the clocks cuts short', () => {
    // 01:45, fifteen minutes before 02:00 becomes 03:00; by the wall it lasts 90 minutes, by time thirty.
    const cut: SendWindow = { days: [7], from: '01:45', to: '03:15' };
    const saturday = new Date('2026-03-28T12:00:00Z');

    const times = seeds.map((seed) => sendTime(cut, BERLIN, saturday, seed));

    expect(times.every((time) => isOpen(cut, BERLIN, time))).toBe(true);
  });
});

describe('a window that could never open, or that nobody can read', () => {
  it.each([
    ['no day', { ...OFFICE, days: [] }],
    ['a day that is none', { ...OFFICE, days: [0, 8, 1.5] }],
    ['no hour', { ...OFFICE, to: '09:00' }],
    ['hours backwards', { ...OFFICE, to: '08:00' }],
    ['a time without minutes', { ...OFFICE, from: '9' }],
    ['a time after the end of the day', { ...OFFICE, to: '24:01' }],
    ['an hour of the next day', { ...OFFICE, to: '25:00' }],
  ])('is refused: %s', (_, window) => {
    const at = MONDAY_OPENING;

    expect(() => isOpen(window, BERLIN, at)).toThrow(RangeError);
    expect(() => nextOpening(window, BERLIN, at)).toThrow(RangeError);
    expect(() => sendTime(window, BERLIN, at, 'seed')).toThrow(RangeError);
  });
});
