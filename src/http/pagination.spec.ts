import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, nextLink } from './pagination.js';

const cursorOf = (text: string): string => Buffer.from(text).toString('base64url');

describe('cursors', () => {
  it.each([1, 42, 2_147_483_647])('find back to %d', (id) => {
    expect(decodeCursor(encodeCursor(id))).toBe(id);
  });

  it.each([
    ['nothing', ''],
    ['a plain id', '42'],
    ['random text', 'not a cursor'],
    ['a cut cursor', encodeCursor(123_456).slice(0, -2)],
    ['a longer cursor', `${encodeCursor(42)}A`],
    ['padding', Buffer.from('v1:4').toString('base64')],
    ['the other alphabet', `${encodeCursor(42)}=`],
    ['a line end', `${encodeCursor(42)}\n`],
    ['another version', cursorOf('v2:42')],
    ['zero', cursorOf('v1:0')],
    ['a leading zero', cursorOf('v1:042')],
    ['a negative id', cursorOf('v1:-1')],
    ['more than an integer', cursorOf('v1:2147483648')],
    ['ten kilobytes', 'A'.repeat(10_000)],
  ])('refuse %s', (_what, cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ field: 'cursor', code: 'invalid_cursor' })],
      }),
    );
  });
});

describe('nextLink', () => {
  it('repeats the filters, writes times in UTC and replaces the cursor', () => {
    const query = {
      campaign_id: 7,
      to_email: 'a+b@example.org',
      from: new Date('2026-03-01T09:00:00+02:00'),
      status: undefined,
      lead_id: null,
      unmatched: false,
      cursor: 'old',
    };

    expect(nextLink('/api/cam/leads', query, 'new')).toBe(
      '</api/cam/leads?campaign_id=7&to_email=a%2Bb%40example.org&from=2026-03-01T07%3A00%3A00.000Z&unmatched=false&cursor=new>; rel="next"',
    );
  });

  it('lets no filter break out of the link', () => {
    expect(nextLink('/l', { q: '>; rel="prev"' }, 'c')).toBe(
      '</l?q=%3E%3B+rel%3D%22prev%22&cursor=c>; rel="next"',
    );
  });
});
