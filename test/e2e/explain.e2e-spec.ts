import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  CampaignExplanationView,
  LeadExplanationView,
} from '../../src/follow-ups/explain/explain.dto.js';
import { type ApiClient, type OnWire, TestApp } from '../support/app.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import { emptyTables, setClockTo } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Monday, 13:00 in Berlin. */
const MONDAY_NOON = '2026-03-02T12:00:00Z';
const MONDAY_NIGHT = '2026-03-02T21:00:00Z';

const OFFICE_HOURS = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };
const STEPS = [
  { template_type: 'intro', delay_days: 0 },
  { template_type: 'nudge', delay_days: 3 },
];

describe('why a lead gets no mail, over the REST API', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start({
      databaseUrl: database.url,
      provider: new FakeEmailProvider(),
      sending: { dailyCap: 2 },
    });
    ({ api } = app);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  beforeEach(async () => {
    await emptyTables(database);
    await setClockTo(database, MONDAY_NOON);
    await api.post('campaigns', { name: 'Spring', timezone: 'Europe/Berlin' });
    await api.post('templates', {
      campaign_id: 1,
      template_type: 'intro',
      subject: 'For {first_name}',
      body: 'Hello',
    });
    await api.post('templates', {
      campaign_id: 1,
      template_type: 'nudge',
      subject: 'Again',
      body: 'About {product}',
    });
    await api.post('campaigns/1/leads', {
      leads: [{ email: 'ada@engines.example', first_name: 'Ada', attributes: { product: 'engines' } }],
    });
  });

  async function explained(): Promise<OnWire<CampaignExplanationView>> {
    const { status, body } = await api.get<LeadExplanationView>('leads/1/explain');
    expect(status).toBe(200);
    const [campaign] = body.campaigns;
    if (campaign === undefined) throw new Error('No campaign was explained');
    return campaign;
  }

  async function enrol(window: typeof OFFICE_HOURS | null = OFFICE_HOURS): Promise<void> {
    await api.put('campaigns/1/sequence', { steps: STEPS, window });
    await api.post('campaigns/1/enrolments', { all: true });
  }

  it('knows no lead that does not exist', async () => {
    const { status, body } = await api.get('leads/9/explain');

    expect([status, body.code]).toEqual([404, 'lead_not_found']);
  });

  it('tells of a campaign without a sequence, and of a lead who is not enrolled', async () => {
    expect(await explained()).toMatchObject({
      enrolment: null,
      may_send: false,
      next_possible_at: null,
      reasons: [{ code: 'NO_SEQUENCE' }],
    });

    await api.put('campaigns/1/sequence', { steps: STEPS });

    expect(await explained()).toMatchObject({ reasons: [{ code: 'NOT_ENROLLED' }] });
  });

  it('says that a mail may go, and then explains what follows it', async () => {
    await enrol();

    expect(await explained()).toMatchObject({
      campaign_id: 1,
      may_send: true,
      reasons: [],
      next_possible_at: expect.stringMatching(/^2026-03-02T12:00/),
    });
    await app.advance();
    expect(await explained()).toMatchObject({
      enrolment: { status: 'ACTIVE', next_step: 2 },
      may_send: false,
      reasons: [{ code: 'NOT_DUE', until: expect.stringMatching(/^2026-03-05T12:00/) }],
      next_possible_at: expect.stringMatching(/^2026-03-05T12:00/),
      emails: [{ id: 1, sequence_number: 1, status: 'SENT', reasons: [{ code: 'SENT' }] }],
    });
  });

  it('names all that keeps a step back at once', async () => {
    await enrol();
    await setClockTo(database, MONDAY_NIGHT);
    await api.put('campaigns/1/pause', { reason: 'The boss is away' });
    await api.patch('leads/1', { first_name: null });
    await api.post('suppressions', { domain: 'engines.example', reason: 'A customer now' });

    const answer = await explained();

    expect(answer).toMatchObject({ campaign_status: 'PAUSED', may_send: false, next_possible_at: null });
    expect(answer.reasons).toEqual([
      {
        code: 'OUTSIDE_WINDOW',
        detail: expect.any(String),
        until: expect.stringMatching(/^2026-03-03T08:/),
        evidence: null,
      },
      {
        code: 'MISSING_VARIABLE',
        detail: 'The template names variables that have no value. No value for first_name.',
        until: null,
        evidence: null,
      },
      {
        code: 'SUPPRESSED',
        detail: 'The address is suppressed: person.',
        until: null,
        evidence: 'suppression:1',
      },
      {
        code: 'PAUSED',
        detail: 'The campaign is paused: The boss is away',
        until: null,
        evidence: 'campaign:1',
      },
    ]);
  });

  it('adds the hours to the end of a cap', async () => {
    await enrol();
    await database.query(
      `INSERT INTO cam_quota_counters (scope, scope_id, day, simulated, used) VALUES ('global', 0, '2026-03-02', false, 2)`,
    );

    expect(await explained()).toMatchObject({
      reasons: [
        { code: 'CAP_DAY', until: expect.stringMatching(/^2026-03-03T00:00:00/), evidence: 'global' },
      ],
      // Nine to ten in Berlin.
      next_possible_at: expect.stringMatching(/^2026-03-03T08:/),
    });

    await app.advance();
    expect(await explained()).toMatchObject({
      reasons: [{ code: 'AWAITING_MAIL', evidence: 'outbound:1' }],
      next_possible_at: expect.stringMatching(/^2026-03-03T08:/),
      emails: [{ id: 1, status: 'QUEUED', may_send: false, reasons: [{ code: 'CAP_DAY' }] }],
    });
  });

  it('names what ended a sequence', async () => {
    await enrol();
    await app.advance();
    await api.post('suppressions', { address: 'ada@engines.example', reason: 'She said so' });
    await setClockTo(database, '2026-03-05T12:01:00Z');
    await app.advance();

    expect(await explained()).toMatchObject({
      enrolment: { status: 'STOPPED', stop_reason: 'SUPPRESSED' },
      may_send: false,
      next_possible_at: null,
      reasons: [
        { code: 'SUPPRESSED', evidence: 'outbound:2' },
        { code: 'SUPPRESSED', evidence: 'suppression:1' },
      ],
      emails: [{ id: 2, status: 'DROPPED', reasons: [{ code: 'SUPPRESSED' }] }, { id: 1 }],
    });
  });

  it('tells when a step that was held back is tried again', async () => {
    await api.put('templates/2', {
      campaign_id: 1,
      template_type: 'nudge',
      subject: 'Again',
      body: 'About {lost_thing}',
    });
    await api.put('campaigns/1/sequence', {
      steps: STEPS.slice(1).map((step) => ({ ...step, delay_days: 0 })),
    });
    await api.post('campaigns/1/enrolments', { all: true });
    await app.advance();
    expect(await explained()).toMatchObject({
      reasons: [{ code: 'MISSING_VARIABLE' }, { code: 'HELD' }],
      next_possible_at: null,
    });

    await api.patch('leads/1', { attributes: { lost_thing: 'gears' } });

    expect(await explained()).toMatchObject({
      reasons: [{ code: 'HELD', until: expect.stringMatching(/^2026-03-02T13:00/) }],
      next_possible_at: expect.stringMatching(/^2026-03-02T13:00/),
    });
  });

  it('shows no address, and no word of a mail', async () => {
    await enrol();
    await app.advance();

    const { text } = await api.get('leads/1/explain');

    expect(text).not.toMatch(/engines|Ada|Hello|For /);
  });
});
