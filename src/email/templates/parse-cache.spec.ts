import { describe, expect, it } from '@jest/globals';
import { ParseCache } from './parse-cache.js';

/** The sources among `a` to `e` that are still known; asking counts as use. */
function known(cache: ParseCache<number>): string {
  return 'abcde'.replace(/./g, (source) => (cache.get(source) === undefined ? '' : source));
}

describe('ParseCache', () => {
  it('knows what it was given, and nothing else', () => {
    const cache = new ParseCache<number>(10);
    cache.set('a', 1, 1);

    expect(cache.get('a')).toBe(1);
    expect(cache.get('b')).toBeUndefined();
  });

  it('drops what was used longest ago once all together are too heavy', () => {
    const cache = new ParseCache<number>(10);
    for (const source of 'abc') cache.set(source, 0, 3);
    cache.get('a');

    cache.set('d', 0, 4);

    expect(known(cache)).toBe('acd');
  });

  it('drops as many as a heavy one takes the place of', () => {
    const cache = new ParseCache<number>(10);
    for (const source of 'abc') cache.set(source, 0, 3);

    cache.set('d', 0, 7);

    expect(known(cache)).toBe('cd');
  });

  it('does not keep what is heavier than all it may hold, and has its place again afterwards', () => {
    const cache = new ParseCache<number>(10);
    cache.set('a', 0, 11);
    for (const source of 'bcde') cache.set(source, 0, 2);

    expect(known(cache)).toBe('bcde');
  });

  it('weighs a source once that is given again', () => {
    const cache = new ParseCache<number>(10);
    for (let time = 0; time < 9; time += 1) cache.set('a', time, 5);
    cache.set('b', 0, 5);

    expect(known(cache)).toBe('ab');
    expect(cache.get('a')).toBe(8);
  });
});
