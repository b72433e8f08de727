import { describe, expect, it } from '@jest/globals';

import { parseRetryAfterMs } from './retry-after.js';

describe('parseRetryAfterMs', () => {
  const date = 'Sun, 22 Nov 2026 10:00:00 GMT';

  it.each([
    ['seconds', '7', 7_000],
    ['zero', '0', 0],
    ['more than an hour', '1000000000', 3_600_000],
    ['a date ahead', 'Sun, 22 Nov 2026 10:02:00 GMT', 120_000],
    ['a date long ahead', 'Mon, 23 Nov 2026 10:00:00 GMT', 3_600_000],
    ['a date gone by', 'Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ])('reads %s', (_, value, expected) => {
    expect(parseRetryAfterMs(value, date)).toBe(expected);
  });

  it.each([
    ['nothing', undefined],
    ['an empty field', ''],
    ['a negative number', '-5'],
    ['a fraction', '1.5'],
    ['words', 'soon'],
    ['a date in another form', '2026-11-22T10:02:00Z'],
    ['a date that does not exist', 'Sun, 42 Nov 2026 10:02:00 GMT'],
    ['a number instead of a field', 7],
  ])('ignores %s', (_, value) => {
    expect(parseRetryAfterMs(value, date)).toBeUndefined();
  });

  it.each([undefined, 'now', '2026-11-22T10:00:00Z', 'Sun, 42 Nov 2026 10:00:00 GMT'])(
    'ignores a date when the answer itself is dated %p',
    (dateless) => {
      expect(parseRetryAfterMs('Sun, 22 Nov 2026 10:02:00 GMT', dateless)).toBeUndefined();
    },
  );
});
