import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rateOf, wilsonInterval } from './wilson.js';

/** Some cases of a total. */
const samples = fc
  .integer({ min: 1, max: 10_000_000 })
  .chain((total) => fc.tuple(fc.integer({ min: 0, max: total }), fc.constant(total)));

describe('wilsonInterval', () => {
  it.each([
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is %d to %d', (count, total, low, high) => {
    const interval = wilsonInterval(count, total);

    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('knows nothing of no cases', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('holds the rate and stays within 0 and 1', () => {
    fc.assert(
      fc.property(samples, ([count, total]) => {
        const { low, high } = wilsonInterval(count, total);
        const rate = rateOf(count, total);
        return low >= 0 && low <= rate && rate <= high && high <= 1 && low < high;
      }),
    );
  });

  it('moves up with every case', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 100_000 })
          .chain((total) => fc.tuple(fc.nat(total - 1), fc.constant(total))),
        ([count, total]) => {
          const before = wilsonInterval(count, total);
          const after = wilsonInterval(count + 1, total);
          return after.low > before.low && after.high > before.high;
        },
      ),
    );
  });

  it('gets narrower with more cases of the same rate', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 2, max: 50 }), ([count, total], times) => {
        const few = wilsonInterval(count, total);
        const many = wilsonInterval(count * times, total * times);
        return many.high - many.low < few.high - few.low;
      }),
    );
  });

  it('is the same seen from the other side', () => {
    fc.assert(
      fc.property(samples, ([count, total]) => {
        const did = wilsonInterval(count, total);
        const didNot = wilsonInterval(total - count, total);
        expect(did.low).toBeCloseTo(1 - didNot.high, 9);
        expect(did.high).toBeCloseTo(1 - didNot.low, 9);
      }),
    );
  });
});

describe('rateOf', () => {
  it('is 0 of nothing, and never more than 1', () => {
    expect([rateOf(0, 0), rateOf(3, 4), rateOf(5, 4), rateOf(-1, 4)]).toEqual([0, 0.75, 1, 0]);
  });
});
