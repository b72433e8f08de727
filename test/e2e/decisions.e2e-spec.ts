import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CampaignView } from '../../src/campaigns/dto/campaign.dto.js';
import { parseApiKeys } from '../../src/config/api-keys.js';
import type { CampaignMetricsView } from '../../src/decisions/api/dto/campaign-metrics.dto.js';
import type { DecisionView } from '../../src/decisions/api/dto/decision.dto.js';
import { type ApiClient, TestApp } from '../support/app.js';
import { insertSent } from '../support/decisions.js';
import { emptyTables, insertCampaign, setClockTo } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Each caller's key is her name. */
const { keys: KEYS } = parseApiKeys(
  ['ann:read+send+manage', 'reader:read']
    .map((entry) => entry.split(':'))
    .map(([name = '', scopes]) => `${name}:${createHash('sha256').update(name).digest('hex')}:${scopes}`)
    .join(','),
);

let db: TestDatabase;
let app: TestApp;
let api: ApiClient;
let campaignId: number;
beforeAll(async () => {
  db = await createTestDatabase();
  app = await TestApp.start({
    databaseUrl: db.url,
    http: { apiKeys: KEYS },
    decisions: { autoPause: true },
  });
  api = app.api.as({ Authorization: 'Bearer ann' });
});
beforeEach(async () => {
  await emptyTables(db);
  await setClockTo(db, '2026-03-02T12:30:00Z');
  campaignId = await insertCampaign(db);
});
afterAll(async () => {
  await app.close();
  await db.drop();
});

const sendMails = async (): Promise<unknown> =>
  insertSent(db, campaignId, { count: 60, bounced: 3, at: '2026-03-02T11:15:00Z' });

describe('GET campaigns/:id/metrics', () => {
  it('counts everything that was sent, at once', async () => {
    await sendMails();

    const { status, body } = await api.get<CampaignMetricsView>(`campaigns/${campaignId}/metrics`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      sent: 60,
      delivered: 0,
      replies: 0,
      positive: 0,
      negative: 0,
      unsubscribed: 0,
      out_of_office: 0,
      hard_bounces: 3,
      soft_bounces: 0,
      complaints: 0,
      leads_mailed: 60,
      leads_replied: 0,
      reply_rate: 0,
      positive_rate: 0,
      bounce_rate: 0.05,
      computed_at: expect.stringMatching(/^2026-03-02T12:30:/),
    });
    expect(body.bounce_rate_interval.low).toBeCloseTo(0.0171, 4);
  });

  it('has numbers of a campaign without any mail', async () => {
    const { body } = await api.get<CampaignMetricsView>(`campaigns/${campaignId}/metrics`);

    expect(body).toMatchObject({
      sent: 0,
      reply_rate: 0,
      bounce_rate: 0,
      bounce_rate_interval: { low: 0, high: 1 },
    });
  });
});

describe('POST campaigns/:id/evaluate', () => {
  it('pauses a campaign, names who asked, and lets a person resume it', async () => {
    await sendMails();

    const { status, body } = await api.post<DecisionView[]>(`campaigns/${campaignId}/evaluate`);

    expect(status).toBe(200);
    expect(body.map(({ rule, verdict, applied }) => [rule, verdict, applied])).toEqual([
      ['COMPLAINT', 'CONTINUE', false],
      ['HARD_BOUNCE', 'PAUSE', true],
      ['ACCOUNT_HARD_BOUNCE', 'CONTINUE', false],
      ['REPLY_RATE', 'CONTINUE', false],
      ['UNSUBSCRIBE', 'CONTINUE', false],
    ]);
    expect(body[1]).toMatchObject({
      campaign_id: campaignId,
      numerator: 3,
      denominator: 60,
      rate: 0.05,
      threshold: 0.05,
      rule_version: '1',
      window_started_at: '2026-02-23T13:00:00.000Z',
      asked_by: 'ann',
      metrics: { sent: 60, hard_bounces: 3 },
    });
    const paused = await api.get<CampaignView>(`campaigns/${campaignId}`);
    expect(paused.body).toMatchObject({
      status: 'PAUSED',
      paused_by: 'rule:HARD_BOUNCE',
      pause_reason: body[1]?.reason,
    });

    const resumed = await api.put<CampaignView>(`campaigns/${campaignId}/resume`, { reason: 'Cleaned' });
    expect(resumed.body).toMatchObject({
      status: 'ACTIVE',
      paused_by: null,
      resumed_by: 'ann',
      resume_reason: 'Cleaned',
      resumed_at: expect.stringMatching(/^2026-03-02T12:30:/),
    });
    const again = await api.post<DecisionView[]>(`campaigns/${campaignId}/evaluate`);
    expect(again.body.map(({ verdict }) => verdict)).toEqual(again.body.map(() => 'CONTINUE'));
  });

  it('takes no body, and asks for the scope of who changes campaigns', async () => {
    const withBody = await api.post(`campaigns/${campaignId}/evaluate`, { verdict: 'PAUSE' });
    const reader = await app.api
      .as({ Authorization: 'Bearer reader' })
      .post(`campaigns/${campaignId}/evaluate`);

    expect([withBody.status, withBody.body.code]).toEqual([400, 'invalid_request']);
    expect([reader.status, reader.body.code]).toEqual([403, 'insufficient_scope']);
  });
});

describe('GET campaigns/:id/decisions', () => {
  it('lists a campaign of several, newest first, page by page', async () => {
    const other = await insertCampaign(db);
    await api.post(`campaigns/${campaignId}/evaluate`);
    await api.post(`campaigns/${other}/evaluate`);
    await api.post(`campaigns/${campaignId}/evaluate`);

    const first = await api.get<DecisionView[]>(`campaigns/${campaignId}/decisions?limit=6`);
    const next = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await api.get<DecisionView[]>(next);

    expect(first.body.map(({ id }) => id)).toEqual([15, 14, 13, 12, 11, 5]);
    expect(second.body.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    expect(second.headers.get('link')).toBeNull();
    expect(Object.keys(second.body[0] ?? {}).toSorted()).toEqual([
      'applied',
      'asked_by',
      'campaign_id',
      'decided_at',
      'denominator',
      'high',
      'id',
      'low',
      'metrics',
      'numerator',
      'rate',
      'reason',
      'rule',
      'rule_version',
      'threshold',
      'verdict',
      'window_started_at',
    ]);
  });
});

it.each(['GET metrics', 'POST evaluate', 'GET decisions'])(
  '%s knows no campaign that is not there',
  async (call) => {
    const [method = '', route = ''] = call.split(' ');

    const { status, body } = await api.call(method, `campaigns/999/${route}`);

    expect([status, body.code]).toEqual([404, 'campaign_not_found']);
  },
);
