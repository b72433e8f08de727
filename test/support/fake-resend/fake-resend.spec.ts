import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';

import { FakeResend, type FakeResendOptions } from './fake-resend.mjs';

const MAIL = { from: 'ada@sender.test', to: 'jane@lead.test', subject: 'Hello', text: 'Hello Jane' };
const NOON = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 60 * 60 * 1000;

describe("Resend's stand-in", () => {
  let fake: FakeResend;

  afterEach(async () => {
    await fake.stop();
  });

  async function start(options: FakeResendOptions = {}): Promise<Resend> {
    fake = await FakeResend.start(options);
    return new Resend('re_123', { baseUrl: fake.baseUrl });
  }

  async function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${fake.baseUrl}/emails`, {
      method: 'POST',
      headers: { authorization: 'Bearer re_123', ...headers },
      body,
    });
  }

  describe('keys', () => {
    it('are remembered for 24 hours from their first use', async () => {
      let now = NOON;
      const resend = await start({ now: () => now });
      const send = () => resend.emails.send(MAIL, { idempotencyKey: 'k' });

      const first = await send();
      now += 24 * HOUR_MS - 1;
      const late = await send();
      now += 1;
      const tooLate = await send();

      expect(late.data).toEqual(first.data);
      expect(tooLate.data).not.toEqual(first.data);
      expect(fake.history.accepted.get('k')).toMatchObject({
        count: 2,
        firstAt: NOON,
        lastAt: NOON + 24 * HOUR_MS,
      });
    });

    it('are forgotten sooner on demand', async () => {
      let now = NOON;
      const resend = await start({ now: () => now, ttlMs: 10 });

      await resend.emails.send(MAIL, { idempotencyKey: 'k' });
      now += 10;
      await resend.emails.send(MAIL, { idempotencyKey: 'k' });

      expect(fake.history.accepted.get('k')?.count).toBe(2);
    });

    it('belong to the bytes of one body', async () => {
      await start();

      await post(JSON.stringify(MAIL), { 'idempotency-key': 'k' });
      const respaced = await post(JSON.stringify(MAIL, null, 1), { 'idempotency-key': 'k' });

      expect(respaced.status).toBe(409);
      expect(await respaced.json()).toMatchObject({ name: 'invalid_idempotent_request' });
    });

    it('are not bound by a refusal', async () => {
      const resend = await start();

      await resend.emails.send({ ...MAIL, to: '' }, { idempotencyKey: 'k' });
      const { data } = await resend.emails.send(MAIL, { idempotencyKey: 'k' });

      expect(data).toEqual({ id: fake.history.mails[0]?.id });
    });

    it.each(['', 'k'.repeat(257)])('must have 1 to 256 characters, unlike %j', async (key) => {
      await start();

      const answer = await post(JSON.stringify(MAIL), { 'idempotency-key': key });

      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ name: 'invalid_idempotency_key' });
    });

    it('are what keeps a repeat from being a second mail', async () => {
      const resend = await start();

      await resend.emails.send(MAIL);
      await resend.emails.send(MAIL);

      expect(fake.history.accepted.get('')?.count).toBe(2);
    });
  });

  describe('refuses', () => {
    it.each<[string, Record<string, unknown>, number, string]>([
      ['no sender', { from: undefined }, 422, 'missing_required_field'],
      ['no recipient', { to: '' }, 422, 'missing_required_field'],
      ['no subject', { subject: undefined }, 422, 'missing_required_field'],
      ['no body', { text: undefined }, 422, 'missing_required_field'],
      ['a sender that is no address', { from: 'Ada' }, 422, 'validation_error'],
      ['a recipient that is no address', { to: 'jane' }, 422, 'validation_error'],
      ['more than 50 recipients', { to: Array(51).fill(MAIL.to) }, 422, 'validation_error'],
      ['tags with spaces', { tags: [{ name: 'a b', value: 'c' }] }, 422, 'validation_error'],
    ])('%s', async (_, change, status, name) => {
      await start();

      const answer = await post(JSON.stringify({ ...MAIL, ...change }));

      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ statusCode: status, name });
      expect(fake.history.mails).toEqual([]);
    });

    it('what is not JSON', async () => {
      await start();

      expect((await post('{')).status).toBe(400);
    });

    it.each([
      ['nobody', '', 401, 'missing_api_key'],
      ['a stranger', 'Bearer sk_123', 403, 'invalid_api_key'],
    ])('%s', async (_, authorization, status, name) => {
      await start();

      const answer = await post(JSON.stringify(MAIL), { authorization });

      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ name });
    });

    it('a caller without a user agent', async () => {
      await start();

      expect((await post(JSON.stringify(MAIL), { 'user-agent': '' })).status).toBe(403);
    });

    it('test domains only when told to', async () => {
      const resend = await start();
      const { error } = await resend.emails.send({ ...MAIL, to: 'jane@example.com' });

      expect(error).toBeNull();
    });
  });

  describe('limits', () => {
    it('count requests by the second, and say so in headers', async () => {
      let now = NOON;
      await start({ ratePerSecond: 2, now: () => now });
      const send = () => post(JSON.stringify(MAIL));

      const within = await send();
      await send();
      const over = await send();
      now += 1000;
      const later = await send();

      expect(Object.fromEntries(within.headers)).toMatchObject({
        'ratelimit-limit': '2',
        'ratelimit-remaining': '1',
        'ratelimit-reset': '1',
      });
      expect([over.status, over.headers.get('retry-after')]).toEqual([429, '1']);
      expect(later.status).toBe(200);
    });

    it.each([
      ['dailyQuota', 'daily_quota_exceeded', Date.UTC(2026, 10, 22, 23, 59), Date.UTC(2026, 10, 23)],
      ['monthlyQuota', 'monthly_quota_exceeded', Date.UTC(2026, 10, 30, 23, 59), Date.UTC(2026, 11, 1)],
    ])('%s ends with its period in UTC', async (quota, name, atEnd, nextPeriod) => {
      let now = NOON;
      const resend = await start({ [quota]: 1, now: () => now });

      await resend.emails.send(MAIL);
      now = atEnd;
      const over = await resend.emails.send(MAIL);
      now = nextPeriod;
      const next = await resend.emails.send(MAIL);

      expect(over.error).toMatchObject({ statusCode: 429, name });
      expect(next.error).toBeNull();
    });
  });

  describe('faults', () => {
    it('strike the next sends, and then no more', async () => {
      const resend = await start();
      fake.setMode('500-before', { times: 2 });

      for (let n = 0; n < 3; n += 1) await resend.emails.send(MAIL);

      expect(fake.history.requests.map(({ answered }) => answered)).toEqual([500, 500, 200]);
    });

    it('strike by chance, and the same way again for the same seed', async () => {
      const draw = async (seed: number) => {
        const resend = await start({ seed });
        fake.setMode('500-before', { probability: 0.5 });
        for (let n = 0; n < 20; n += 1) await resend.emails.send(MAIL);
        const answers = fake.history.requests.map(({ answered }) => answered);
        await fake.stop();
        return answers;
      };

      const [once, again, otherwise] = [await draw(7), await draw(7), await draw(8)];
      await start();

      expect(again).toEqual(once);
      expect(otherwise).not.toEqual(once);
      expect(new Set(once)).toEqual(new Set([200, 500]));
    });

    it('are set and counted over HTTP', async () => {
      const resend = await start();
      const mode = { mode: 'answer', status: 418, times: 1 };

      await fetch(`${fake.baseUrl}/_control/mode`, { method: 'PUT', body: JSON.stringify(mode) });
      await resend.emails.send(MAIL, { idempotencyKey: 'k' });
      await resend.emails.send(MAIL, { idempotencyKey: 'k' });

      const history = await (await fetch(`${fake.baseUrl}/_control/history`)).json();
      expect(history).toMatchObject({
        requests: [{ answered: 418 }, { answered: 200 }],
        accepted: [{ key: 'k', count: 1 }],
      });
    });

    it('have to be known', async () => {
      await start();

      expect(() => fake.setMode('typo' as 'ok')).toThrow('Unknown mode');
    });
  });

  describe('sent mail', () => {
    it('is listed newest first, page by page, without tags', async () => {
      const resend = await start({ now: () => NOON });
      const ids: string[] = [];
      for (const subject of ['1', '2', '3']) {
        const { data } = await resend.emails.send({ ...MAIL, subject, tags: [{ name: 'a', value: 'b' }] });
        ids.unshift(data?.id ?? '');
      }

      const first = await resend.emails.list({ limit: 2 });
      const second = await resend.emails.list({ limit: 2, after: ids[1] ?? '' });
      const newer = await resend.emails.list({ before: ids[2] ?? '' });

      expect(first.data).toMatchObject({ has_more: true, data: [{ id: ids[0] }, { id: ids[1] }] });
      expect(second.data).toMatchObject({ has_more: false, data: [{ id: ids[2] }] });
      expect(newer.data?.data.map(({ id }) => id)).toEqual([ids[0], ids[1]]);
      expect(first.data?.data[0]).toMatchObject({ created_at: '2026-11-22 12:00:00.000000+00' });
      expect(first.data?.data[0]).not.toHaveProperty('tags');
    });

    it('is shown whole, with its tags and its message id', async () => {
      const resend = await start();
      const tags = [{ name: 'campaign', value: '7' }];
      const { data: sent } = await resend.emails.send({ ...MAIL, tags });

      const { data } = await resend.emails.get(sent?.id ?? '');

      expect(data).toMatchObject({
        object: 'email',
        to: [MAIL.to],
        text: MAIL.text,
        tags,
        last_event: 'sent',
        message_id: expect.stringMatching(/^<[\w-]+@eu-west-1\.amazonses\.com>$/),
      });
    });

    it('is not found under another id', async () => {
      const resend = await start();

      expect((await resend.emails.get('none')).error).toMatchObject({ statusCode: 404, name: 'not_found' });
    });
  });

  it('appends its history to a file, mail before request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fake-resend-'));
    const historyFile = join(folder, 'history.jsonl');
    const resend = await start({ historyFile });

    await resend.emails.send(MAIL, { idempotencyKey: 'k' });

    const lines = (await readFile(historyFile, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'mail', key: 'k', body: MAIL },
      { type: 'request', key: 'k', outcome: 'accepted', answered: 200 },
    ]);
    await rm(folder, { recursive: true });
  });

  it('tells of a send, and of who sent it, before the answer leaves', async () => {
    const told: unknown[] = [];
    const resend = await start({ onRecord: (record) => told.push(record) });
    fake.setMode('accept-then-hang', { times: 1 });

    void resend.emails.send(MAIL, { idempotencyKey: 'k', signal: AbortSignal.timeout(200) });
    while (told.length === 0) await new Promise((resolve) => setImmediate(resolve));

    expect(told).toMatchObject([
      { caller: expect.stringMatching(/^resend-node:/), key: 'k', outcome: 'accepted', answered: 'hang' },
    ]);
  });
});
