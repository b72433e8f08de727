import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecipientAllowlist } from '../../src/config/recipient-allowlist.js';
import type { BlockersView } from '../../src/follow-ups/explain/blockers.dto.js';
import { type ApiClient, type OnWire, TestApp } from '../support/app.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import { emptyTables, insertEmail, insertLead, setClockTo } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const MONDAY_NOON = '2026-03-02T12:00:00Z';
const DAILY_CAP = 50;
const OFFICE_HOURS = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' };
const STEPS = [
  { template_type: 'intro', delay_days: 0 },
  { template_type: 'intro', delay_days: 3, thread: 'new' },
];

describe('what keeps the mail of a campaign, over the REST API', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start({
      databaseUrl: database.url,
      provider: new FakeEmailProvider(),
      sending: { dailyCap: DAILY_CAP, allowlist: new RecipientAllowlist('@engines\\.example$') },
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
    await api.post('campaigns', { name: 'Spring', max_emails_per_day: 2 });
    await api.post('templates', { template_type: 'intro', subject: 'Hello', body: 'Hello {first_name}' });
    await api.post('campaigns/1/leads', {
      leads: ['Ada', 'Grace', 'Mary', null].map((first_name, index) => ({
        email: `lead-${index}@engines.example`,
        first_name,
      })),
    });
  });

  async function blockers(): Promise<OnWire<BlockersView>['blockers']> {
    const { status, body } = await api.get<BlockersView>('campaigns/1/blockers');
    expect(status).toBe(200);
    return body.blockers;
  }

  async function enrol(leadIds?: number[]): Promise<void> {
    await api.put('campaigns/1/sequence', { steps: STEPS, window: OFFICE_HOURS });
    await api.post('campaigns/1/enrolments', leadIds === undefined ? { all: true } : { lead_ids: leadIds });
  }

  it('knows no campaign that does not exist', async () => {
    const { status, body } = await api.get('campaigns/9/blockers');

    expect([status, body.code]).toEqual([404, 'campaign_not_found']);
  });

  it('tells of leads whom nothing is planned for', async () => {
    expect(await blockers()).toMatchObject([{ code: 'NO_SEQUENCE', leads: 4, next_possible_at: null }]);

    await enrol([1, 2, 3]);

    expect(await blockers()).toMatchObject([{ code: 'NOT_ENROLLED', leads: 1 }]);
  });

  it('counts mails and steps apart, with the first time at which one may be free', async () => {
    await enrol();
    await app.advance();

    const found = await blockers();

    expect(found.map(({ code, emails, leads }) => [code, emails, leads]).toSorted()).toEqual([
      ['CAP_DAY', 1, 1],
      ['MISSING_VARIABLE', 0, 1],
      ['NOT_DUE', 0, 2],
    ]);
    const next = new Map(found.map(({ code, next_possible_at: at }) => [code, at]));
    expect(next.get('CAP_DAY')).toMatch(/^2026-03-03T00:00:00/);
    expect(next.get('MISSING_VARIABLE')).toMatch(/^2026-03-02T13:00/);
    expect(next.get('NOT_DUE')).toMatch(/^2026-03-05T12:00/);
  });

  it('counts a mail once when both caps are full', async () => {
    await enrol([1, 2, 3]);
    await app.advance();
    await database.query(`UPDATE cam_quota_counters SET used = ${DAILY_CAP} WHERE scope = 'global'`);

    expect((await blockers()).find(({ code }) => code === 'CAP_DAY')).toMatchObject({
      detail: "Today's mails over all campaigns are used up.",
      emails: 1,
      leads: 0,
    });
  });

  it('counts a step that is due though a later one was asked for', async () => {
    await enrol([1]);
    await insertEmail(database, { campaign_id: 1, lead_id: 1, enrolment_id: 1, sequence_number: 2 });
    await api.put('campaigns/1/pause', {});

    expect(await blockers()).toContainEqual(expect.objectContaining({ code: 'PAUSED', emails: 1, leads: 1 }));
  });

  it('tells of a pause, of closed hours and of what has ended', async () => {
    await enrol();
    await app.advance();
    await setClockTo(database, '2026-03-07T12:00:00Z');
    await api.put('campaigns/1/pause', {});
    await database.query(
      `UPDATE cam_enrolments SET status = 'STOPPED', stop_reason = 'REPLIED', next_run_at = NULL, look_at = NULL
        WHERE lead_id = 1`,
    );

    const found = await blockers();

    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'PAUSED', emails: 1, next_possible_at: null }),
        expect.objectContaining({
          code: 'OUTSIDE_WINDOW',
          next_possible_at: expect.stringMatching(/^2026-03-09T09:00:00/),
        }),
        expect.objectContaining({ code: 'REPLIED', emails: 0, leads: 1 }),
      ]),
    );
    expect(found.map(({ code }) => code)).not.toContain('CAP_DAY');
  });

  it.each([
    ['address', 'lead-2@engines.example', { emails: 1, leads: 0 }],
    ['address', 'lead-3@engines.example', { emails: 0, leads: 1 }],
    ['domain', 'engines.example', { emails: 1, leads: 3 }],
  ])('counts the mails and leads of a suppressed %s, %s', async (scope, target, counts) => {
    await enrol();
    await app.advance();
    await api.post('suppressions', { [scope]: target, reason: 'A customer now' });

    expect(await blockers()).toContainEqual({
      code: 'SUPPRESSED',
      detail: 'The address is suppressed.',
      next_possible_at: null,
      ...counts,
    });
  });

  it('counts the mails and leads that the allowlist keeps', async () => {
    const email = 'ada@looms.example';
    const leadId = await insertLead(database, 1, { email });
    await enrol();
    await insertEmail(database, { campaign_id: 1, lead_id: leadId, to_email: email });

    expect(await blockers()).toContainEqual(
      expect.objectContaining({ code: 'NOT_ON_ALLOWLIST', emails: 1, leads: 1 }),
    );
  });

  it('counts the mails and leads that a status keeps', async () => {
    await enrol();
    await app.advance();
    await database.query(`UPDATE cam_leads SET status = 'UNSUBSCRIBED' WHERE id IN (3, 4)`);

    expect(await blockers()).toContainEqual(
      expect.objectContaining({ code: 'UNSUBSCRIBED', emails: 1, leads: 1 }),
    );
  });

  it('tells of a provider that is shut', async () => {
    await enrol([1]);
    await database.query(
      `UPDATE cam_provider_gates SET shut_until = clock_timestamp() + interval '1 hour', shut_reason = 'The key is refused'
        WHERE provider = 'Resend'`,
    );

    expect(await blockers()).toContainEqual({
      code: 'PROVIDER_SHUT',
      detail: 'The key is refused',
      emails: 0,
      leads: 1,
      next_possible_at: expect.stringMatching(/^2026-03-02T1[23]:/),
    });
  });
});
