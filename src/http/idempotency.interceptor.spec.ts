import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Res, type LoggerService } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HttpApp, type Answer } from '../../test/support/http-app.js';
import { DomainError, type ErrorCode } from '../common/domain-error.js';
import type { ApiKey } from '../config/api-keys.js';
import { EmailField, InstantField, TextField } from './fields.js';
import type { IdempotencyClaim, IdempotencyKeyId } from './idempotency-keys.repository.js';

interface Held {
  readonly fingerprint: string;
  readonly lock: string;
  readonly answer?: { readonly statusCode: number; readonly body: string };
}

/** The repository's protocol over a map; time does not pass. */
class InMemoryIdempotencyKeys {
  readonly held = new Map<string, Held>();
  failsToSettle = false;
  private locks = 0;

  async claim(id: IdempotencyKeyId, fingerprint: string): Promise<IdempotencyClaim> {
    const found = this.held.get(nameOf(id));
    if (found === undefined) {
      const lock = `lock ${(this.locks += 1)}`;
      this.held.set(nameOf(id), { fingerprint, lock });
      return { kind: 'claimed', lock };
    }
    if (found.fingerprint !== fingerprint) return { kind: 'reused_with_other_body' };
    return found.answer === undefined
      ? { kind: 'running', retryAfterS: 42 }
      : { kind: 'answered', ...found.answer };
  }

  async settle(id: IdempotencyKeyId, lock: string, statusCode: number, body: string): Promise<boolean> {
    if (this.failsToSettle) throw new Error('no database');
    const found = this.held.get(nameOf(id));
    if (found?.lock !== lock) return false;
    this.held.set(nameOf(id), { ...found, answer: { statusCode, body } });
    return true;
  }

  async release(id: IdempotencyKeyId, lock: string): Promise<void> {
    if (this.held.get(nameOf(id))?.lock === lock) this.held.delete(nameOf(id));
  }
}

function nameOf({ scope, key }: IdempotencyKeyId): string {
  return `${scope} ${key}`;
}

class NoteDto {
  @TextField({ max: 20, description: 'Text.' })
  text: string;

  @EmailField({ optional: true, description: 'Address.' })
  email?: string;

  @InstantField({ optional: true, description: 'Time.' })
  at?: Date;
}

/** What the next call to the handler does, and how often it was called. */
const script: { calls: number; status: number; fails: ErrorCode | null; waitsFor: Promise<void> } = {
  calls: 0,
  status: 201,
  fails: null,
  waitsFor: Promise.resolve(),
};

