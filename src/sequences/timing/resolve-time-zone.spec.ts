import { describe, expect, it } from '@jest/globals';
import { timeZoneOf } from './resolve-time-zone.js';

describe('timeZoneOf', () => {
  it.each([
    ['the lead’s', 'Asia/Tokyo', 'Europe/Berlin', 'Asia/Tokyo'],
    ['the campaign’s when the lead has none', null, 'Europe/Berlin', 'Europe/Berlin'],
    ['the fallback when neither has one', null, null, 'UTC'],
    ['the campaign’s when nobody knows the lead’s', 'Mars/Olympus_Mons', 'Europe/Berlin', 'Europe/Berlin'],
    ['the fallback when nobody knows either', 'Mars/Olympus_Mons', '', 'UTC'],
    ['the same the second time', 'Mars/Olympus_Mons', 'Europe/Berlin', 'Europe/Berlin'],
  ])('is %s', (_, lead, campaign, expected) => {
    expect(timeZoneOf(lead, campaign, 'UTC')).toBe(expected);
  });
});
