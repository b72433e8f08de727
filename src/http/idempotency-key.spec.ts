import { describe, expect, it } from '@jest/globals';
import { fingerprintOf, isFinalStatus, parseIdempotencyKey } from './idempotency-key.js';

describe('parseIdempotencyKey', () => {
  it.each([
    ['a', 'a'],
    ['"a"', 'a'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['order:7/line_3.1', 'order:7/line_3.1'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('reads %s', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['empty quotes', '""'],
    ['an open quote', '"a'],
    ['256 characters', 'x'.repeat(256)],
    ['a blank', 'a b'],
    ['a line end', 'a\n'],
    ['two headers as Node joins them', 'a, b'],
    ['two headers as a list', ['a', 'b']],
    ['an umlaut', 'ä'],
    ['a parameter', '"a";x=1'],
  ])('refuses %s', (_what, header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ field: 'Idempotency-Key', code: 'wrong_format' })],
      }),
    );
  });
});

describe('fingerprintOf', () => {
  it('is the SHA-256 of the JSON', () => {
    expect(fingerprintOf({ b: 1, a: 'x' })).toBe(
      'cdab067e9f3beb32d1252cfd63e492592fecbf591b0d08cadb24bb17f3864246',
    );
  });

  it.each<[string, unknown, unknown]>([
    ['the order of names', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['what is undefined', { a: 1, b: undefined }, { a: 1 }],
    ['classes', Object.assign(new Map(), { a: 1 }), { a: 1 }],
    [
      'how a time was written',
      { at: new Date('2026-01-01T02:00:00+02:00') },
      { at: new Date('2026-01-01T00:00:00Z') },
    ],
  ])('does not mind %s', (_what, one, other) => {
    expect(fingerprintOf(one)).toBe(fingerprintOf(other));
  });

  it.each<[string, unknown, unknown]>([
    ['values', { a: 1 }, { a: 2 }],
    ['types', { a: 1 }, { a: '1' }],
    ['null and absence', { a: null }, {}],
    ['the order of a list', [1, 2], [2, 1]],
    ['nesting', { a: { b: 1 } }, { a: 1, b: 1 }],
    ['lists and objects', { a: ['x'] }, { a: { 0: 'x' } }],
    ['a text and its JSON', '{"a":1}', { a: 1 }],
    ['no body and an empty one', undefined, {}],
    ['line ends of a text', 'a\n', 'a\r\n'],
  ])('minds %s', (_what, one, other) => {
    expect(fingerprintOf(one)).not.toBe(fingerprintOf(other));
  });
});

describe('isFinalStatus', () => {
  it.each([200, 201, 202, 299, 404, 422])('keeps %d', (status) => {
    expect(isFinalStatus(status)).toBe(true);
  });

  it.each([199, 300, 400, 401, 403, 405, 409, 413, 415, 429, 500, 503])('lets %d go', (status) => {
    expect(isFinalStatus(status)).toBe(false);
  });
});
