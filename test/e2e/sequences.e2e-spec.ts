import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CampaignView } from '../../src/campaigns/dto/campaign.dto.js';
import type { OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { EnrolledView, EnrolmentView } from '../../src/follow-ups/dto/enrolment.dto.js';
import type { SequenceView } from '../../src/follow-ups/dto/sequence.dto.js';
import type { LeadView } from '../../src/leads/dto/lead.dto.js';
import { type ApiClient, type OnWire, TestApp } from '../support/app.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import { emptyTables, setClockTo } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Monday, 13:00 in Berlin. */
const MONDAY_NOON = '2026-03-02T12:00:00Z';

const STEPS = [
  { template_type: 'intro', delay_days: 0 },
  { template_type: 'nudge', delay_days: 3 },
  { template_type: 'farewell', delay_days: 2, business_days: true, thread: 'new' },
];

describe('a sequence, over the REST API', () => {
  let database: TestDatabase;
  let provider: FakeEmailProvider;
  let app: TestApp;
  let api: ApiClient;
  let leads: number[];

  beforeAll(async () => {
    database = await createTestDatabase();
    provider = new FakeEmailProvider();
    app = await TestApp.start({ databaseUrl: database.url, provider });
    ({ api } = app);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  beforeEach(async () => {
    await emptyTables(database);
    await setClockTo(database, MONDAY_NOON);
    provider.accepted.length = 0;
    await api.post<CampaignView>('campaigns', { name: 'Spring', timezone: 'Europe/Berlin' });
    for (const type of ['intro', 'nudge', 'farewell']) {
      await api.post('templates', {
        campaign_id: 1,
        template_type: type,
        subject: `${type} for {first_name}`,
        body: `<p>${type}</p>`,
      });
    }
    await api.post('campaigns/1/leads', {
      leads: ['Ada', 'Grace'].map((name) => ({
        email: `${name.toLowerCase()}@engines.example`,
        first_name: name,
      })),
    });
    leads = (await api.get<LeadView[]>('leads')).body.map(({ id }) => id).toSorted();
  });

  async function enrolments(): Promise<OnWire<EnrolmentView>[]> {
    return (await api.get<EnrolmentView[]>('campaigns/1/enrolments')).body.toReversed();
  }

  async function mails(): Promise<OnWire<OutboundEmailView>[]> {
    return (await api.get<OutboundEmailView[]>('emails/outbound?campaign_id=1')).body.toReversed();
  }

  it('is put, read and replaced', async () => {
    const put = await api.put<SequenceView>('campaigns/1/sequence', {
      steps: STEPS,
      window: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' },
      on_positive: 'next_step',
    });

    expect(put.status).toBe(200);
    expect(put.body).toEqual({
      id: 1,
      campaign_id: 1,
      steps: STEPS.map((step) => ({ business_days: false, thread: 'same', ...step })),
      window: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' },
      on_positive: 'next_step',
    });
    expect((await api.get<SequenceView>('campaigns/1/sequence')).body).toEqual(put.body);
    const again = await api.put<SequenceView>('campaigns/1/sequence', { steps: STEPS.slice(0, 1) });
    expect(again.body).toMatchObject({ id: 1, steps: [{ template_type: 'intro' }], window: null });
  });

  it('names every fault of a sequence that cannot be carried out, and keeps the one that was there', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });

    const put = await api.put('campaigns/1/sequence', {
      steps: [
        { template_type: 'intro', delay_days: 0 },
        { template_type: 'lost', delay_days: 1 },
      ],
      window: { days: [1], from: '17:00', to: '09:00' },
    });

    expect(put.status).toBe(400);
    expect(put.body.errors).toEqual([
      expect.objectContaining({ field: 'window.to', code: 'not_after_from' }),
      expect.objectContaining({ field: 'steps[1].template_type', code: 'template_not_found' }),
    ]);
    expect((await api.get<SequenceView>('campaigns/1/sequence')).body.steps).toHaveLength(3);
  });

  it('mails its steps in their time, in one thread unless told otherwise, to its end', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    const enrolled = await api.post<EnrolledView>('campaigns/1/enrolments', { lead_ids: [leads[0], 999] });
    expect(enrolled.status).toBe(202);
    expect(enrolled.body).toEqual({ enrolled: 1, skipped: [{ lead_id: 999, code: 'lead_not_found' }] });

    await app.advance();
    expect((await mails()).map(({ subject, status }) => [subject, status])).toEqual([
      ['intro for Ada', 'SENT'],
    ]);
    expect(await enrolments()).toMatchObject([
      { status: 'ACTIVE', next_step: 2, next_run_at: expect.stringMatching(/^2026-03-05T12:00:0/) },
    ]);

    await setClockTo(database, '2026-03-05T11:59:00Z');
    await app.advance();
    expect(await mails()).toHaveLength(1);

    await setClockTo(database, '2026-03-05T12:01:00Z');
    await app.advance();
    // Thursday and two business days: Monday.
    expect(await enrolments()).toMatchObject([
      { next_step: 3, next_run_at: expect.stringMatching(/^2026-03-09T12:01:0/) },
    ]);

    await setClockTo(database, '2026-03-09T12:02:00Z');
    await app.advance();
    expect(await enrolments()).toMatchObject([
      { status: 'EXHAUSTED', next_step: null, next_run_at: null, stop_reason: null },
    ]);
    const [intro, nudge, farewell] = provider.accepted.map(({ email }) => email);
    expect([intro, nudge, farewell].map((email) => email?.subject)).toEqual([
      'intro for Ada',
      'intro for Ada',
      'farewell for Ada',
    ]);
    expect(nudge?.headers['In-Reply-To']).toBe(intro?.headers['Message-ID']);
    expect(farewell?.headers['In-Reply-To']).toBeUndefined();
    expect((await mails()).map((mail) => [mail.sequence_number, mail.campaign_sequence_id])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it.each([[{}], [{ lead_ids: [1], all: true }], [{ all: false }]])(
    'refuses to guess who is enrolled by %j',
    async (body) => {
      await api.put('campaigns/1/sequence', { steps: STEPS });

      const enrolled = await api.post('campaigns/1/enrolments', body);

      expect(enrolled.status).toBe(400);
      expect(enrolled.body.errors).toEqual([
        expect.objectContaining({ field: 'lead_ids', code: 'required' }),
      ]);
      expect(await enrolments()).toEqual([]);
    },
  );

  it('lists no enrolments of a campaign that does not exist', async () => {
    const listed = await api.get('campaigns/999/enrolments');

    expect([listed.status, listed.body.code]).toEqual([404, 'campaign_not_found']);
  });

  it('enrols nobody in a campaign without a sequence', async () => {
    const enrolled = await api.post('campaigns/1/enrolments', { all: true });

    expect([enrolled.status, enrolled.body.code]).toEqual([404, 'sequence_not_found']);
  });

  it('enrols all leads of the campaign, each once', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    await api.patch(`leads/${leads[1]}`, { status: 'UNSUBSCRIBED' });

    const first = await api.post<EnrolledView>('campaigns/1/enrolments', { all: true });
    const second = await api.post<EnrolledView>('campaigns/1/enrolments', { all: true });

    expect(first.body).toEqual({ enrolled: 1, skipped: [{ lead_id: leads[1], code: 'lead_unsubscribed' }] });
    expect(second.body.enrolled).toBe(0);
    expect(second.body.skipped).toContainEqual({ lead_id: leads[0], code: 'already_enrolled' });
  });

  it('sends nothing outside its window, and at its opening after all', async () => {
    await setClockTo(database, '2026-03-07T12:00:00Z');
    await api.put('campaigns/1/sequence', {
      steps: STEPS,
      window: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' },
    });
    await api.post('campaigns/1/enrolments', { all: true });

    await app.advance();

    expect(await mails()).toEqual([]);
    const planned = await enrolments();
    for (const { next_run_at: at } of planned) expect(at).toMatch(/^2026-03-09T(08:|09:00:00)/);
    await setClockTo(database, '2026-03-09T09:00:01Z');
    await app.advance();
    expect((await mails()).map(({ status }) => status)).toEqual(['SENT', 'SENT']);
  });

  it('takes the mail that somebody has sent under the number of a step as that step', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    await api.post('email/send', { campaign_id: 1, lead_id: leads[0], template_type: 'farewell' });

    await api.post('campaigns/1/enrolments', { lead_ids: [leads[0]] });
    await app.advance();

    expect(await mails()).toMatchObject([{ subject: 'farewell for Ada', sequence_number: 1 }]);
    expect(await enrolments()).toMatchObject([{ next_step: 2, status: 'ACTIVE' }]);
  });

  it('goes on no further from a mail that its provider gave up after all', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    await api.post('campaigns/1/enrolments', { lead_ids: [leads[0]] });
    await app.advance();
    await database.query(
      `UPDATE cam_outbound_emails SET status = 'FAILED', error_code = 'PROVIDER_FAILED', error_message = 'no quota'`,
    );

    await setClockTo(database, '2026-03-05T12:01:00Z');
    await app.advance();

    expect(await mails()).toHaveLength(1);
    expect(await enrolments()).toMatchObject([
      { status: 'STOPPED', stop_reason: 'FAILED', stop_evidence: 'outbound:1', next_step: 1 },
    ]);
  });

  it('waits while its campaign is paused, and goes on when it is resumed', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    await api.put('campaigns/1/pause');
    await api.post('campaigns/1/enrolments', { lead_ids: [leads[0]] });

    await app.advance();
    expect(await mails()).toEqual([]);
    expect(await enrolments()).toMatchObject([{ status: 'ACTIVE', hold_code: 'PAUSED' }]);

    await api.put('campaigns/1/resume');
    await app.advance();
    expect(await mails()).toMatchObject([{ status: 'SENT' }]);
  });

  it('waits for what a template lacks, and says so', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    await api.patch(`leads/${leads[0]}`, { first_name: null });
    await api.post('campaigns/1/enrolments', { lead_ids: [leads[0]] });

    await app.advance();

    expect(await mails()).toEqual([]);
    expect(await enrolments()).toMatchObject([
      { status: 'ACTIVE', next_step: 1, hold_code: 'MISSING_VARIABLE' },
    ]);
  });

  it('ends with a mail that failed, and goes on when a person has it sent after all', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    await api.post('campaigns/1/enrolments', { lead_ids: [leads[0]] });
    provider.answerNext({ kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' });

    await app.advance();
    expect(await enrolments()).toMatchObject([
      { status: 'STOPPED', stop_reason: 'FAILED', stop_evidence: 'outbound:1', next_run_at: null },
    ]);

    await api.post('emails/outbound/1/retry');
    await app.advance();
    expect(await enrolments()).toMatchObject([{ status: 'ACTIVE', stop_reason: null, next_step: 2 }]);
  });

  it('ends for a lead that gets no mail any more', async () => {
    await api.put('campaigns/1/sequence', { steps: STEPS });
    await api.post('campaigns/1/enrolments', { lead_ids: [leads[0]] });
    await app.advance();
    await api.post('suppressions', { address: 'ada@engines.example', reason: 'She called' });

    await setClockTo(database, '2026-03-05T12:01:00Z');
    await app.advance();

    expect(await mails()).toMatchObject([
      { status: 'SENT' },
      { status: 'DROPPED', error_code: 'SUPPRESSED' },
    ]);
    expect(await enrolments()).toMatchObject([{ status: 'STOPPED', stop_reason: 'SUPPRESSED' }]);
  });
});
