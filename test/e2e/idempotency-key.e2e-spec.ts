import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { CampaignView } from '../../src/campaigns/dto/campaign.dto.js';
import type { OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import { type ApiAnswer, type ApiClient, TestApp } from '../support/app.js';
import { emptyTables, insertCampaign, insertLead, insertTemplate } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('a POST with an Idempotency-Key', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: ApiClient;
  let key: Readonly<Record<string, string>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start({ databaseUrl: database.url, sending: { dailyCap: 1 } });
    ({ api } = app);
  });

  beforeEach(async () => {
    await emptyTables(database);
    await insertCampaign(database);
    await insertLead(database, 1, { email: 'ada@engines.test', first_name: 'Ada' });
    await insertTemplate(database);
    key = { 'Idempotency-Key': randomUUID() };
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const intro = { campaign_id: 1, lead_id: 1, template_type: 'intro' };
  const batch = { campaign_id: 1, template_type: 'intro', leads: [{ lead_id: 1 }] };
  const mute = { campaign_id: 1, lead_id: 1, template: { subject: '{nickname}', body: 'x' } };

  it.each([
    ['201', 201, 'campaigns', { name: 'Twice' }],
    ['200', 200, 'campaigns/1/leads', { leads: [{ email: 'grace@navy.test' }] }],
    ['202', 202, 'email/batch-send', batch],
    ['404', 404, 'email/send', { ...intro, lead_id: 404 }],
    ['422', 422, 'email/send', mute],
  ])('gets its %s again, byte for byte, without being served again', async (_name, status, path, body) => {
    const first = await api.post(path, body, key);
    const second = await api.post(path, body, key);

    expect([first.status, second.status]).toEqual([status, status]);
    expect(isReplayed(first)).toBe(false);
    expect(isReplayed(second)).toBe(true);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
  });

  it('is the same request whatever the order of its properties', async () => {
    const first = await api.post<CampaignView>('campaigns', { name: 'Twice', max_emails_per_day: 5 }, key);
    const second = await api.post<CampaignView>('campaigns', { max_emails_per_day: 5, name: 'Twice' }, key);

    expect(isReplayed(second)).toBe(true);
    expect(second.body.id).toBe(first.body.id);
  });

  it('gets the mail as it was when first answered, even when it has moved on', async () => {
    const first = await api.post<OutboundEmailView>('email/send', intro, key);
    await database.query(`UPDATE cam_outbound_emails SET delivered_at = cam_now()`);
    const second = await api.post<OutboundEmailView>('email/send', intro, key);

    expect(second.text).toBe(first.text);
    expect(second.status).toBe(201);
  });

  it('is refused for another body', async () => {
    await api.post('campaigns', { name: 'One' }, key);
    const other = await api.post('campaigns', { name: 'Other' }, key);

    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await countCampaigns('Other')).toBe(0);
  });

  it('means something else on another route', async () => {
    await api.post('campaigns', { name: 'One' }, key);
    const imported = await api.post('campaigns/1/leads', { leads: [] }, key);
    const elsewhere = await api.post('campaigns/404/leads', { leads: [] }, key);

    expect([imported.status, elsewhere.status]).toEqual([200, 404]);
    expect([imported, elsewhere].some(isReplayed)).toBe(false);
  });

  it('is not used up by a request that is not valid', async () => {
    const invalid = await api.post('campaigns', { name: '' }, key);
    const valid = await api.post('campaigns', { name: 'Valid' }, key);

    expect([invalid.status, valid.status]).toEqual([400, 201]);
    expect(isReplayed(valid)).toBe(false);
  });

  it('is free again after a 429', async () => {
    await api.post('email/send', { ...intro, sequence_number: 2 });
    const over = await api.post('email/send', intro, key);
    await database.setClockOffset('1 day');
    const nextDay = await api.post('email/send', intro, key);

    expect(over).toMatchObject({ status: 429, body: { code: 'daily_cap_reached' } });
    expect(nextDay.status).toBe(201);
    expect(isReplayed(nextDay)).toBe(false);
  });

  it('is free again after a 409', async () => {
    await api.put('campaigns/1/pause');
    const paused = await api.post('email/send', intro, key);
    await api.put('campaigns/1/resume');
    const resumed = await api.post('email/send', intro, key);

    expect([paused.status, resumed.status]).toEqual([409, 201]);
  });

  it('is served once when it comes ten times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.post('campaigns', { name: 'Crowd' }, key)),
    );

    expect(await countCampaigns('Crowd')).toBe(1);
    expect(answers.filter((answer) => answer.status === 201 && !isReplayed(answer))).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_key_in_use' } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('is forgotten after a day', async () => {
    await api.post('campaigns', { name: 'Daily' }, key);
    await database.setClockOffset('25 hours');
    const later = await api.post('campaigns', { name: 'Daily' }, key);

    expect(isReplayed(later)).toBe(false);
    expect(await countCampaigns('Daily')).toBe(2);
  });

  function isReplayed(answer: ApiAnswer<unknown>): boolean {
    return answer.headers.get('idempotency-replayed') === 'true';
  }

  async function countCampaigns(name: string): Promise<number> {
    return (await database.query('SELECT 1 FROM cam_campaigns WHERE name = $1', [name])).length;
  }
});
