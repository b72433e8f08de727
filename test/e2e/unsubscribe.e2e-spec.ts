import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from '../support/app.js';
import { emptyTables, insertCampaign, insertEmail, insertLead } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const TOKEN = 'abcdefghijklmnopqrstuvwx27';

let db: TestDatabase;
let app: TestApp;
const logged: string[] = [];
const log = (message: unknown): number => logged.push(JSON.stringify(message));

beforeAll(async () => {
  db = await createTestDatabase();
  app = await TestApp.start({
    databaseUrl: db.url,
    logger: { log, error: log, warn: log, debug: log, verbose: log, fatal: log },
  });
});
beforeEach(async () => {
  await emptyTables(db);
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId, { email: 'jane@lead.test' });
  await insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    to_email: 'jane@lead.test',
    public_token: TOKEN,
    status: 'SENT',
  });
});
afterAll(async () => {
  await app.close();
  await db.drop();
});

async function state(): Promise<unknown> {
  const leads = await db.query('SELECT status FROM cam_leads');
  return [leads, await db.query('SELECT target, cause, evidence FROM cam_suppressions')];
}

const UNSUBSCRIBED = [
  [{ status: 'UNSUBSCRIBED' }],
  [{ target: 'jane@lead.test', cause: 'unsubscribe', evidence: 'outbound:1' }],
];

describe('The unsubscribe link', () => {
  it('shows a page, and changes nothing, however often it is looked at', async () => {
    const page = await app.api.get(`/u/${TOKEN}`);
    const head = await app.api.call('HEAD', `/u/${TOKEN}`);

    expect([page.status, head.status]).toEqual([200, 200]);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.text).toContain('<form method="post">');
    expect(page.text).not.toContain('jane');
    expect(await state()).toEqual([[{ status: 'NEW' }], []]);
  });

  it.each([
    ['the form of one click', 'application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'a multipart form',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ],
    ['JSON', 'application/json', '{'],
    ['a type that nobody reads', 'application/octet-stream', 'junk'],
    ['no body', undefined, undefined],
  ])('unsubscribes by %s, and answers with nothing', async (_name, contentType, body) => {
    const answer = await app.api.call('POST', `/u/${TOKEN}`, {
      body,
      ...(contentType !== undefined && { headers: { 'Content-Type': contentType } }),
    });

    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(await state()).toEqual(UNSUBSCRIBED);
  });

  it('unsubscribes once, however often it is asked and in whatever case', async () => {
    const answers = await Promise.all(
      [TOKEN, TOKEN.toUpperCase(), TOKEN].map((token) => app.api.call('POST', `/u/${token}`)),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await state()).toEqual(UNSUBSCRIBED);
  });

  it('tells a person in a browser that it is done', async () => {
    const answer = await app.api.post(`/u/${TOKEN}`, 'x=1', {
      Accept: 'text/html,*/*',
      'Content-Type': 'application/x-www-form-urlencoded',
    });

    expect(answer.status).toBe(200);
    expect(answer.text).toContain('You are unsubscribed');
    expect(await state()).toEqual(UNSUBSCRIBED);
  });

  it.each(['abcdefghijklmnopqrstuvwx22', 'x', '\0', `${TOKEN}x`, "' OR 1=1"])(
    'knows nothing of %j',
    async (token) => {
      const path = `/u/${encodeURIComponent(token)}`;

      expect((await app.api.get(path)).status).toBe(404);
      expect((await app.api.call('POST', path)).status).toBe(404);
      expect(await state()).toEqual([[{ status: 'NEW' }], []]);
    },
  );

  it('leaves no token in the log', async () => {
    await app.api.call('POST', `/u/${TOKEN}`);
    await db.query('ALTER TABLE cam_outbound_emails RENAME TO away');
    const failed = await app.api.call('POST', `/u/${TOKEN}`);
    await db.query('ALTER TABLE away RENAME TO cam_outbound_emails');

    expect(failed.status).toBe(500);
    expect(logged.join('\n')).toContain('http.request_failed');
    expect(logged.join('\n').toLowerCase()).not.toContain(TOKEN);
  });
});
