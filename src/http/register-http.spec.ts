import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, type LoggerService } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { QueryFailedError } from 'typeorm';
import { HttpApp, type Ask } from '../../test/support/http-app.js';
import { DomainError } from '../common/domain-error.js';
import { DatabaseConnectionError } from '../database/database-error.js';
import type { ApiKey, ApiScope } from '../config/api-keys.js';
import { ArrayField, EmailField, QueryIntegerField, ScalarMapField, TextField } from './fields.js';
import { BODY_LIMIT_BYTES } from './register-body-parsers.js';

class LeadDto {
  @EmailField({ description: 'Address.' })
  email: string;
}

class SendDto {
  @TextField({ max: 50, description: 'Subject.' })
  subject: string;

  @ScalarMapField({ optional: true, description: 'Variables.' })
  personalization?: Record<string, unknown>;

  @ArrayField(() => LeadDto, { min: 1, max: 2, optional: true, description: 'Leads.' })
  leads?: LeadDto[];
}

class ListQuery {
  @QueryIntegerField({ max: 100, optional: true, description: 'Page size.' })
  limit = 50;
}

class IdParams {
  @QueryIntegerField({ description: 'Id.' })
  id: number;
}

@Controller('api/cam')
class CamController {
  @Post('email/send')
  send(@Body() body: SendDto): unknown {
    return body;
  }

  @Post('emails/outbound/:id/cancel')
  @HttpCode(200)
  cancel(@Param() { id }: IdParams): unknown {
    return { id };
  }

  @Post('campaigns/:id/leads')
  importLeads(@Body() body: unknown): unknown {
    return { body };
  }

  @Get('leads')
  list(@Query() query: ListQuery): unknown {
    return query;
  }

  @Get('leads/:id')
  get(@Param() { id }: IdParams): unknown {
    return { id };
  }

  @Get('failures/bug')
  fail(): never {
    throw new TypeError('unexpected');
  }

  @Get('failures/statement')
  failInDatabase(): never {
    const driverError = Object.assign(new Error('invalid input syntax: "lead@example.org"'), {
      code: '22P02',
      constraint: 'ck_x',
      detail: 'lead@example.org',
    });
    throw new QueryFailedError('INSERT', ['lead@example.org'], driverError);
  }

  @Get('failures/connection')
  failToConnect(): never {
    throw new DatabaseConnectionError(new Error('connect ECONNREFUSED'));
  }

  @Get('failures/cap')
  failAtCap(): never {
    throw new DomainError('daily_cap_reached', 'Come back tomorrow.', { retryAfterS: 12.2 });
  }
}

@Controller()
class OuterController {
  @Get(['health', 'health/live', 'metrics', 'api/docs', 'api/openapi.json'])
  look(): unknown {
    return {};
  }

  @Post('u/:token')
  @HttpCode(200)
  unsubscribe(@Req() request: FastifyRequest): unknown {
    return { seen: request.body ?? null };
  }

  @Post('webhooks/resend')
  @HttpCode(200)
  webhook(@Req() request: FastifyRequest): unknown {
    return { raw: request.rawBody?.toString() };
  }
}

const controllers = [CamController, OuterController];

function json(body: string, contentType = 'application/json'): Ask {
  return { headers: { 'Content-Type': contentType }, body };
}

function keyOf(name: string, secret: string, scopes: readonly ApiScope[]): ApiKey {
  return { name, sha256: createHash('sha256').update(secret).digest(), scopes: new Set(scopes) };
}

