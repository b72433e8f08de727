import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundEmailDetails, OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { LeadView } from '../../src/leads/dto/lead.dto.js';
import { type ApiAnswer, TestApp } from '../support/app.js';
import { emptyTables, insertCampaign, insertLead, insertTemplate } from '../support/factories.js';
import { eventOf, signable, signEvent, type WebhookEvent } from '../support/fake-resend/events.mjs';
import { FakeResend, type MailRecord } from '../support/fake-resend/fake-resend.mjs';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOON = new Date('2026-03-10T12:00:00Z');

describe('POST /webhooks/resend', () => {
  let database: TestDatabase;
  let resend: FakeResend;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    await emptyTables(database);
    resend = await FakeResend.start();
    app = await start(SECRET);
  });

  afterEach(async () => {
    await app.close();
    await resend.stop();
  });

  afterAll(async () => {
    await database.drop();
  });

  function start(resendWebhookSecret: string | null, databaseUrl = database.url): Promise<TestApp> {
    return TestApp.start({
      databaseUrl,
      emailProvider: {
        resendApiKey: 're_test',
        resendBaseUrl: resend.baseUrl,
        fromEmail: 'Grace <grace@sender.test>',
        ratePerSecond: 10_000,
        resendWebhookSecret,
      },
    });
  }

  async function send(): Promise<{
    view: OutboundEmailView | ApiAnswer<OutboundEmailView>['body'];
    mail: MailRecord;
  }> {
    const campaign_id = await insertCampaign(database);
    const lead_id = await insertLead(database, campaign_id, { email: 'ada@engines.test', first_name: 'Ada' });
    await insertTemplate(database);
    const { body } = await app.api.post<OutboundEmailView>('email/send', {
      campaign_id,
      lead_id,
      template_type: 'intro',
    });
    const [mail] = resend.history.mails;
    if (mail === undefined) throw new Error('Nothing was sent');
    return { view: body, mail };
  }

  const tell = (event: WebhookEvent, headers = {}): Promise<ApiAnswer<unknown>> =>
    app.api.post('/webhooks/resend', event.body, { ...signEvent(SECRET, event), ...headers });

  const details = async (id: number) =>
    (await app.api.get<OutboundEmailDetails>(`emails/outbound/${id}`)).body;

  it('records what becomes of a mail, and shows it with the mail', async () => {
    const { view, mail } = await send();

    const delivered = eventOf('email.delivered', mail, { occurredAt: NOON });
    expect(await tell(delivered)).toMatchObject({ status: 200, text: '' });
    expect(await tell(delivered)).toMatchObject({ status: 200 });
    await tell(
      eventOf('email.bounced', mail, {
        occurredAt: NOON,
        bounce: { type: 'Permanent', subType: 'General', message: '550 5.1.1 No such user' },
      }),
    );

    expect(await details(view.id)).toMatchObject({
      status: 'BOUNCED',
      error_code: 'HARD_BOUNCE',
      delivered_at: NOON.toISOString(),
      bounced_at: NOON.toISOString(),
      provider_message_id_header: mail.messageId,
      provider_events: [
        { event_id: delivered.id, type: 'email.delivered', occurred_at: NOON.toISOString() },
        { type: 'email.bounced' },
      ],
    });
    const lead = await app.api.get<LeadView>(`leads/${view.lead_id}`);
    expect(lead.body.status).toBe('BOUNCED');
    const again = await app.api.post<OutboundEmailView>('email/send', {
      campaign_id: view.campaign_id,
      lead_id: view.lead_id,
      template_type: 'intro',
      sequence_number: 2,
    });
    expect(again.body).toMatchObject({ status: 'DROPPED' });
  });

  it('settles a mail whose answer was lost, before anybody asks again', async () => {
    resend.setMode('accept-then-reset', { times: 1 });
    const { view, mail } = await send();
    expect(view.status).toBe('QUEUED');

    await tell(eventOf('email.sent', mail, { occurredAt: NOON }));

    expect(await details(view.id)).toMatchObject({ status: 'SENT', provider_message_id: mail.id });
  });

  it('stores what it does not know, and what it cannot read, so that it is not told again', async () => {
    const events = [
      signable('domain.updated', NOON, { id: 'd1' }),
      { id: 'msg_broken', type: '', body: '{"type":' },
      eventOf(
        'email.complained',
        { id: 'x', messageId: '<x@y>', at: 0, body: {}, tags: [] },
        { occurredAt: NOON },
      ),
    ];

    for (const event of events) expect(await tell(event)).toMatchObject({ status: 200 });

    const rows = await database.query<{ type: string }>('SELECT type FROM cam_provider_events ORDER BY id');
    expect(rows.map(({ type }) => type)).toEqual(['domain.updated', 'unreadable', 'email.complained']);
  });

  it.each([
    ['without a signature', { 'svix-signature': '' }],
    ['with the signature of another', { 'svix-signature': `v1,${Buffer.alloc(32).toString('base64')}` }],
    ['under another id', { 'svix-id': 'msg_other' }],
    ['of an hour ago', { 'svix-timestamp': '1773140400' }],
  ])('refuses a call %s, and stores nothing', async (_name, headers) => {
    const answer = await tell(signable('domain.updated', NOON, {}), headers);

    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_signature' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await database.query('SELECT * FROM cam_provider_events')).toEqual([]);
  });

  it('refuses the same words in other bytes', async () => {
    const event = signable('domain.updated', NOON, { id: 'd1' });

    expect(await tell({ ...event, body: `${event.body} ` }, signEvent(SECRET, event))).toMatchObject({
      status: 401,
    });
  });

  it('answers 503 while no secret is set', async () => {
    await app.close();
    app = await start(null);

    expect(await tell(signable('domain.updated', NOON, {}))).toMatchObject({
      status: 503,
      body: { code: 'webhooks_not_configured' },
    });
  });

  it('answers 503 while the database is away, so that the event is told again', async () => {
    const url = new URL(database.url);
    const network = await TcpFaultProxy.start({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${network.port}`;
    await app.close();
    app = await start(SECRET, url.href);
    const event = signable('domain.updated', NOON, { id: 'd1' });
    try {
      network.refuseNew();
      network.resetExisting();
      expect(await tell(event)).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });

      network.pass();
      expect(await tell(event)).toMatchObject({ status: 200 });
    } finally {
      await app.close();
      await network.stop();
    }
    expect(await database.query('SELECT type FROM cam_provider_events')).toHaveLength(1);
  });

  it('reads no other type of body, and none that is too large', async () => {
    const event = signable('domain.updated', NOON, {});

    expect(await tell(event, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await tell({ ...event, body: ' '.repeat(6 * 1024 * 1024) })).toMatchObject({ status: 413 });
  });
});
