import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecipientAllowlist } from '../../src/config/recipient-allowlist.js';
import type { OutboundEmailDetails, OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { CapacityView } from '../../src/email/caps/capacity.dto.js';
import type { LeadView } from '../../src/leads/dto/lead.dto.js';
import { type ApiClient, type OnWire, TestApp, type TestAppOptions } from '../support/app.js';
import { emptyTables, insertCampaign, insertLead, insertTemplate } from '../support/factories.js';
import { FakeResend } from '../support/fake-resend/fake-resend.mjs';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('sending through Resend', () => {
  let database: TestDatabase;
  let resend: FakeResend;
  let app: TestApp;
  let api: ApiClient;
  let campaign_id: number;
  let lead_id: number;
  const others: TestApp[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    await emptyTables(database);
    resend = await FakeResend.start();
    app = await start();
    ({ api } = app);
    campaign_id = await insertCampaign(database);
    lead_id = await insertLead(database, campaign_id, { email: 'ada@engines.test', first_name: 'Ada' });
    await insertTemplate(database);
  });

  afterEach(async () => {
    for (const one of [app, ...others.splice(0)]) await one.close();
    await resend.stop();
  });

  afterAll(async () => {
    await database.drop();
  });

  describe('on the wire', () => {
    it('names the mail by its send key, and says where answers belong', async () => {
      const replying = await startAnother({ sending: { replyAddress: 'replies@in.sender.test' } });

      const { status, body } = await replying.api.post<OutboundEmailView>('email/send', intro());

      expect(status).toBe(201);
      const [mail] = resend.history.mails;
      const [row] = await database.query<{ send_key: string; public_token: string }>(
        'SELECT send_key, public_token FROM cam_outbound_emails',
      );
      expect(mail?.key).toBe(`cam-${row?.send_key ?? ''}`);
      expect(mail?.key).toMatch(/^cam-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(mail?.body).toEqual({
        from: 'Grace <grace@sender.test>',
        to: 'ada@engines.test',
        subject: 'Hello Ada',
        html: '<p>Hello Ada</p>',
        text: 'Hello Ada',
        reply_to: `replies+${row?.public_token ?? ''}@in.sender.test`,
        headers: { 'Message-ID': body.message_id_header, References: body.message_id_header },
        tags: [{ name: 'cam_send', value: row?.send_key }],
      });
      expect(body).toMatchObject({
        status: 'SENT',
        provider: 'Resend',
        simulated: false,
        provider_message_id: mail?.id,
        message_id_header: `<cam.${row?.public_token ?? ''}@sender.test>`,
      });
    });

    it('leaves Reply-To out when no address for answers is configured', async () => {
      await api.post('email/send', intro());

      expect(resend.history.mails[0]?.body).not.toHaveProperty('reply_to');
    });

    it('repeats the very same bytes under the same key, whatever became of the template', async () => {
      resend.setMode('500-before', { times: 1 });
      const first = await api.post<OutboundEmailView>('email/send', intro());
      await api.put('templates/1', { template_type: 'intro', subject: 'Changed', body: '<p>Changed</p>' });
      await api.patch(`leads/${lead_id}`, { first_name: 'Changed' });
      await api.patch(`campaigns/${campaign_id}`, { from_email: 'changed@sender.test' });

      await database.setClockOffset('1 minute');
      await app.drain();

      expect(first).toMatchObject({ status: 202, body: { status: 'QUEUED' } });
      const [failed, repeated] = resend.history.requests;
      expect(resend.history.requests).toHaveLength(2);
      expect(repeated).toMatchObject({
        key: failed?.key,
        bodySha256: failed?.bodySha256,
        outcome: 'accepted',
      });
      expect(resend.history.mails[0]?.body['subject']).toBe('Hello Ada');
      expect(await mailOf(first.body.id)).toMatchObject({ status: 'SENT', retry_count: 1 });
    });
  });

  describe('once', () => {
    it('makes one mail of twenty identical requests at once, on two replicas', async () => {
      const replica = await startAnother({});

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? api : replica.api).post<OutboundEmailView>('email/send', intro()),
        ),
      );

      expect(resend.history.requests).toHaveLength(1);
      expect(resend.history.mails).toHaveLength(1);
      expect(await countMails()).toBe(1);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 201)).toHaveLength(1);
      expect(statuses.filter((status) => status !== 200)).toHaveLength(1);
      expect((await api.get<CapacityView>('capacity')).body.global.used).toBe(1);
    });

    it('settles a mail whose answer was lost without sending it again', async () => {
      resend.setMode('accept-then-reset', { times: 1 });

      const lost = await api.post<OutboundEmailView>('email/send', intro());
      const meanwhile = await api.post<OutboundEmailView>('email/send', intro());
      const before = await leadOf(lead_id);
      await database.setClockOffset('1 minute');
      await app.drain();

      expect(lost).toMatchObject({
        status: 202,
        body: { status: 'QUEUED', metadata: { waits_for: 'retry' } },
      });
      expect(lost.body.next_retry_at).toEqual(expect.any(String));
      expect(meanwhile).toMatchObject({ status: 200, body: { id: lost.body.id } });
      expect(before).toMatchObject({ status: 'NEW', last_contacted_at: null });
      expect([...resend.history.accepted.values()]).toMatchObject([{ count: 1 }]);
      expect(await mailOf(lost.body.id)).toMatchObject({
        status: 'SENT',
        provider_message_id: resend.history.mails[0]?.id,
        attempts: [{ outcome: 'ambiguous' }, { outcome: 'accepted' }],
      });
      expect(await leadOf(lead_id)).toMatchObject({
        status: 'CONTACTED',
        last_contacted_at: expect.any(String),
      });
    });

    it('does not let anybody cancel or retry a mail that may have been accepted', async () => {
      resend.setMode('accept-then-reset', { times: 1 });
      const { body: mail } = await api.post<OutboundEmailView>('email/send', intro());

      const cancelled = await api.post(`emails/outbound/${mail.id}/cancel`);
      const retried = await api.post(`emails/outbound/${mail.id}/retry`);

      expect(cancelled).toMatchObject({ status: 409, body: { code: 'email_not_cancellable' } });
      expect(retried).toMatchObject({ status: 409, body: { code: 'email_not_retryable' } });
    });

    it('sends the same words again only under another sequence number', async () => {
      const first = await api.post<OutboundEmailView>('email/send', intro());
      const second = await api.post<OutboundEmailView>('email/send', { ...intro(), sequence_number: 2 });

      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body.id).not.toBe(first.body.id);
      expect(resend.history.mails).toHaveLength(2);
    });
  });

  describe('when the provider does not take the mail', () => {
    it('answers 201 FAILED for a definite no, and sends it under a new key when a person retries', async () => {
      const refusal = { statusCode: 422, name: 'validation_error', message: 'No such recipient' };
      resend.setMode({ mode: 'answer', status: 422, body: JSON.stringify(refusal) }, { times: 1 });

      const failed = await api.post<OutboundEmailView>('email/send', intro());
      const placesAfterNo = (await api.get<CapacityView>('capacity')).body.global.used;
      await api.post(`emails/outbound/${failed.body.id}/retry`);
      await app.drain();

      expect(failed).toMatchObject({
        status: 201,
        body: { status: 'FAILED', error_code: expect.any(String), error_message: expect.any(String) },
      });
      expect(placesAfterNo).toBe(0);
      const keys = resend.history.requests.map(({ key }) => key);
      expect(new Set(keys).size).toBe(2);
      expect(await mailOf(failed.body.id)).toMatchObject({
        status: 'SENT',
        error_code: null,
        attempts: [{ outcome: 'rejected' }, { outcome: 'accepted' }],
      });
    });

    it('answers 202 for a 429, waits as long as it was asked to, and holds others back too', async () => {
      const refusal = { statusCode: 429, name: 'rate_limit_exceeded', message: 'Too many requests' };
      resend.setMode(
        { mode: 'answer', status: 429, headers: { 'retry-after': '40' }, body: JSON.stringify(refusal) },
        { times: 1 },
      );

      const limited = await api.post<OutboundEmailView>('email/send', intro());
      const other = await api.post<OutboundEmailView>('email/send', { ...intro(), sequence_number: 2 });

      for (const answer of [limited, other]) {
        expect(answer).toMatchObject({ status: 202, body: { status: 'QUEUED', retry_count: 0 } });
        const waitMs = Date.parse(answer.body.next_retry_at ?? '') - Date.parse(answer.body.queued_at);
        expect(waitMs).toBeGreaterThan(35_000);
        expect(waitMs).toBeLessThan(45_000);
      }
      expect(resend.history.requests).toHaveLength(1);
    });

    it('fails no mail for a key of ours that is refused, says so, and goes on once it is repaired', async () => {
      resend.setMode('unauthorized');

      const first = await api.post<OutboundEmailView>('email/send', intro());
      const second = await api.post<OutboundEmailView>('email/send', { ...intro(), sequence_number: 2 });
      const sick = await api.get<HealthAnswer>('/health');
      resend.setMode('ok');
      // A minute later; the gate goes by the real clock.
      await database.query(
        `UPDATE cam_provider_gates SET shut_until = clock_timestamp() WHERE provider = 'Resend'`,
      );
      await database.setClockOffset('2 minutes');
      await app.drain();
      const healed = await api.get<HealthAnswer>('/health');

      expect(first).toMatchObject({ status: 202, body: { status: 'QUEUED' } });
      expect(second).toMatchObject({ status: 202, body: { status: 'QUEUED' } });
      expect(sick.status).toBe(200);
      expect(sick.body.details.provider).toMatchObject({
        status: 'degraded',
        message: expect.stringContaining('restricted_api_key'),
      });
      expect(await mailOf(first.body.id)).toMatchObject({ status: 'SENT', retry_count: 0 });
      expect(await mailOf(second.body.id)).toMatchObject({ status: 'SENT', retry_count: 0 });
      expect(resend.history.requests).toHaveLength(3);
      expect(healed.body.details.provider).toMatchObject({ status: 'up' });
    });

    it('answers in time when the provider does not, and keeps the mail', async () => {
      resend.setMode('accept-then-hang', { times: 1 });
      const hasty = await startAnother({ timing: { answerWithinMs: 50, providerTimeoutMs: 300 } });

      const answer = await hasty.api.post<OutboundEmailView>('email/send', intro());
      await hasty.close();
      others.splice(others.indexOf(hasty), 1);
      await database.setClockOffset('1 minute');
      await app.drain();

      expect(answer).toMatchObject({ status: 202, body: { status: 'SENDING' } });
      expect(await mailOf(answer.body.id)).toMatchObject({
        status: 'SENT',
        attempts: [{ outcome: 'ambiguous' }, { outcome: 'accepted' }],
      });
      expect([...resend.history.accepted.values()]).toMatchObject([{ count: 1 }]);
    });
  });

  describe('when our own rules keep the mail in', () => {
    it('drops what is not on the allowlist', async () => {
      const fenced = await startAnother({
        sending: { allowlist: new RecipientAllowlist('@nowhere\\.test$') },
      });

      const answer = await fenced.api.post<OutboundEmailView>('email/send', intro());

      expect(answer).toMatchObject({
        status: 201,
        body: { status: 'DROPPED', error_code: 'NOT_ON_ALLOWLIST', sent_at: null },
      });
      expect(resend.history.requests).toHaveLength(0);
    });

    it.each(['SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED'])('drops mail to a lead who is %s', async (status) => {
      await api.patch(`leads/${lead_id}`, { status });

      const answer = await api.post<OutboundEmailView>('email/send', intro());

      expect(answer).toMatchObject({ status: 201, body: { status: 'DROPPED', error_code: status } });
      expect(resend.history.requests).toHaveLength(0);
      expect((await api.get<CapacityView>('capacity')).body.global.used).toBe(0);
    });

    it.each([
      ['daily_cap_reached', { sending: { dailyCap: 1 } }, null],
      ['campaign_cap_reached', {}, 1],
    ])('answers 429 %s over a cap, and stores nothing', async (code, settings, campaignCap) => {
      const capped = await startAnother(settings);
      await api.patch(`campaigns/${campaign_id}`, { max_emails_per_day: campaignCap });

      const inCap = await capped.api.post('email/send', intro());
      const over = await capped.api.post('email/send', { ...intro(), sequence_number: 2 });
      const known = await capped.api.post('email/send', intro());

      expect(inCap.status).toBe(201);
      expect(over).toMatchObject({ status: 429, body: { code } });
      const retryAfterS = Number(over.headers.get('retry-after'));
      expect(retryAfterS).toBeGreaterThan(0);
      expect(retryAfterS).toBeLessThanOrEqual(86_400);
      expect(known.status).toBe(200);
      expect(await countMails()).toBe(1);
      expect(resend.history.requests).toHaveLength(1);
    });

    it('names every variable that has no value', async () => {
      const template = { subject: 'Hi {nickname}', body: '<p>{{ product }}, {nickname}, {first_name}</p>' };

      const answer = await api.post('email/send', { campaign_id, lead_id, template });

      expect(answer).toMatchObject({ status: 422, body: { code: 'missing_variables' } });
      expect(answer.body.errors?.map(({ field }) => field)).toEqual([
        'personalization.nickname',
        'personalization.product',
      ]);
      expect(await countMails()).toBe(0);
    });

    it.each([
      ['campaign_not_found', { campaign_id: 404 }],
      ['lead_not_found', { lead_id: 404 }],
      ['template_not_found', { template_type: 'unknown' }],
    ])('answers 404 %s', async (code, fields) => {
      const answer = await api.post('email/send', { ...intro(), ...fields });

      expect(answer).toMatchObject({ status: 404, body: { code } });
      expect(await countMails()).toBe(0);
    });

    it('answers 404 lead_not_in_campaign for a lead of another campaign', async () => {
      const other = await insertCampaign(database);

      const answer = await api.post('email/send', { ...intro(), campaign_id: other });

      expect(answer).toMatchObject({ status: 404, body: { code: 'lead_not_in_campaign' } });
      expect(await countMails()).toBe(0);
    });
  });

  describe('after simulated mail in the same database', () => {
    it.each([
      ['NoOp', { emailProvider: { resendApiKey: null } }],
      ['a dry run', { emailProvider: { dryRun: true } }],
    ])('really sends what %s only pretended to', async (_name, { emailProvider }) => {
      const pretender = await startAnother({ emailProvider: { ...resendSettings(), ...emailProvider } });
      const simulated = await pretender.api.post<OutboundEmailView>('email/send', intro());
      const contactedBySimulation = await leadOf(lead_id);

      const real = await api.post<OutboundEmailView>('email/send', intro());

      expect(simulated).toMatchObject({ status: 201, body: { status: 'SENT', simulated: true } });
      expect(contactedBySimulation).toMatchObject({ status: 'NEW', last_contacted_at: null });
      expect(real).toMatchObject({
        status: 201,
        body: { status: 'SENT', simulated: false, provider: 'Resend' },
      });
      expect(real.body.id).not.toBe(simulated.body.id);
      expect(resend.history.mails).toHaveLength(1);
      expect(await mailOf(simulated.body.id)).toMatchObject(simulated.body);
      expect((await leadOf(lead_id)).last_contacted_at).toBe(real.body.sent_at);
      expect((await api.get<CapacityView>('capacity')).body.global.used).toBe(1);
    });

    it('leaves the simulated mail that still waits alone', async () => {
      await api.patch(`campaigns/${campaign_id}`, { max_emails_per_day: 1 });
      const pretender = await startAnother({ emailProvider: { resendApiKey: null } });
      await pretender.api.post('email/send', intro());
      await pretender.api.post('email/batch-send', {
        campaign_id,
        template_type: 'intro',
        sequence_number: 2,
        over_cap: 'defer',
        leads: [{ lead_id }],
      });
      await pretender.drain();
      await pretender.close();
      others.splice(others.indexOf(pretender), 1);

      await database.setClockOffset('2 days');
      await app.drain();

      const waiting = await api.get<OutboundEmailView[]>('emails/outbound?status=QUEUED');
      expect(waiting.body).toMatchObject([{ simulated: true, provider: 'NoOp', sequence_number: 2 }]);
      expect(resend.history.requests).toHaveLength(0);
    });
  });

  interface HealthAnswer {
    readonly details: { readonly provider: Readonly<Record<string, unknown>> };
  }

  function intro(): Record<string, unknown> {
    return { campaign_id, lead_id, template_type: 'intro' };
  }

  function resendSettings(): NonNullable<TestAppOptions['emailProvider']> {
    return {
      resendApiKey: 're_e2e',
      resendBaseUrl: resend.baseUrl,
      fromEmail: 'Grace <grace@sender.test>',
      ratePerSecond: 1_000,
    };
  }

  function start(options: Partial<TestAppOptions> = {}): Promise<TestApp> {
    return TestApp.start({ databaseUrl: database.url, emailProvider: resendSettings(), ...options });
  }

  async function startAnother(options: Partial<TestAppOptions>): Promise<TestApp> {
    const another = await start(options);
    others.push(another);
    return another;
  }

  async function countMails(): Promise<number> {
    return (await database.query('SELECT 1 FROM cam_outbound_emails')).length;
  }

  async function mailOf(id: number): Promise<OnWire<OutboundEmailDetails>> {
    return (await api.get<OutboundEmailDetails>(`emails/outbound/${id}`)).body;
  }

  async function leadOf(id: number): Promise<OnWire<LeadView>> {
    return (await api.get<LeadView>(`leads/${id}`)).body;
  }
});