@Controller()
class NotesController {
  @Post('api/cam/notes')
  async create(@Body() body: NoteDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<unknown> {
    script.calls += 1;
    const { calls } = script;
    await script.waitsFor;
    if (script.fails !== null) throw new DomainError(script.fails, `Call ${calls}.`, { retryAfterS: 7 });
    void reply.status(script.status);
    return { call: calls, at: body.at ?? null };
  }

  @Post('api/cam/campaigns/:id/leads')
  importLeads(@Body() body: unknown): unknown {
    script.calls += 1;
    return { call: script.calls, type: typeof body };
  }

  @Post('api/cam/emails/outbound/:id/cancel')
  @HttpCode(200)
  cancel(@Param('id') id: string): unknown {
    script.calls += 1;
    return { call: script.calls, id };
  }

  @Post('api/cam/quiet')
  @HttpCode(204)
  quiet(): void {
    script.calls += 1;
  }

  @Get('api/cam/notes')
  list(): unknown {
    return { call: (script.calls += 1) };
  }

  @Put('api/cam/notes')
  put(): unknown {
    return { call: (script.calls += 1) };
  }

  @Post('webhooks/notes')
  webhook(): unknown {
    return { call: (script.calls += 1) };
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const apiKeys: ApiKey[] = ['ada', 'bob'].map((name) => ({
  name,
  sha256: sha256(name),
  scopes: new Set(['read', 'send', 'manage']),
}));

describe('IdempotencyInterceptor', () => {
  const logged: unknown[] = [];
  const logger: LoggerService = {
    log: () => undefined,
    warn: (message: unknown) => logged.push(message),
    error: (message: unknown) => logged.push(message),
  };

  let keys: InMemoryIdempotencyKeys;
  let app: HttpApp;
  beforeEach(async () => {
    Object.assign(script, { calls: 0, status: 201, fails: null, waitsFor: Promise.resolve() });
    logged.length = 0;
    keys = new InMemoryIdempotencyKeys();
    app = await HttpApp.start({ controllers: [NotesController], apiKeys, idempotencyKeys: keys, logger });
  });
  afterEach(async () => {
    await app.stop();
  });

  const post = (
    body: unknown,
    key: string,
    { path = '/api/cam/notes', as = 'ada' }: { path?: string; as?: string } = {},
  ): Promise<Answer> => app.postJson(path, body, { Authorization: `Bearer ${as}`, 'Idempotency-Key': key });

  it('runs each call that has no key', async () => {
    const headers = { Authorization: 'Bearer ada' };

    await app.postJson('/api/cam/notes', { text: 'a' }, headers);
    const second = await app.postJson('/api/cam/notes', { text: 'a' }, headers);

    expect(second).toMatchObject({ status: 201, json: { call: 2 } });
    expect(keys.held.size).toBe(0);
  });

  it.each([200, 201, 202])('repeats an answer of %d byte for byte and says so', async (status) => {
    script.status = status;

    const first = await post({ text: 'a', at: '2026-01-01T00:00:00Z' }, 'k');
    const second = await post({ text: 'a', at: '2026-01-01T00:00:00Z' }, 'k');

    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect([second.status, second.text]).toEqual([status, first.text]);
    expect(first.text).toBe('{"call":1,"at":"2026-01-01T00:00:00.000Z"}');
  });

  it('repeats an answer without a body', async () => {
    const ask = { headers: { Authorization: 'Bearer ada', 'Idempotency-Key': 'k' } };

    await app.ask('POST', '/api/cam/quiet', ask);
    const second = await app.ask('POST', '/api/cam/quiet', ask);

    expect(second).toMatchObject({ status: 204, text: '', headers: { 'idempotency-replayed': 'true' } });
    expect(script.calls).toBe(1);
  });

  it.each<ErrorCode>(['lead_not_found', 'missing_variables'])('repeats the problem %s', async (code) => {
    script.fails = code;
    const first = await post({ text: 'a' }, 'k');
    script.fails = null;

    const second = await post({ text: 'a' }, 'k');

    expect(second).toMatchObject({
      status: first.status,
      text: first.text,
      headers: { 'content-type': first.headers['content-type'], 'idempotency-replayed': 'true' },
      json: { code, detail: 'Call 1.', instance: '/api/cam/notes' },
    });
  });

  it.each<ErrorCode>([
    'campaign_paused',
    'daily_cap_reached',
    'invalid_request',
    'internal_error',
    'database_unavailable',
  ])('tries again after %s', async (code) => {
    script.fails = code;
    await post({ text: 'a' }, 'k');
    script.fails = null;

    expect(await post({ text: 'a' }, 'k')).toMatchObject({ status: 201, json: { call: 2 } });
  });

  it('refuses the key with another body, also after a new spelling of the path', async () => {
    await post({ text: 'a' }, 'k');

    expect(await post({ text: 'b' }, 'k')).toMatchObject({
      status: 422,
      json: { code: 'idempotency_key_reused' },
    });
    expect(await post({ text: 'b' }, 'k', { path: '/api/cam/n%6ftes' })).toMatchObject({ status: 422 });
    expect(script.calls).toBe(1);
  });

  it('takes bodies that validate to the same as the same', async () => {
    await post({ text: 'a', email: 'Ada@Example.org', at: '2026-01-01T02:00:00+02:00' }, 'k');

    const second = await post({ at: '2026-01-01T00:00:00Z', email: 'ada@example.org', text: 'a' }, '"k"');

    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('answers 409 while the first call runs', async () => {
    let finish = (): void => undefined;
    script.waitsFor = new Promise((resolve) => {
      finish = resolve;
    });
    const first = post({ text: 'a' }, 'k');
    while (script.calls === 0) await app.ask('GET', '/nothing');

    const second = await post({ text: 'a' }, 'k');
    finish();

    expect(second).toMatchObject({
      status: 409,
      headers: { 'retry-after': '42' },
      json: { code: 'idempotency_key_in_use' },
    });
    expect(await first).toMatchObject({ status: 201, json: { call: 1 } });
  });

  it('keeps callers, routes and resources apart', async () => {
    await post({ text: 'a' }, 'k');
    await post({ text: 'a' }, 'k', { as: 'bob' });
    await post({ text: 'a' }, 'k', { path: '/api/cam/campaigns/1/leads' });
    await post({ text: 'a' }, 'k', { path: '/api/cam/campaigns/2/leads' });

    expect([...keys.held.keys()]).toEqual([
      'ada POST /api/cam/notes k',
      'bob POST /api/cam/notes k',
      'ada POST /api/cam/campaigns/1/leads k',
      'ada POST /api/cam/campaigns/2/leads k',
    ]);
    expect(script.calls).toBe(4);
  });

  it('tells CSV from JSON and serves calls without a body', async () => {
    const headers = { Authorization: 'Bearer ada', 'Idempotency-Key': 'k' };
    const path = '/api/cam/campaigns/1/leads';

    const csv = { headers: { ...headers, 'Content-Type': 'text/csv' }, body: 'email\n' };
    expect(await app.ask('POST', path, csv)).toMatchObject({ json: { call: 1, type: 'string' } });
    expect(await app.ask('POST', path, csv)).toMatchObject({ headers: { 'idempotency-replayed': 'true' } });
    expect(await post(['email'], 'k', { path })).toMatchObject({ status: 422 });
    expect(await app.ask('POST', '/api/cam/emails/outbound/7/cancel', { headers })).toMatchObject({
      status: 200,
      json: { call: 2, id: '7' },
    });
  });

  it('does not let an invalid body take the key', async () => {
    expect(await post({ text: '' }, 'k')).toMatchObject({
      status: 400,
      json: { code: 'invalid_request', errors: [{ field: 'text', code: 'too_short' }] },
    });
    expect(keys.held.size).toBe(0);
    expect(await post({ text: 'a' }, 'k')).toMatchObject({ status: 201 });
  });

  it.each(['', 'a b', 'x'.repeat(256)])('refuses the key "%.5s"', async (key) => {
    expect(await post({ text: 'a' }, key)).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'Idempotency-Key' }] },
    });
    expect(script.calls).toBe(0);
  });

  it('refuses two keys', async () => {
    const answer = await app.ask('POST', '/api/cam/notes', {
      headers: [
        'Host',
        'x',
        'Authorization',
        'Bearer ada',
        'Idempotency-Key',
        'a',
        'Idempotency-Key',
        'b',
        'Content-Type',
        'application/json',
      ],
      body: '{"text":"a"}',
    });

    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'Idempotency-Key' }] } });
  });

  it.each([
    ['GET', '/api/cam/notes'],
    ['PUT', '/api/cam/notes'],
    ['POST', '/webhooks/notes'],
  ])('leaves %s %s alone', async (method, path) => {
    const headers = { Authorization: 'Bearer ada', 'Idempotency-Key': 'k' };

    await app.ask(method, path, { headers });
    await app.ask(method, path, { headers });

    expect(script.calls).toBe(2);
    expect(keys.held.size).toBe(0);
  });

  it('answers what the handler did, and logs, when the answer cannot be kept', async () => {
    keys.failsToSettle = true;

    expect(await post({ text: 'a' }, 'k')).toMatchObject({ status: 201, json: { call: 1 } });
    expect(logged).toMatchObject([{ event: 'idempotency.answer_not_kept', status: 201 }]);
  });

  it('leaves the claim of a taker alone and logs that it was late', async () => {
    const name = 'ada POST /api/cam/notes k';
    let finish = (): void => undefined;
    script.waitsFor = new Promise((resolve) => {
      finish = resolve;
    });
    const first = post({ text: 'a' }, 'k');
    while (script.calls === 0) await app.ask('GET', '/nothing');
    const taken = { fingerprint: 'f', lock: 'the lock of a taker' };
    keys.held.set(name, taken);
    finish();

    expect(await first).toMatchObject({ status: 201 });
    expect(keys.held.get(name)).toEqual(taken);
    expect(logged).toMatchObject([{ event: 'idempotency.claim_lost' }]);
  });
});