describe('without API keys', () => {
  const logged: unknown[] = [];
  const logger: LoggerService = {
    log: () => undefined,
    warn: (message: unknown) => logged.push(message),
    error: (message: unknown) => logged.push(message),
  };

  let app: HttpApp;
  beforeAll(async () => {
    app = await HttpApp.start({ controllers, logger });
  });
  afterAll(async () => {
    await app.stop();
  });

  const send = '/api/cam/email/send';
  const members = (count: number): string => Array.from({ length: count }, (_, i) => `"x${i}":0`).join();
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it.each<[string, Ask, number, string]>([
    ['malformed JSON', json('{"subject": "marker'), 400, 'malformed_json'],
    ['an empty JSON body', json(''), 400, 'malformed_json'],
    ['a blank JSON body', json('  \n'), 400, 'malformed_json'],
    ['null', json('null'), 400, 'invalid_request'],
    ['a text', json('"marker"'), 400, 'invalid_request'],
    ['a number', json('42'), 400, 'invalid_request'],
    ['an empty list', json('[]'), 400, 'invalid_request'],
    ['a list of good bodies', json('[{"subject":"a"}]'), 400, 'invalid_request'],
    ['no body and no type', {}, 400, 'invalid_request'],
    ['an unknown property', json('{"subject":"a","marker":1}'), 400, 'invalid_request'],
    ['a __proto__ key', json('{"subject":"a","__proto__":{"x":1}}'), 400, 'invalid_request'],
    [
      'a deep constructor key',
      json('{"subject":"a","personalization":{"constructor":1}}'),
      400,
      'invalid_request',
    ],
    ['a toString key', json('{"subject":"a","toString":1}'), 400, 'invalid_request'],
    ['20,000 levels', json(nested(20_000)), 400, 'invalid_request'],
    ['5 MiB of levels', json(nested(BODY_LIMIT_BYTES / 2)), 400, 'invalid_request'],
    ['a NUL', json('{"subject":"a\\u0000b"}'), 400, 'invalid_request'],
    ['a raw NUL', json('{"subject":"a\0b"}'), 400, 'malformed_json'],
    ['a lone surrogate', json('{"subject":"\\ud800"}'), 400, 'invalid_request'],
    ['a line end in a line', json('{"subject":"a\\r\\nBcc: b"}'), 400, 'invalid_request'],
    ['a right-to-left override in a line', json('{"subject":"a\\u202eb"}'), 400, 'invalid_request'],
    [
      'broken UTF-8',
      { ...json(''), body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) },
      400,
      'malformed_json',
    ],
    ['more than 5 MiB', json(`{"subject":"${'a'.repeat(BODY_LIMIT_BYTES)}"}`), 413, 'payload_too_large'],
    [
      'gzip',
      { headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }, body: 'x' },
      415,
      'unsupported_media_type',
    ],
    [
      'brotli',
      { headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'br' }, body: 'x' },
      415,
      'unsupported_media_type',
    ],
    ['text/plain', json('a', 'text/plain'), 415, 'unsupported_media_type'],
    ['a form', json('subject=a', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type'],
    ['a multipart form', json('--x--', 'multipart/form-data; boundary=x'), 415, 'unsupported_media_type'],
    ['another JSON type', json('{}', 'application/problem+json'), 415, 'unsupported_media_type'],
    ['a type that is none', json('{}', 'json'), 415, 'unsupported_media_type'],
    ['a body without a type', { body: '{"subject":"a"}' }, 415, 'unsupported_media_type'],
    ['charset foo', json('{}', 'application/json; charset=foo'), 415, 'unsupported_media_type'],
    ['charset utf-16', json('{}', 'application/json;charset="UTF-16"'), 415, 'unsupported_media_type'],
    [
      'two charsets',
      json('{}', 'application/json; charset=utf-8; charset=utf-16'),
      415,
      'unsupported_media_type',
    ],
  ])('refuses %s as a problem that echoes nothing', async (_what, ask, status, code) => {
    const answer = await app.ask('POST', send, ask);

    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': expect.stringMatching(/^application\/problem\+json/) },
      json: { type: `urn:cam:problem:${code}`, status, code, instance: send },
    });
    expect(JSON.stringify({ ...(answer.json as object), errors: [] })).not.toContain('marker');
  });

  it.each([
    ['plain', 'application/json'],
    ['with a charset', 'application/json; charset=UTF-8'],
    ['in capitals', 'APPLICATION/JSON'],
  ])('reads JSON %s', async (_what, contentType) => {
    const answer = await app.ask('POST', send, json('{"subject":"Grüße"}', contentType));

    expect(answer).toMatchObject({ status: 201, json: { subject: 'Grüße' } });
  });

  it('takes Content-Encoding: identity and the last of two equal keys', async () => {
    const answer = await app.ask('POST', send, {
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'identity' },
      body: '{"subject":"first","subject":"last"}',
    });

    expect(answer).toMatchObject({ status: 201, json: { subject: 'last' } });
  });

  it('names every fault with its path', async () => {
    const answer = await app.postJson(send, {
      leads: [{ email: 'a@b.co' }, { email: 'a@b', x: 1 }],
      nope: 1,
    });

    const { errors } = answer.json as { errors: { field: string; code: string }[] };
    expect(errors.map(({ field, code }) => [field, code])).toEqual([
      ['nope', 'unknown_property'],
      ['subject', 'required'],
      ['leads[1].x', 'unknown_property'],
      ['leads[1].email', 'invalid_email'],
    ]);
  });

  it.each([
    ['a NUL', '{"personalization":{"x":"\\u0000"}}', 'personalization.x', 'invalid_text'],
    ['half a surrogate pair', '{"leads":[{},{"email":"\\udc00"}]}', 'leads[1].email', 'invalid_text'],
    ['a NUL in a name', '{"personalization":{"a\\u0000b":1}}', 'personalization', 'invalid_text'],
    ['a reserved name', '{"personalization":{"prototype":1}}', 'personalization', 'forbidden_key'],
    ['a 33rd level', `{"x":${nested(32)}}`, `x${'[0]'.repeat(31)}`, 'too_deep'],
    ['a 2,001st item', `{"leads":[${'0,'.repeat(2_000)}0]}`, 'leads', 'too_many_values'],
    ['a 2,001st name', `{${members(2_000)},"leads":[]}`, '', 'too_many_values'],
    [
      'a 300,001st value',
      `{"x":[${`{${members(2_000)}},`.repeat(150)}0]}`,
      'x[149].x1848',
      'too_many_values',
    ],
  ])('names where %s is', async (_what, body, field, code) => {
    const answer = await app.ask('POST', send, json(body));

    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field, code }] } });
  });

  it('lists at most 100 faults and counts all', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x${index}`, 1]));

    const answer = await app.postJson(send, { subject: 'a', ...unknown });

    const { detail, errors } = answer.json as { detail: string; errors: unknown[] };
    expect(detail).toBe('150 faults found, of which the first 100 are listed.');
    expect(errors).toHaveLength(100);
  });

  it('takes 32 levels', async () => {
    const answer = await app.ask('POST', '/api/cam/campaigns/1/leads', json(nested(32)));

    expect(answer.status).toBe(201);
  });

  it('reads CSV as text', async () => {
    const csv = 'email\r\nzoë@example.org\r\n';

    const answer = await app.ask('POST', '/api/cam/campaigns/1/leads', json(csv, 'text/csv; header=present'));

    expect(answer).toMatchObject({ status: 201, json: { body: csv } });
  });

  it('refuses CSV that is not UTF-8', async () => {
    const answer = await app.ask('POST', '/api/cam/campaigns/1/leads', {
      headers: { 'Content-Type': 'text/csv' },
      body: Buffer.from('Zo\xeb', 'latin1'),
    });

    expect(answer).toMatchObject({ status: 400, json: { code: 'malformed_json' } });
  });

  it('refuses CSV with a NUL', async () => {
    const answer = await app.ask('POST', '/api/cam/campaigns/1/leads', json('email\0\n', 'text/csv'));

    expect(answer).toMatchObject({ status: 400, json: { code: 'malformed_json' } });
  });

  it('serves a POST that has neither body nor type', async () => {
    expect(await app.ask('POST', '/api/cam/emails/outbound/7/cancel')).toMatchObject({
      status: 200,
      json: { id: 7 },
    });
  });

  it.each([
    '0',
    '-1',
    '101',
    '1e9',
    'abc',
    '1.5',
    'NaN',
    'Infinity',
    '',
    '%00',
    '1e2',
    '0x10',
    '%2010',
    '1&limit=2',
    '007',
  ])('refuses limit=%s', async (limit) => {
    const answer = await app.ask('GET', `/api/cam/leads?limit=${limit}`);

    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'limit' }] } });
  });

  it.each(['limit[]=1', 'limit[gt]=1', 'sort=id', '__proto__=1', 'constructor=1'])(
    'refuses the parameter %s',
    async (query) => {
      expect(await app.ask('GET', `/api/cam/leads?${query}`)).toMatchObject({
        status: 400,
        json: { errors: [{ code: 'unknown_property' }] },
      });
    },
  );

  it('takes a limit in plain digits, and the default without one', async () => {
    expect((await app.ask('GET', '/api/cam/leads?limit=100')).json).toEqual({ limit: 100 });
    expect((await app.ask('GET', '/api/cam/leads')).json).toEqual({ limit: 50 });
  });

  it.each([
    ['a word', 'abc'],
    ['zero', '0'],
    ['a fraction', '1.0'],
    ['a number over the range of ids', '2147483648'],
    ['a NUL', '%00'],
    ['a broken escape', '%E0%A4%A'],
    ['10,000 digits', '9'.repeat(10_000)],
  ])('refuses %s as an id', async (_what, id) => {
    const answer = await app.ask('GET', `/api/cam/leads/${id}`);

    expect(answer).toMatchObject({
      status: 400,
      headers: { 'content-type': expect.stringMatching(/^application\/problem\+json/) },
      json: { code: 'invalid_request' },
    });
  });

  it.each([
    ['GET', '/api/cam/email/send', 'POST'],
    ['HEAD', '/api/cam/email/send', 'POST'],
    ['OPTIONS', '/api/cam/leads', 'GET, HEAD'],
    ['TRACE', '/api/cam/leads/7', 'GET, HEAD'],
    ['PUT', '/api/cam/leads/7', 'GET, HEAD'],
    ['DELETE', '/u/token', 'POST'],
  ])('answers %s %s with 405 and what is allowed', async (method, path, allowed) => {
    expect(await app.ask(method, path)).toMatchObject({ status: 405, headers: { allow: allowed } });
  });

  it.each([
    '/',
    '/api/cam',
    '/api/cam/nothing',
    '/api/cam/leads/7/nothing',
    '/API/cam/leads',
    '//api/cam/leads',
    '/api/cam/leads/',
    '/api/cam/leads;x',
  ])('answers GET %s with 404 as a problem', async (path) => {
    expect(await app.ask('GET', path)).toMatchObject({ status: 404, json: { code: 'route_not_found' } });
  });

  it('answers 404 where a parameter is empty, under any method', async () => {
    expect(await app.ask('PUT', '/api/cam/leads/')).toMatchObject({ status: 404 });
  });

  it('answers 404, not 415, to a body for a route that does not exist', async () => {
    expect(await app.ask('POST', '/nothing', json('a=b', 'text/plain'))).toMatchObject({ status: 404 });
  });

  it.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/json', 'not JSON'],
    ['text/plain; charset=latin1', 'x'],
  ])('lets an unsubscribe carry %s and reads none of it', async (contentType, body) => {
    expect(await app.ask('POST', '/u/token', json(body, contentType))).toMatchObject({
      status: 200,
      json: { seen: null },
    });
  });

  it('keeps the bytes of a webhook', async () => {
    const body = '{ "a" : 1.0 }';

    expect(await app.ask('POST', '/webhooks/resend', json(body))).toMatchObject({ json: { raw: body } });
  });

  it('tells nothing of a bug and logs it once', async () => {
    logged.length = 0;

    const answer = await app.ask('GET', '/api/cam/failures/bug?to=lead@example.org');

    expect(answer).toMatchObject({
      status: 500,
      json: { code: 'internal_error', instance: '/api/cam/failures/bug' },
    });
    expect(answer.text).not.toMatch(/unexpected|lead@/);
    expect(logged).toEqual([
      {
        event: 'http.request_failed',
        method: 'GET',
        route: '/api/cam/failures/bug',
        code: 'internal_error',
        fault: expect.objectContaining({ name: 'TypeError', message: 'unexpected' }),
      },
    ]);
  });

  it('blames the caller for a value the database refuses, and logs that without the value', async () => {
    logged.length = 0;

    const answer = await app.ask('GET', '/api/cam/failures/statement');

    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(logged).toMatchObject([
      { fault: { message: null, code: '22P02', constraint: 'ck_x', cause: null } },
    ]);
    expect(answer.text + JSON.stringify(logged)).not.toContain('lead@');
  });

  it('asks for patience while the database is away', async () => {
    expect(await app.ask('GET', '/api/cam/failures/connection')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      json: { code: 'database_unavailable' },
    });
  });

  it('logs nothing of what callers do wrong', async () => {
    logged.length = 0;

    await app.ask('POST', send, json('{'));
    await app.ask('GET', '/nothing');

    expect(logged).toEqual([]);
  });

  it('says when to come back', async () => {
    expect(await app.ask('GET', '/api/cam/failures/cap')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '13' },
      json: { code: 'daily_cap_reached', detail: 'Come back tomorrow.' },
    });
  });

  it.each([['localhost'], ['LocalHost:3000'], ['127.0.0.1'], ['127.1.2.3:80'], ['[::1]:3000']])(
    'serves the local host name %s',
    async (host) => {
      expect((await app.ask('GET', '/api/cam/leads', { headers: { Host: host } })).status).toBe(200);
    },
  );

  it.each([
    ['another host', ['Host', 'cam.example.com']],
    ['a host that starts like ours', ['Host', 'localhost.evil.com']],
    ['an address that starts like ours', ['Host', '127.0.0.1.evil.com']],
    ['a user part', ['Host', 'localhost@evil.com']],
    ['an empty host', ['Host', '']],
    ['two hosts', ['Host', 'localhost', 'Host', 'evil.com']],
    ['X-Forwarded-For', ['Host', 'localhost', 'X-Forwarded-For', '127.0.0.1']],
    ['X-Forwarded-Host', ['Host', 'localhost', 'x-forwarded-host', 'localhost']],
    ['Forwarded', ['Host', 'localhost', 'Forwarded', 'for=127.0.0.1']],
  ])('refuses %s', async (_what, headers) => {
    for (const path of [
      '/api/cam/leads',
      '/api/cam/nothing',
      '/%61pi/cam/leads',
      '/api/docs',
      '/api/openapi.json',
    ]) {
      expect(await app.ask('GET', path, { headers })).toMatchObject({
        status: 403,
        json: { code: 'api_keys_required' },
      });
    }
  });

  it.each(['/health', '/health/live', '/metrics'])('serves %s under any host', async (path) => {
    expect((await app.ask('GET', path, { headers: { Host: 'pod-7' } })).status).toBe(200);
  });
});

describe('with API keys', () => {
  let app: HttpApp;
  beforeAll(async () => {
    app = await HttpApp.start({
      controllers,
      apiKeys: [
        keyOf('all', 'all-secret', ['read', 'send', 'manage']),
        keyOf('reader', 'read-secret', ['read']),
        keyOf('sender', 'send-secret', ['send']),
        keyOf('manager', 'manage-secret', ['manage']),
        // The configuration refuses this one; here it shows that no key never counts as a key.
        keyOf('nobody', '', ['read', 'send', 'manage']),
      ],
    });
  });
  afterAll(async () => {
    await app.stop();
  });

  const bearer = (secret: string): Ask => ({ headers: { Authorization: `Bearer ${secret}` } });

  it.each<[string, Ask]>([
    ['no key', {}],
    ['an unknown key', bearer('nobody')],
    ['an empty key', { headers: { Authorization: 'Bearer ' } }],
    ['another scheme', { headers: { Authorization: 'Basic all-secret' } }],
    ['a bare key', { headers: { Authorization: 'all-secret' } }],
    ['a key and more', { headers: { Authorization: 'Bearer all-secret x' } }],
    [
      'two keys',
      { headers: ['Host', 'localhost', 'Authorization', 'Bearer all-secret', 'Authorization', 'Bearer x'] },
    ],
  ])('refuses %s before it reads a body or tells of routes', async (_what, ask) => {
    for (const [method, path] of [
      ['GET', '/api/cam/leads'],
      ['GET', '/%61pi/cam/leads'],
      ['GET', '/api/cam/nothing'],
      ['GET', '//api/cam/leads'],
      ['DELETE', '/api/cam/leads'],
      ['GET', '/metrics'],
      ['GET', '/api/docs'],
      ['GET', '/api/openapi.json'],
    ] as const) {
      expect(await app.ask(method, path, ask)).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        json: { code: 'unauthorized' },
      });
    }
    expect(await app.ask('POST', '/api/cam/email/send', { ...ask, body: 'no type' })).toMatchObject({
      status: 401,
    });
  });

  it.each([
    ['read', 'GET', '/api/cam/leads'],
    ['read', 'HEAD', '/api/cam/leads'],
    ['read', 'GET', '/metrics'],
    ['read', 'GET', '/api/docs'],
    ['read', 'GET', '/api/openapi.json'],
    ['send', 'POST', '/api/cam/email/send'],
    ['send', 'POST', '/api/cam/emails/outbound/7/cancel'],
    ['manage', 'POST', '/api/cam/campaigns/7/leads'],
  ])('asks for the scope %s at %s %s', async (scope, method, path) => {
    for (const held of ['read', 'send', 'manage', 'all']) {
      const { status } = await app.ask(method, path, bearer(`${held}-secret`));

      expect([held, status === 403]).toEqual([held, held !== scope && held !== 'all']);
    }
  });

  it('names the missing scope', async () => {
    expect(await app.ask('POST', '/api/cam/email/send', bearer('read-secret'))).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
      json: { code: 'insufficient_scope', detail: 'This call needs a key with the scope "send".' },
    });
  });

  it('tells any key holder what does not exist', async () => {
    expect(await app.ask('GET', '/api/cam/nothing', bearer('send-secret'))).toMatchObject({ status: 404 });
    expect(await app.ask('DELETE', '/api/cam/leads', bearer('send-secret'))).toMatchObject({ status: 405 });
  });

  it('serves callers from afar and through proxies', async () => {
    const headers = {
      Host: 'cam.example.com',
      'X-Forwarded-For': '1.2.3.4',
      Authorization: 'bearer  all-secret',
    };

    expect(await app.ask('GET', '/api/cam/leads', { headers })).toMatchObject({ status: 200 });
  });

  it.each([
    ['GET', '/health'],
    ['GET', '/health/live'],
    ['POST', '/u/token'],
    ['POST', '/webhooks/resend'],
  ])('asks for no key at %s %s', async (method, path) => {
    expect(await app.ask(method, path)).toMatchObject({ status: 200 });
  });
});
