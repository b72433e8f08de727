import { describe, expect, it } from '@jest/globals';

import type { SendOutcome } from '../email-provider.js';
import { classifySend, type SendAttempt } from './resend-outcome.js';

const MINUTE_MS = 60_000;

function attempt(result: unknown, wire: Partial<SendAttempt> = {}): SendAttempt {
  return { result, timedOut: false, mayBeWritten: true, httpStatus: null, errorCode: null, ...wire };
}

/** What the SDK hands over for a complete error answer; the wire's status is that of the body unless said otherwise. */
function refusal(
  statusCode: number,
  name: string,
  message = 'No',
  headers: Record<string, string> = {},
): SendAttempt {
  const result = { data: null, error: { statusCode, name, message }, headers };
  return attempt(result, { httpStatus: statusCode });
}

/** What the SDK makes of refused connections, lost ones, time-outs and unreadable answers alike. */
const SILENCE = {
  data: null,
  error: { name: 'application_error', statusCode: null, message: 'Unable to fetch data.' },
  headers: null,
};

describe('classifySend', () => {
  it('takes a message id for acceptance', () => {
    const result = { data: { id: 'b7c1' }, error: null, headers: {} };

    expect(classifySend(attempt(result, { httpStatus: 200 }))).toEqual({
      kind: 'accepted',
      messageId: 'b7c1',
    });
  });

  it('takes a message id for acceptance even when time ran out as it arrived', () => {
    const result = { data: { id: 'b7c1' }, error: null, headers: {} };

    expect(classifySend(attempt(result, { timedOut: true })).kind).toBe('accepted');
  });

  describe('without an answer', () => {
    it.each<[string, Partial<SendAttempt>, SendOutcome]>([
      [
        'never written: refused',
        { mayBeWritten: false, errorCode: 'ECONNREFUSED' },
        { kind: 'unreachable', reason: 'no connection to Resend: ECONNREFUSED' },
      ],
      [
        'never written: failed without a code',
        { mayBeWritten: false },
        { kind: 'unreachable', reason: 'no connection to Resend: Unable to fetch data.' },
      ],
      [
        'never written: timed out',
        { mayBeWritten: false, timedOut: true },
        { kind: 'unreachable', reason: 'no connection to Resend in time' },
      ],
      ['timed out', { timedOut: true }, { kind: 'ambiguous', reason: 'no answer from Resend in time' }],
      [
        'reset after writing',
        { errorCode: 'ECONNRESET' },
        { kind: 'ambiguous', reason: 'no readable answer from Resend: ECONNRESET' },
      ],
      [
        'unreadable 200',
        { httpStatus: 200 },
        { kind: 'ambiguous', reason: 'no readable answer from Resend (status 200): Unable to fetch data.' },
      ],
      [
        'redirect not followed',
        { httpStatus: 307 },
        { kind: 'ambiguous', reason: 'no readable answer from Resend (status 307): Unable to fetch data.' },
      ],
      [
        'timed out while a refusal was being read',
        { httpStatus: 422, timedOut: true },
        { kind: 'ambiguous', reason: 'no answer from Resend in time' },
      ],
    ])('%s', (_, wire, expected) => {
      expect(classifySend(attempt(SILENCE, wire))).toEqual(expected);
    });

    it.each<[string, unknown]>([
      ['undefined', undefined],
      ['null', null],
      ['a string', 'oops'],
      ['an empty object', {}],
      ['an error thrown by the SDK', { error: new TypeError('boom') }],
    ])('is ambiguous when the SDK answers %s', (_, result) => {
      expect(classifySend(attempt(result)).kind).toBe('ambiguous');
    });
  });

  describe('answers that are not what the SDK declares', () => {
    it.each<[string, unknown, number | null, SendOutcome['kind']]>([
      ['200 {}', { data: {}, error: null, headers: {} }, 200, 'ambiguous'],
      ['200 null', { data: null, error: null, headers: {} }, 200, 'ambiguous'],
      ['200 with an empty id', { data: { id: '' }, error: null, headers: {} }, 200, 'ambiguous'],
      ['200 with a number for an id', { data: { id: 7 }, error: null, headers: {} }, 200, 'ambiguous'],
      ['503 null', { data: null, error: null, headers: {} }, 503, 'ambiguous'],
      ['503 "oops"', { data: null, error: 'oops', headers: {} }, 503, 'ambiguous'],
      ['401 "oops"', { data: null, error: 'oops', headers: {} }, 401, 'misconfigured'],
      ['422 {}', { data: null, error: {}, headers: {} }, 422, 'rejected'],
      ['no status at all', { data: null, error: {}, headers: {} }, null, 'ambiguous'],
      ['a status in the body only', { data: null, error: { statusCode: 422 } }, null, 'rejected'],
      [
        '500 that calls itself 422',
        { data: null, error: { statusCode: 422 }, headers: {} },
        500,
        'ambiguous',
      ],
    ])('%s', (_, result, httpStatus, kind) => {
      expect(classifySend(attempt(result, { httpStatus })).kind).toBe(kind);
    });
  });

  describe('by status and name', () => {
    it.each<[number, string, SendOutcome['kind']]>([
      [500, 'application_error', 'ambiguous'],
      [500, 'internal_server_error', 'ambiguous'],
      [503, 'service_unavailable', 'ambiguous'],
      [502, 'validation_error', 'ambiguous'],
      [599, 'unheard_of', 'ambiguous'],
      [301, 'moved', 'ambiguous'],
      [408, 'request_timeout', 'ambiguous'],
      [409, 'concurrent_idempotent_requests', 'ambiguous'],
      [409, 'resource_locked', 'ambiguous'],
      [409, 'invalid_idempotent_request', 'conflicting'],
      [409, 'unheard_of', 'ambiguous'],
      [429, 'rate_limit_exceeded', 'deferred'],
      [429, 'application_error', 'deferred'],
      [401, 'missing_api_key', 'misconfigured'],
      [401, 'restricted_api_key', 'misconfigured'],
      [402, 'payment_required', 'misconfigured'],
      [403, 'invalid_api_key', 'misconfigured'],
      [403, 'suspended_api_key', 'misconfigured'],
      [403, 'invalid_permission', 'misconfigured'],
      [403, 'validation_error', 'misconfigured'],
      [403, 'invalid_from_address', 'misconfigured'],
      [422, 'invalid_from_address', 'misconfigured'],
      [404, 'not_found', 'misconfigured'],
      [405, 'method_not_allowed', 'misconfigured'],
      [400, 'validation_error', 'rejected'],
      [400, 'invalid_idempotency_key', 'rejected'],
      [413, 'application_error', 'rejected'],
      [422, 'validation_error', 'rejected'],
      [422, 'missing_required_field', 'rejected'],
      [422, 'invalid_attachment', 'rejected'],
      [422, 'invalid_parameter', 'rejected'],
      [451, 'security_error', 'rejected'],
      [403, 'security_error', 'rejected'],
      [418, 'unheard_of', 'rejected'],
    ])('%i %s is %s', (status, name, kind) => {
      expect(classifySend(refusal(status, name)).kind).toBe(kind);
    });

    it.each([
      'The acme.test domain is not verified. Please, add and verify your domain.',
      'You can only send testing emails to your own email address.',
    ])('400 validation_error is misconfigured when it says: %s', (message) => {
      expect(classifySend(refusal(400, 'validation_error', message)).kind).toBe('misconfigured');
    });

    it('says that the key was used with another body', () => {
      expect(classifySend(refusal(409, 'invalid_idempotent_request'))).toEqual({
        kind: 'conflicting',
        reason: 'this send key was used with another body before: the frozen mail has changed',
      });
    });

    it('asks again soon when a request under the same key is running', () => {
      expect(classifySend(refusal(409, 'concurrent_idempotent_requests', 'In progress'))).toEqual({
        kind: 'ambiguous',
        reason: 'Resend answered 409 concurrent_idempotent_requests: In progress',
        retryAfterMs: 3_000,
      });
    });

    it.each([
      [409, 'resource_locked'],
      [503, 'service_unavailable'],
    ])('leaves the time of the next try to us after %i %s', (status, name) => {
      const outcome = classifySend(refusal(status, name, 'No', { 'retry-after': '7' }));

      expect(outcome).toEqual({ kind: 'ambiguous', reason: `Resend answered ${status} ${name}: No` });
    });
  });

  describe('when throttled', () => {
    it.each<[string, string, Record<string, string>, number | undefined]>([
      ['rate limit with a wish', 'rate_limit_exceeded', { 'retry-after': '2' }, 2_000],
      ['rate limit without one', 'rate_limit_exceeded', {}, undefined],
      ['rate limit with garbage', 'rate_limit_exceeded', { 'retry-after': 'soon' }, undefined],
      [
        'rate limit until a date',
        'rate_limit_exceeded',
        { date: 'Sun, 22 Nov 2026 10:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' },
        30_000,
      ],
      ['rate limit with an absurd wish', 'rate_limit_exceeded', { 'retry-after': '1000000000' }, MINUTE_MS],
      ['unknown limit', 'unheard_of', { 'retry-after': '3' }, 3_000],
      ['daily quota', 'daily_quota_exceeded', {}, 15 * MINUTE_MS],
      ['daily quota with a shorter wish', 'daily_quota_exceeded', { 'retry-after': '1' }, 15 * MINUTE_MS],
      ['daily quota with a longer wish', 'daily_quota_exceeded', { 'retry-after': '1800' }, 30 * MINUTE_MS],
      ['monthly quota', 'monthly_quota_exceeded', { 'retry-after': '1' }, 60 * MINUTE_MS],
    ])('%s', (_, name, headers, retryAfterMs) => {
      const outcome = classifySend(refusal(429, name, 'Too much', headers));

      expect(outcome).toEqual({
        kind: 'deferred',
        reason: `Resend answered 429 ${name}: Too much`,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        ...(name.includes('quota') && { quotaUsedUp: true }),
      });
    });
  });

  describe('the words it passes on', () => {
    it('names a rejection by code and message', () => {
      expect(classifySend(refusal(422, 'validation_error', 'Invalid `to` field.'))).toEqual({
        kind: 'rejected',
        code: 'VALIDATION_ERROR',
        reason: 'Invalid `to` field.',
      });
    });

    it('names a rejection without name and message by its status', () => {
      expect(classifySend(refusal(413, '', ''))).toEqual({
        kind: 'rejected',
        code: 'HTTP_413',
        reason: 'Resend answered 413',
      });
    });

    it.each([
      ['jane@acme.test is not valid', '<address> is not valid'],
      ['Invalid: Jane <jane.o\'neil+x@acme.test>, "bob@acme.test"', 'Invalid: Jane <address>, "<address>"'],
      ['one\r\ntwo\u0000three', 'one two three'],
    ])('%j becomes %j', (message, reason) => {
      expect(classifySend(refusal(422, 'validation_error', message))).toMatchObject({ reason });
    });

    it('cuts a long message only after the addresses are gone', () => {
      const outcome = classifySend(refusal(422, 'validation_error', `${'x'.repeat(296)} jane@acme.test`));

      expect(outcome).toMatchObject({ reason: `${'x'.repeat(296)} <ad` });
    });
  });
});
