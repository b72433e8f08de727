import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { SendOutcome } from '../../src/email/provider/email-provider.js';
import { ResendEmailProvider } from '../../src/email/provider/resend/resend-email-provider.js';
import {
  type AnswerFault,
  FakeResend,
  type FakeResendOptions,
  type PlainFaultMode,
} from '../support/fake-resend/fake-resend.mjs';
import { MAIL } from './email-provider.contract.js';

const KEY = '0d0f7c1e-8a55-4c0b-9b3e-6a1f5f0c2d11';
const WIRE_KEY = `cam-${KEY}`;
const TIMEOUT_MS = 2_000;
const SHORT_TIMEOUT_MS = 300;

describe('ResendEmailProvider over HTTP', () => {
  let fake: FakeResend;
  let provider: ResendEmailProvider;

  beforeEach(async () => {
    await connect();
  });

  afterEach(async () => {
    await fake.stop();
  });

  async function connect(options: FakeResendOptions = {}): Promise<void> {
    fake = await FakeResend.start(options);
    provider = new ResendEmailProvider({ apiKey: 're_123', fromEmail: MAIL.from, baseUrl: fake.baseUrl });
  }

  async function reconnect(options: FakeResendOptions): Promise<void> {
    await fake.stop();
    await connect(options);
  }

  describe('what it sends', () => {
    it('is the whole mail, under its key', async () => {
      const mail = { ...MAIL, headers: { B: '2', A: '1' }, tags: { lead: '9', campaign: '7' } };

      await provider.send(mail, KEY, TIMEOUT_MS);

      expect(fake.history.accepted.get(WIRE_KEY)?.body).toEqual({
        from: MAIL.from,
        to: MAIL.to,
        subject: MAIL.subject,
        html: MAIL.html,
        text: MAIL.text,
        reply_to: MAIL.replyTo,
        headers: { A: '1', B: '2' },
        tags: [
          { name: 'campaign', value: '7' },
          { name: 'lead', value: '9' },
        ],
      });
    });

    it('has no reply address when the mail has none', async () => {
      await provider.send({ ...MAIL, replyTo: null }, KEY, TIMEOUT_MS);

      expect(fake.history.mails[0]?.body).not.toHaveProperty('reply_to');
    });

    it('is the same bytes whatever the order of headers and tags', async () => {
      const mail = { ...MAIL, headers: { A: '1', B: '2' }, tags: { a: '1', b: '2' } };
      const reordered = { ...mail, headers: { B: '2', A: '1' }, tags: { b: '2', a: '1' } };

      const first = await provider.send(mail, KEY, TIMEOUT_MS);
      const second = await provider.send(reordered, KEY, TIMEOUT_MS);

      expect(second).toEqual(first);
      expect(fake.history.requests.map(({ outcome }) => outcome)).toEqual(['accepted', 'replayed']);
    });

    it('goes nowhere when the key does not fit into a header', async () => {
      const outcome = await provider.send(MAIL, 'k\r\nX-Injected: 1', TIMEOUT_MS);

      expect(outcome).toMatchObject({ kind: 'rejected', code: 'INVALID_SEND_KEY' });
      expect(fake.history.requests).toEqual([]);
    });
  });

  describe('where it sends', () => {
    const realFetch = globalThis.fetch;
    const asked: string[] = [];

    beforeEach(() => {
      asked.length = 0;
      process.env['RESEND_BASE_URL'] = 'https://thief.test';
      globalThis.fetch = (input) => {
        asked.push(String(input));
        return Promise.resolve(Response.json({ id: 'b7c1' }));
      };
    });

    afterEach(() => {
      delete process.env['RESEND_BASE_URL'];
      globalThis.fetch = realFetch;
    });

    it('is Resend itself, whatever the environment says to the SDK', async () => {
      const live = new ResendEmailProvider({ apiKey: 're_123', fromEmail: MAIL.from });

      await live.send(MAIL, KEY, TIMEOUT_MS);

      expect(asked).toEqual(['https://api.resend.com/emails']);
    });
  });

  describe('faults after which the mail is out', () => {
    it.each([
      'accept-then-reset',
      'accept-then-hang',
      'accept-then-stall',
      '500-after',
      'truncated-200',
      'empty-200',
      'empty-object-200',
    ] as const)('%s is ambiguous, and a repeat finds the mail', async (mode) => {
      fake.setMode(mode, { times: 1 });

      const first = await provider.send(MAIL, KEY, SHORT_TIMEOUT_MS);
      const second = await provider.send(MAIL, KEY, TIMEOUT_MS);

      expect(first.kind).toBe('ambiguous');
      expect(second).toEqual({ kind: 'accepted', messageId: fake.history.mails[0]?.id });
      expect(fake.history.accepted.get(WIRE_KEY)?.count).toBe(1);
    });

    it('an answer that takes too long is ambiguous, and says so', async () => {
      fake.setMode('accept-then-hang');

      const outcome = await provider.send(MAIL, KEY, SHORT_TIMEOUT_MS);

      expect(outcome).toEqual({ kind: 'ambiguous', reason: 'no answer from Resend in time' });
    });
  });

  describe('faults after which the mail is not out', () => {
    it.each<[PlainFaultMode, SendOutcome['kind']]>([
      ['reset-before', 'ambiguous'],
      ['500-before', 'ambiguous'],
      ['null-body', 'ambiguous'],
      ['html-502', 'ambiguous'],
      ['unauthorized', 'misconfigured'],
    ])('%s is %s, and a repeat delivers', async (mode, kind) => {
      fake.setMode(mode, { times: 1 });

      const first = await provider.send(MAIL, KEY, TIMEOUT_MS);
      const second = await provider.send(MAIL, KEY, TIMEOUT_MS);

      expect(first.kind).toBe(kind);
      expect(second.kind).toBe('accepted');
      expect(fake.history.accepted.get(WIRE_KEY)?.count).toBe(1);
    });

    it('a 500 that sticks to its key stays ambiguous', async () => {
      fake.setMode('sticky-500', { times: 1 });

      const first = await provider.send(MAIL, KEY, TIMEOUT_MS);
      const second = await provider.send(MAIL, KEY, TIMEOUT_MS);

      expect([first.kind, second.kind]).toEqual(['ambiguous', 'ambiguous']);
      expect(fake.history.mails).toEqual([]);
    });

    it('a refused connection is unreachable', async () => {
      await fake.stop();

      const outcome = await provider.send(MAIL, KEY, TIMEOUT_MS);

      await connect();
      expect(outcome).toEqual({ kind: 'unreachable', reason: 'no connection to Resend: ECONNREFUSED' });
    });
  });

  describe('answers', () => {
    it.each<[string, Omit<AnswerFault, 'mode'>, SendOutcome]>([
      [
        'a 429 page of a proxy',
        { status: 429, headers: { 'retry-after': '7' }, body: '<h1>Slow down</h1>' },
        { kind: 'deferred', reason: expect.stringContaining('429') as never, retryAfterMs: 7_000 },
      ],
      [
        'a 503 whose body is a string',
        { status: 503, body: '"oops"' },
        { kind: 'ambiguous', reason: 'Resend answered 503' },
      ],
      [
        'a 500 that calls itself 422',
        { status: 500, body: '{"statusCode":422,"name":"validation_error","message":"No"}' },
        { kind: 'ambiguous', reason: 'Resend answered 500 validation_error: No' },
      ],
      [
        'a 422 without a status in its body',
        { status: 422, body: '{"name":"invalid_parameter","message":"No jane@lead.test"}' },
        { kind: 'rejected', code: 'INVALID_PARAMETER', reason: 'No <address>' },
      ],
    ])('%s', async (_, answer, expected) => {
      fake.setMode({ mode: 'answer', ...answer });

      expect(await provider.send(MAIL, KEY, TIMEOUT_MS)).toEqual(expected);
    });

    it('a redirect is ambiguous and not followed', async () => {
      const elsewhere = await FakeResend.start();
      const location = `${elsewhere.baseUrl}/emails`;
      fake.setMode({ mode: 'answer', status: 307, headers: { location } });

      const outcome = await provider.send(MAIL, KEY, TIMEOUT_MS);

      expect(outcome.kind).toBe('ambiguous');
      expect(elsewhere.history.requests).toEqual([]);
      await elsewhere.stop();
    });

    it('a key that is in use by a running request is ambiguous for a short while', async () => {
      fake.setMode({ mode: 'slow', delayMs: 300 }, { times: 1 });

      const outcomes = await Promise.all([
        provider.send(MAIL, KEY, TIMEOUT_MS),
        provider.send(MAIL, KEY, TIMEOUT_MS),
      ]);

      expect(outcomes).toContainEqual({ kind: 'accepted', messageId: fake.history.mails[0]?.id });
      expect(outcomes).toContainEqual({
        kind: 'ambiguous',
        reason: expect.stringContaining('concurrent_idempotent_requests'),
        retryAfterMs: 3_000,
      });
      expect(fake.history.mails).toHaveLength(1);
    });

    it('a key that was used with another mail is conflicting', async () => {
      await provider.send(MAIL, KEY, TIMEOUT_MS);

      const outcome = await provider.send({ ...MAIL, subject: 'Another' }, KEY, TIMEOUT_MS);

      expect(outcome).toMatchObject({
        kind: 'conflicting',
        reason: expect.stringContaining('with another body'),
      });
      expect(fake.history.mails).toHaveLength(1);
    });

    it.each<[string, FakeResendOptions, SendOutcome]>([
      [
        'the rate limit',
        { ratePerSecond: 1 },
        {
          kind: 'deferred',
          reason: expect.stringContaining('rate_limit_exceeded') as never,
          retryAfterMs: 1_000,
        },
      ],
      [
        'the daily quota',
        { dailyQuota: 1 },
        {
          kind: 'deferred',
          reason: expect.stringContaining('daily_quota_exceeded') as never,
          retryAfterMs: 900_000,
          quotaUsedUp: true,
        },
      ],
      [
        'the monthly quota',
        { monthlyQuota: 1 },
        {
          kind: 'deferred',
          reason: expect.stringContaining('monthly_quota_exceeded') as never,
          retryAfterMs: 3_600_000,
          quotaUsedUp: true,
        },
      ],
    ])('a mail over %s is deferred', async (_, limit, expected) => {
      await reconnect({ ...limit, now: () => Date.UTC(2026, 10, 22, 12) });

      const first = await provider.send(MAIL, KEY, TIMEOUT_MS);
      const second = await provider.send(MAIL, 'another-key', TIMEOUT_MS);

      expect(first.kind).toBe('accepted');
      expect(second).toEqual(expected);
    });

    it('an unknown API key is our set-up', async () => {
      await reconnect({ apiKeys: ['re_other'] });

      expect(await provider.send(MAIL, KEY, TIMEOUT_MS)).toEqual({
        kind: 'misconfigured',
        reason: 'Resend answered 403 invalid_api_key: API key is invalid',
      });
    });

    it('a recipient at a blocked domain is rejected', async () => {
      await reconnect({ blockTestDomains: true });

      const outcome = await provider.send({ ...MAIL, to: 'jane@example.com' }, KEY, TIMEOUT_MS);

      expect(outcome).toMatchObject({ kind: 'rejected', code: 'VALIDATION_ERROR' });
    });
  });
});
