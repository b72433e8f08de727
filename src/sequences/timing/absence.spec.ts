import { describe, expect, it } from '@jest/globals';
import { afterAbsence } from './absence.js';

const BERLIN = 'Europe/Berlin';
/** Monday noon in Berlin. */
const RECEIVED = new Date('2026-06-08T10:00:00Z');

describe('afterAbsence', () => {
  it.each([
    ['Wednesday', '2026-06-10', '2026-06-10T22:00:00.000Z'],
    ['Friday', '2026-06-12', '2026-06-14T22:00:00.000Z'],
    ['Saturday', '2026-06-13', '2026-06-14T22:00:00.000Z'],
    ['Sunday', '2026-06-14', '2026-06-14T22:00:00.000Z'],
    ['Tuesday, the end of a month', '2026-06-30', '2026-06-30T22:00:00.000Z'],
  ])('is the start of the first business day after the return on a %s', (_, returnDate, expected) => {
    expect(afterAbsence(returnDate, RECEIVED, BERLIN).toISOString()).toBe(expected);
  });

  it.each([
    ['Pacific/Kiritimati', '2026-06-10T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-06-11T11:00:00.000Z'],
    ['Asia/Kathmandu', '2026-06-10T18:15:00.000Z'],
  ])('is the start of the day in the zone: %s', (timeZone, expected) => {
    expect(afterAbsence('2026-06-10', RECEIVED, timeZone).toISOString()).toBe(expected);
  });

  it('is 01:00 on a day whose midnight the clocks skip', () => {
    const thursday = afterAbsence('2026-04-23', new Date('2026-04-20T10:00:00Z'), 'Africa/Cairo');

    expect(thursday.toISOString()).toBe('2026-04-23T22:00:00.000Z');
  });

  it('finds 29 February', () => {
    const monday = new Date('2028-02-21T10:00:00Z');

    expect(afterAbsence('2028-02-28', monday, 'UTC').toISOString()).toBe('2028-02-29T00:00:00.000Z');
  });

  it.each([
    ['a return in the past', '2026-06-01'],
    ['a return today, whose tomorrow begins within a day', '2026-06-08'],
  ])('is a day after the reply at the earliest: %s', (_, returnDate) => {
    expect(afterAbsence(returnDate, RECEIVED, BERLIN).toISOString()).toBe('2026-06-09T10:00:00.000Z');
  });

  it.each([
    ['the last day before', '2026-08-05', '2026-08-05T22:00:00.000Z'],
    ['the first day after', '2026-08-07', '2026-08-07T10:00:00.000Z'],
    ['next year', '2027-06-01', '2026-08-07T10:00:00.000Z'],
  ])('is 60 days after the reply at the latest: %s', (_, returnDate, expected) => {
    expect(afterAbsence(returnDate, RECEIVED, BERLIN).toISOString()).toBe(expected);
  });

  it('is a week after the reply, at its local time, when she names no date', () => {
    const beforeSummerTime = new Date('2026-03-26T10:00:00Z');

    expect(afterAbsence(null, RECEIVED, BERLIN).toISOString()).toBe('2026-06-15T10:00:00.000Z');
    expect(afterAbsence(null, beforeSummerTime, BERLIN).toISOString()).toBe('2026-04-02T09:00:00.000Z');
  });
});
