import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { InboundEmailDetails, InboundEmailView } from '../../src/inbox/api/dto/inbound-email.dto.js';
import type { LeadView } from '../../src/leads/dto/lead.dto.js';
import type { SuppressionView } from '../../src/suppressions/dto/suppression.dto.js';
import { type ApiAnswer, type ApiClient, type OnWire, TestApp } from '../support/app.js';
import { rawMail } from '../support/inbox.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** One campaign to four people, and what comes back: each test goes on where the one before ended. */
describe('the inbox, over the REST API', () => {
  const emails = ['ada@engines.test', 'alan@bletchley.test', 'grace@navy.test', 'mary@translations.test'];

  let database: TestDatabase;
  let app: TestApp;
  let api: ApiClient;
  const sent: OnWire<OutboundEmailView>[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start({ databaseUrl: database.url });
    ({ api } = app);
    await api.post('campaigns', { name: 'Spring' });
    await api.post('campaigns/1/leads', { leads: emails.map((email) => ({ email })) });
    for (const leadId of [1, 2, 3, 4]) {
      const { body } = await api.post<OutboundEmailView>('email/send', {
        campaign_id: 1,
        lead_id: leadId,
        template: { subject: 'Hello', body: '<p>Hello</p>' },
      });
      sent.push(body);
    }
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  function post(raw: Buffer | string, headers = {}): Promise<ApiAnswer<InboundEmailView>> {
    return api.post<InboundEmailView>('emails/inbound', raw.toString(), {
      'Content-Type': 'message/rfc822',
      ...headers,
    });
  }

  const ourId = (index: number): string => sent[index]?.message_id_header ?? '';

  const answerOf = (index: number, id = `answer-${index}`): Buffer =>
    rawMail(
      {
        From: emails[index] ?? '',
        To: 'us@sender.test',
        Subject: 'Re: Hello',
        'Message-ID': `<${id}@x.test>`,
        'In-Reply-To': ourId(index),
      },
      'Thank you for your mail.',
    );

  const leadOf = async (id: number): Promise<OnWire<LeadView>> =>
    (await api.get<LeadView>(`leads/${id}`)).body;

  const inForce = async (): Promise<unknown[]> => {
    const { body } = await api.get<SuppressionView[]>('suppressions');
    return body.filter(({ removed_at }) => removed_at === null).map(({ address, cause }) => [address, cause]);
  };

  it('takes in an answer, once', async () => {
    const first = await post(answerOf(0));
    const again = await post(answerOf(0));

    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      id: 1,
      lead_id: 1,
      campaign_id: 1,
      provider: 'API',
      from_email: emails[0],
      subject: 'Re: Hello',
      in_reply_to_outbound_email_id: sent[0]?.id,
      match_method: 'references',
      match_confidence: 0.95,
      sender_is_recipient: true,
      automatic: false,
    });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect((await leadOf(1)).last_replied_at).toBe(first.body.received_at);
  });

  it('shows it with its text', async () => {
    const { body } = await api.get<InboundEmailDetails>('emails/inbound/1');

    expect(body).toMatchObject({ body_html: null, metadata: {} });
    expect(body.body_text).toContain('Thank you for your mail.');
    expect(body.visible_text).toContain('Thank you for your mail.');
    expect((await api.get('emails/inbound/99')).body).toMatchObject({ status: 404, code: 'email_not_found' });
  });

  it('acts on a bounce', async () => {
    const bounce = await post(deliveryReport(emails[1] ?? '', ourId(1)));

    expect(bounce.body).toMatchObject({ classification: 'BOUNCE', lead_id: 2, needs_review: false });
    expect(await leadOf(2)).toMatchObject({ status: 'BOUNCED', last_replied_at: null });
    expect(await inForce()).toEqual([[emails[1], 'hard_bounce']]);
    const { body } = await api.get<OutboundEmailView>(`emails/outbound/${sent[1]?.id}`);
    expect(body).toMatchObject({ status: 'BOUNCED', bounced_at: bounce.body.received_at });
  });

  it("lets a person's label win, lift what the old one caused, and do what the new one means", async () => {
    const lifted = await api.patch<InboundEmailView>('emails/inbound/2/classification', {
      classification: 'POSITIVE',
    });
    const afterLift = await inForce();
    const unsubscribed = await api.patch<InboundEmailView>('emails/inbound/1/classification', {
      classification: 'UNSUB',
    });

    expect(lifted).toMatchObject({
      status: 200,
      body: {
        classification: 'POSITIVE',
        classification_confidence: 1,
        automatic: false,
        needs_review: false,
        labelled_by: '',
        labelled_at: expect.any(String),
      },
    });
    expect(afterLift).toEqual([]);
    expect(unsubscribed.body).toMatchObject({ classification: 'UNSUB' });
    expect(await inForce()).toEqual([[emails[0], 'unsubscribe']]);
    expect(await leadOf(1)).toMatchObject({ status: 'UNSUBSCRIBED' });
    const { body } = await api.get<InboundEmailDetails>('emails/inbound/2');
    expect(body.metadata).toMatchObject({ rules_said: { classification: 'BOUNCE' } });
  });

  it('attaches a mail from the unmatched tray', async () => {
    const raw = rawMail({ From: 'g.hopper@home.test', 'Message-ID': '<home@home.test>' }, 'It is me, Grace.');
    const { body: stray } = await post(raw);
    const tray = await api.get<InboundEmailView[]>('emails/inbound?unmatched=true');

    const attached = await api.patch<InboundEmailView>(`emails/inbound/${stray.id}`, { lead_id: 3 });
    const narrower = await api.patch<InboundEmailView>(`emails/inbound/${stray.id}`, {
      in_reply_to_outbound_email_id: sent[2]?.id,
    });

    expect(tray.body.map(({ id }) => id)).toEqual([stray.id]);
    expect(attached).toMatchObject({
      status: 200,
      body: { lead_id: 3, campaign_id: null, match_method: 'person', match_confidence: 1 },
    });
    expect(narrower.body).toMatchObject({
      lead_id: 3,
      campaign_id: 1,
      in_reply_to_outbound_email_id: sent[2]?.id,
      sender_is_recipient: false,
    });
    expect((await leadOf(3)).last_replied_at).toBe(stray.received_at);
    expect((await api.get<InboundEmailView[]>('emails/inbound?unmatched=true')).body).toEqual([]);
  });

  it("stops nobody by attaching a stranger's bounce, and who it is about by attaching her own", async () => {
    const report = (to: string): string => deliveryReport(to, '<unknown@sender.test>');
    const strange = await post(report('eve@evil.test'));
    const own = await post(report('m@elsewhere.test').replaceAll('m@elsewhere.test', emails[3] ?? ''));
    const attachment = { in_reply_to_outbound_email_id: sent[3]?.id };

    const first = await api.patch<InboundEmailView>(`emails/inbound/${strange.body.id}`, attachment);
    const before = await inForce();
    const second = await api.patch<InboundEmailView>(`emails/inbound/${own.body.id}`, attachment);

    expect(first.body).toMatchObject({ sender_is_recipient: false, needs_review: true });
    expect(before).not.toContainEqual([emails[3], 'hard_bounce']);
    expect(own.body).toMatchObject({ match_method: 'report', match_confidence: 0.6, needs_review: true });
    expect(second.body).toMatchObject({ sender_is_recipient: true, needs_review: false });
    expect(await inForce()).toContainEqual([emails[3], 'hard_bounce']);
  });

  it.each([
    [{ lead_id: 99 }, 404, 'lead_not_found'],
    [{ in_reply_to_outbound_email_id: 99 }, 404, 'email_not_found'],
    [{ lead_id: 1, in_reply_to_outbound_email_id: 2 }, 422, 'email_of_other_lead'],
    [{}, 400, 'invalid_request'],
  ])('refuses to attach to %j', async (body, status, code) => {
    expect((await api.patch('emails/inbound/1', body)).body).toMatchObject({ status, code });
    expect((await api.get<InboundEmailView>('emails/inbound/1')).body).toMatchObject({
      match_method: 'references',
    });
  });

  it('knows no mail 99', async () => {
    expect(await api.patch('emails/inbound/99', { lead_id: 1 })).toMatchObject({ status: 404 });
    expect(await api.patch('emails/inbound/99/classification', { classification: 'OOO' })).toMatchObject({
      status: 404,
      body: { code: 'email_not_found' },
    });
  });

  it.each([
    ['classification=UNSUB', [1]],
    ['lead_id=3', [3]],
    ['campaign_id=1&needs_review=false&classification=POSITIVE', [2]],
    ['needs_review=true&lead_id=4', [4]],
    ['unmatched=false&lead_id=2', [2]],
    ['lead_id=77', []],
  ])('lists by %s', async (filter, ids) => {
    const { body } = await api.get<InboundEmailView[]>(`emails/inbound?${filter}`);

    expect(body.map(({ id }) => id)).toEqual(ids);
  });

  it('leads through the list page by page', async () => {
    const first = await api.get<InboundEmailView[]>('emails/inbound?campaign_id=1&limit=3');
    const [, next = ''] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await api.get<InboundEmailView[]>(next);

    expect([first, second].map(({ body }) => body.map(({ id }) => id))).toEqual([
      [5, 4, 3],
      [2, 1],
    ]);
    expect(second.headers.get('link')).toBeNull();
  });

  it('reads mail at its own door alone, and nothing else there', async () => {
    const mail = { 'Content-Type': 'message/rfc822' };

    const asJson = await api.post('emails/inbound', { from: 'ada' });
    const elsewhere = await api.post('campaigns/1/leads', 'From: ada@engines.test\n\nHi', mail);

    expect(asJson).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(elsewhere).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });

  it('takes a mail that is larger than other bodies, and refuses one that is too large', async () => {
    const large = rawMail({ From: 'x@y.test', 'Message-ID': '<large@y.test>' }, 'x'.repeat(6_000_000));
    const tooLarge = 'x'.repeat(25 * 1024 * 1024 + 1);

    expect(await post(large)).toMatchObject({ status: 201 });
    expect(await post(tooLarge)).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('repeats its answer to the same key', async () => {
    const raw = answerOf(0, 'with-key');

    const first = await post(raw, { 'Idempotency-Key': 'k1' });
    const again = await post(raw, { 'Idempotency-Key': 'k1' });
    const other = await post(answerOf(0, 'other'), { 'Idempotency-Key': 'k1' });

    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});

/** As a mail server writes it (RFC 3464) when it knows no such user. */
function deliveryReport(recipient: string, originalMessageId: string): string {
  return [
    'From: Mail Delivery Subsystem <mailer-daemon@mx.test>',
    'To: us@sender.test',
    'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <report-${recipient}-${originalMessageId.length}@mx.test>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    `Your mail to ${recipient} could not be delivered.`,
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.test',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 No such user here',
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${originalMessageId}`,
    `To: ${recipient}`,
    'Subject: Hello',
    '',
    '--b--',
    '',
  ].join('\r\n');
}
