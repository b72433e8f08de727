import { describe, expect, it } from '@jest/globals';
import { partsOf } from './parts.js';

const parts = (weights: readonly number[]): number[][] => partsOf(weights, (weight) => weight, 10);

describe('partsOf', () => {
  it('fills each part up to the limit, in order', () => {
    expect(parts([4, 6, 1, 9, 5, 5, 5])).toEqual([[4, 6], [1, 9], [5, 5], [5]]);
  });

  it('leaves alone what is heavier than a part may be', () => {
    expect(parts([1, 11, 12, 1, 1])).toEqual([[1], [11], [12], [1, 1]]);
  });

  it('makes no part of nothing', () => {
    expect(parts([])).toEqual([]);
  });
});
