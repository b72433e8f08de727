import { describe, expect, it } from '@jest/globals';
import { DayPlaces } from './day-places.js';

const none = { cap: null, used: 1_000_000 };

function places(
  global: { cap: number | null; used: number },
  campaign: { cap: number | null; used: number },
) {
  return new DayPlaces(
    '2026-11-22',
    1_000,
    global,
    new Map([
      [7, campaign],
      [8, none],
    ]),
  );
}

describe('DayPlaces', () => {
  it('hands out what is left of the narrower cap', () => {
    const day = places({ cap: 10, used: 7 }, { cap: 5, used: 3 });

    expect([day.take(7), day.take(7), day.take(7), day.take(8), day.take(8)]).toEqual([
      'taken',
      'taken',
      'campaign',
      'taken',
      'global',
    ]);
    expect(day.taken.global).toBe(3);
    expect([...day.taken.byCampaign]).toEqual([
      [7, 2],
      [8, 1],
    ]);
  });

  it('hands out again what was put back', () => {
    const day = places({ cap: 1, used: 0 }, none);
    day.take(7);

    day.putBack(7);

    expect([day.take(8), day.take(7)]).toEqual(['taken', 'global']);
    expect([...day.taken.byCampaign]).toEqual([
      [7, 0],
      [8, 1],
    ]);
    expect(() => {
      day.putBack(7);
    }).toThrow('no place');
  });

  it('has no end without caps', () => {
    expect(places(none, none).take(7)).toBe('taken');
  });

  it('gives nothing when a cap was lowered below what is used', () => {
    expect(places({ cap: 5, used: 9 }, none).take(7)).toBe('global');
  });

  it('refuses a campaign whose counter it does not hold', () => {
    expect(() => places(none, none).take(9)).toThrow('not locked');
  });
});
