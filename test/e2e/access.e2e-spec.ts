import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { parseApiKeys } from '../../src/config/api-keys.js';
import type { CampaignView } from '../../src/campaigns/dto/campaign.dto.js';
import { type ApiClient, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const CALLERS = { reader: 'read', sender: 'send', manager: 'manage', owner: 'read+send+manage' } as const;
type Caller = keyof typeof CALLERS;

const EVERYBODY = Object.keys(CALLERS) as Caller[];
const READERS: Caller[] = ['reader', 'owner'];
const SENDERS: Caller[] = ['sender', 'owner'];
const MANAGERS: Caller[] = ['manager', 'owner'];

describe('access', () => {
  let database: TestDatabase;
  let open: TestApp;
  let keyed: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { keys, problems } = parseApiKeys(
      Object.entries(CALLERS)
        .map(
          ([name, scopes]) =>
            `${name}:${createHash('sha256').update(`key-of-${name}`).digest('hex')}:${scopes}`,
        )
        .join(','),
    );
    expect(problems).toEqual([]);
    open = await TestApp.start({ databaseUrl: database.url });
    keyed = await TestApp.start({ databaseUrl: database.url, http: { apiKeys: keys } });
  });

  afterAll(async () => {
    await open.close();
    await keyed.close();
    await database.drop();
  });

  describe('with API keys', () => {
    it.each([
      ['GET', '/health/live', EVERYBODY],
      ['GET', '/health/ready', EVERYBODY],
      ['GET', '/health', EVERYBODY],
      ['GET', '/api/docs', READERS],
      ['GET', '/api/openapi.json', READERS],
      ['GET', 'campaigns', READERS],
      ['GET', 'campaigns/1', READERS],
      ['GET', 'leads', READERS],
      ['GET', 'templates', READERS],
      ['GET', 'emails/outbound', READERS],
      ['GET', 'emails/outbound/1', READERS],
      ['GET', 'capacity', READERS],
      ['POST', 'email/send', SENDERS],
      ['POST', 'email/batch-send', SENDERS],
      ['POST', 'email/preview', SENDERS],
      ['POST', 'emails/outbound/1/cancel', SENDERS],
      ['POST', 'emails/outbound/1/retry', SENDERS],
      ['POST', 'emails/outbound/1/resolve', SENDERS],
      ['POST', 'campaigns', MANAGERS],
      ['PATCH', 'campaigns/1', MANAGERS],
      ['PUT', 'campaigns/1/pause', MANAGERS],
      ['PUT', 'campaigns/1/resume', MANAGERS],
      ['POST', 'campaigns/1/leads', MANAGERS],
      ['PATCH', 'leads/1', MANAGERS],
      ['POST', 'templates', MANAGERS],
      ['PUT', 'templates/1', MANAGERS],
      ['DELETE', 'templates/1', MANAGERS],
    ])('%s %s answers %j', async (method, path, allowed) => {
      const statuses = await Promise.all(
        EVERYBODY.map(async (caller) => [caller, (await as(caller).call(method, path)).status] as const),
      );

      const served = statuses.filter(([, status]) => status !== 401 && status !== 403);
      expect(served.map(([caller]) => caller)).toEqual(allowed);
      expect(statuses.every(([caller, status]) => allowed.includes(caller) || status === 403)).toBe(true);
      const nobody = await keyed.api.call(method, path);
      expect(nobody.status === 401).toBe(allowed !== EVERYBODY);
    });

    it.each([
      ['no key', {}],
      ['an unknown key', { Authorization: 'Bearer nobody' }],
      ['another scheme', { Authorization: 'Basic key-of-owner' }],
      [
        'the digest instead of the key',
        { Authorization: `Bearer ${createHash('sha256').update('key-of-owner').digest('hex')}` },
      ],
    ])('challenges a caller with %s, and tells a stranger nothing of routes', async (_name, headers) => {
      const stranger = keyed.api.as(headers);

      for (const path of ['campaigns', 'no-such-route']) {
        const answer = await stranger.get(path);
        expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    });

    it('says which scope is missing', async () => {
      const answer = await as('reader').post('campaigns', { name: 'x' });

      expect(answer).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
      expect(answer.body.detail).toContain('manage');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    });

    it('keeps the idempotency keys of two callers apart', async () => {
      const headers = { 'Idempotency-Key': 'the-same' };

      const mine = await as('owner').post<CampaignView>('campaigns', { name: 'Mine' }, headers);
      const theirs = await as('manager').post<CampaignView>('campaigns', { name: 'Theirs' }, headers);

      expect([mine.status, theirs.status]).toEqual([201, 201]);
      expect(theirs.body.name).toBe('Theirs');
    });
  });

  describe('without API keys', () => {
    it.each(['127.0.0.1', 'localhost:3000', '[::1]:3000', 'LOCALHOST'])(
      'serves a caller of %s',
      async (host) => {
        expect(await statusFor('/api/cam/campaigns', { Host: host })).toBe(200);
      },
    );

    it.each([
      ['another host', { Host: 'cam.example.com' }],
      ['a host that only looks local', { Host: 'localhost.example.com' }],
      ['Forwarded', { Host: 'localhost', Forwarded: 'for=10.0.0.1' }],
      ['X-Forwarded-For', { Host: 'localhost', 'X-Forwarded-For': '10.0.0.1' }],
      ['X-Forwarded-Host', { Host: 'localhost', 'X-Forwarded-Host': 'cam.example.com' }],
    ])('turns away a caller with %s, but for the probes', async (_name, headers) => {
      for (const path of ['/api/cam/campaigns', '/api/cam/no-such-route', '/api/docs', '/api/openapi.json']) {
        expect([path, await statusFor(path, headers)]).toEqual([path, 403]);
      }
      expect(await statusFor('/health/live', headers)).toBe(200);
      expect(await statusFor('/health/ready', headers)).toBe(200);
    });

    it('says what to do about it', async () => {
      const answer = await open.api.get('campaigns', { 'X-Forwarded-For': '10.0.0.1' });

      expect(answer.body).toMatchObject({ status: 403, code: 'api_keys_required' });
      expect(answer.body.detail).toContain('AICMO_API_KEYS');
    });

    it('serves the documentation to local callers', async () => {
      expect((await open.api.get('/api/docs')).text).toContain('<title>Swagger UI</title>');
      expect((await open.api.get('/api/openapi.json')).status).toBe(200);
    });
  });

  function as(caller: Caller): ApiClient {
    return keyed.api.as({ Authorization: `Bearer key-of-${caller}` });
  }

  /** Not by `fetch`, which sets `Host` by itself. */
  function statusFor(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
    return new Promise((resolve, reject) => {
      request(new URL(path, open.api.baseUrl), { headers, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }
});
