import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ApiAnswer, TestApp } from '../support/app.js';
import { emptyTables, insertCampaign, insertEmail, insertLead } from '../support/factories.js';
import { signable, signEvent, type WebhookEvent } from '../support/fake-resend/events.mjs';
import { FakeResend, type NewReceivedMail } from '../support/fake-resend/fake-resend.mjs';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const TOKEN = 'abcdefghijklmnopqrstuvwxyz';
const OUR_ID = `<cam.${TOKEN}@sender.test>`;
const ADA = 'ada@engines.test';

function mailTo(to: string, headers: Readonly<Record<string, string>> = {}): NewReceivedMail {
  const fields = { from: ADA, to, subject: 'Re: Hello', 'message-id': '<answer@engines.test>', ...headers };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return { from: ADA, to: [to], raw: `${head.join('')}\r\nPlease tell me more.\r\n`, headers: fields };
}

describe('email.received', () => {
  let database: TestDatabase;
  let resend: FakeResend;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    await emptyTables(database);
    resend = await FakeResend.start();
    app = await start('re_test');
    const campaignId = await insertCampaign(database);
    const leadId = await insertLead(database, campaignId, { email: ADA });
    await insertEmail(database, {
      campaign_id: campaignId,
      lead_id: leadId,
      to_email: ADA,
      status: 'SENT',
      public_token: TOKEN,
      message_id_header: OUR_ID,
    });
  });

  afterEach(async () => {
    await app.close();
    await resend.stop();
  });

  afterAll(async () => {
    await database.drop();
  });

  function start(resendApiKey: string | null): Promise<TestApp> {
    return TestApp.start({
      databaseUrl: database.url,
      emailProvider: {
        resendApiKey,
        resendBaseUrl: resend.baseUrl,
        fromEmail: 'Grace <grace@sender.test>',
        ratePerSecond: 10_000,
        resendWebhookSecret: SECRET,
      },
      sending: { replyAddress: 'replies@in.sender.test' },
    });
  }

  function receive(mail: NewReceivedMail): WebhookEvent {
    return signable('email.received', new Date(), resend.received.add(mail).data);
  }

  const tell = (event: WebhookEvent): Promise<ApiAnswer<unknown>> =>
    app.api.post('/webhooks/resend', event.body, signEvent(SECRET, event));

  const inbound = (): Promise<unknown[]> =>
    database.query(
      'SELECT provider, provider_msg_uid, from_email, match_method, body_text FROM cam_inbound_emails',
    );

  const storedEvents = async (): Promise<number> =>
    (await database.query('SELECT FROM cam_provider_events')).length;

  it.each([
    ['to the token of a mail', `replies+${TOKEN}@in.sender.test`, {}, 'token'],
    ['to our reply address', 'replies@in.sender.test', { 'in-reply-to': OUR_ID }, 'references'],
    ['to our sender', 'Grace <grace@sender.test>', { 'in-reply-to': OUR_ID }, 'references'],
    [
      'anywhere else, about a mail of ours',
      'team@sender.test',
      { references: `<x@y> ${OUR_ID}` },
      'references',
    ],
  ])('ingests once a mail that came %s', async (_name, to, headers, method) => {
    const event = receive(mailTo(to, headers));

    expect(await tell(event)).toMatchObject({ status: 200 });
    expect(await tell(event)).toMatchObject({ status: 200 });

    expect(await inbound()).toMatchObject([
      { provider: 'Resend', from_email: ADA, match_method: method, body_text: 'Please tell me more.\n' },
    ]);
    expect(await storedEvents()).toBe(1);
    expect(resend.received.downloads).toBe(1);
  });

  it('leaves the mail of others where it is', async () => {
    expect(await tell(receive(mailTo('shop@sender.test', { 'in-reply-to': '<x@shop.test>' })))).toMatchObject(
      {
        status: 200,
      },
    );

    expect(await inbound()).toEqual([]);
    expect(await storedEvents()).toBe(1);
    expect(resend.received.downloads).toBe(0);
  });

  it.each([500, 403, 0])(
    'stores nothing while the content cannot be had (%d), so that it is told again',
    async (failure) => {
      const event = receive(mailTo('replies@in.sender.test'));
      resend.received.failure = failure;

      expect(await tell(event)).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } });
      expect(await storedEvents()).toBe(0);

      resend.received.failure = null;
      expect(await tell(event)).toMatchObject({ status: 200 });
      expect(await inbound()).toHaveLength(1);
      expect(await storedEvents()).toBe(1);
    },
  );

  it.each(['00000000-0000-4000-8000-000000000000', '../emails'])(
    'stores the event of a mail that is not there: %s',
    async (email_id) => {
      const event = signable('email.received', new Date(), { email_id, to: ['replies@in.sender.test'] });

      expect(await tell(event)).toMatchObject({ status: 200 });
      expect(await storedEvents()).toBe(1);
      expect(await inbound()).toEqual([]);
    },
  );

  it('stores the event where there is no key to ask with', async () => {
    await app.close();
    app = await start(null);

    expect(await tell(receive(mailTo('replies@in.sender.test')))).toMatchObject({ status: 200 });
    expect(await storedEvents()).toBe(1);
    expect(resend.history.reads).toEqual([]);
  });

  it('reads of a mail that is too large its beginning', async () => {
    const mail = mailTo('replies@in.sender.test');
    const event = receive({ ...mail, raw: `${mail.raw}${'x'.repeat(26 * 1024 * 1024)}` });

    expect(await tell(event)).toMatchObject({ status: 200 });

    const [row] = await database.query<{ parse_error: string }>('SELECT parse_error FROM cam_inbound_emails');
    expect(row).toEqual({ parse_error: 'too_large' });
  });
});
