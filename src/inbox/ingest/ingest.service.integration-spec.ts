import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../../test/support/factories.js';
import { createInbox, incoming, rawMail, reported } from '../../../test/support/inbox.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz';

let db: TestDatabase;
let campaignId: number;
let leadId: number;
let emailId: number;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  // A day after the stored mails of tests were sent.
  await setClockTo(db, '2026-01-06T12:00:00Z');
  campaignId = await insertCampaign(db);
  leadId = await insertLead(db, campaignId, { email: 'jane@lead.test' });
  emailId = await insertSent({});
});
afterAll(() => db.drop());

function insertSent(fields: Parameters<typeof insertEmail>[1] | object): Promise<number> {
  return insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    to_email: 'jane@lead.test',
    status: 'SENT',
    public_token: TOKEN,
    message_id_header: `<cam.${TOKEN}@sender.test>`,
    ...fields,
  });
}

async function stored(id: number): Promise<InboundEmail> {
  const [email] = await db.query<InboundEmail>('SELECT * FROM cam_inbound_emails WHERE id = $1', [id]);
  if (email === undefined) throw new Error(`Mail ${id} is not stored`);
  return email;
}

async function lead(): Promise<{ status: string; last_replied_at: Date | null } | undefined> {
  const [row] = await db.query<{ status: string; last_replied_at: Date | null }>(
    'SELECT status, last_replied_at FROM cam_leads WHERE id = $1',
    [leadId],
  );
  return row;
}

const suppressions = (): Promise<unknown[]> =>
  db.query('SELECT target, cause, evidence FROM cam_suppressions WHERE removed_at IS NULL ORDER BY id');

describe('IngestService matches', () => {
  const answer = { From: 'Jane <Jane@Lead.test>', To: 'ada@sender.test', 'Message-ID': '<1@lead.test>' };

  it.each([
    ['the token of our reply address', { To: `replies+${TOKEN}@in.sender.test` }, 'token', 1],
    ['the token of another mailbox', { 'Delivered-To': `ada+${TOKEN}@sender.test` }, 'token', 0.95],
    ['In-Reply-To', { 'In-Reply-To': `<cam.${TOKEN}@sender.test>` }, 'references', 0.95],
    [
      'any of References',
      { References: `<x@y.test> <cam.${TOKEN}@sender.test> <z@y.test>` },
      'references',
      0.95,
    ],
    ['our id under another domain', { References: `<CAM.${TOKEN}@gateway.test>` }, 'references', 0.95],
    ["the provider's id", { 'In-Reply-To': '<0100@provider.test>' }, 'references', 0.95],
    ['its sender', {}, 'sender', 0.5],
    ['its sender behind a tag', { From: 'jane+work@lead.test' }, 'sender', 0.5],
  ])('by %s', async (_clue, headers, method, confidence) => {
    await db.query(`UPDATE cam_outbound_emails SET provider_message_id_header = '<0100@provider.test>'`);

    const { id, kind } = await createInbox(db).ingest(incoming(rawMail({ ...answer, ...headers })));

    expect(kind).toBe('stored');
    expect(await stored(id)).toMatchObject({
      lead_id: leadId,
      campaign_id: campaignId,
      in_reply_to_outbound_email_id: emailId,
      match_method: method,
      match_confidence: confidence,
      sender_is_recipient: true,
    });
    expect((await lead())?.last_replied_at).toEqual((await stored(id)).received_at);
  });

  it.each([
    ['the id that it reports', { originalMessageId: `<cam.${TOKEN}@sender.test>` }, '', 0.9],
    ['our id in the mail that it returns', {}, `Message-ID: <cam.${TOKEN}@sender.test>`, 0.9],
    ['the recipient that it reports', {}, '', 0.6],
  ])('a report by %s', async (_clue, found, body, confidence) => {
    const raw = rawMail({ From: 'mailer-daemon@lead.test', 'Message-ID': '<dsn@lead.test>' }, body);

    const { id } = await createInbox(db).ingest(incoming(raw), {
      class: 'BOUNCE',
      recipients: [reported('jane@lead.test')],
      ...found,
    });

    expect(await stored(id)).toMatchObject({
      in_reply_to_outbound_email_id: emailId,
      match_method: 'report',
      match_confidence: confidence,
      sender_is_recipient: true,
    });
  });

  it('the newest mail to a sender, and none that is older than 30 days', async () => {
    const newest = await insertSent({ public_token: 'b'.repeat(26), message_id_header: '<b@x>' });
    const old = await insertLead(db, campaignId, { email: 'old@lead.test' });
    await insertEmail(db, {
      campaign_id: campaignId,
      lead_id: old,
      to_email: 'old@lead.test',
      status: 'SENT',
      sent_at: new Date('2025-12-01T12:00:00Z'),
    });
    const inbox = createInbox(db);

    const fresh = await inbox.ingest(incoming(rawMail(answer)));
    const late = await inbox.ingest(
      incoming(rawMail({ From: 'old@lead.test', 'Message-ID': '<2@lead.test>' })),
    );

    expect(await stored(fresh.id)).toMatchObject({ in_reply_to_outbound_email_id: newest });
    expect(await stored(late.id)).toMatchObject({ lead_id: null, match_method: null });
  });

  it.each([
    [
      'the follow-up, whose real id nobody knows yet',
      '<0100@provider.test> <cam.own@sender.test>',
      'follow-up',
    ],
    ['the mail before the follow-up, when it names no other', '<0100@provider.test>', 'first'],
  ])('an answer to a follow-up to %s', async (_, references, answered) => {
    await db.query(`UPDATE cam_outbound_emails SET provider_message_id_header = '<0100@provider.test>'`);
    const followUp = await insertSent({
      public_token: 'b'.repeat(26),
      message_id_header: '<cam.own@sender.test>',
      sequence_number: 2,
      thread_parent_id: emailId,
    });
    const headers = {
      'In-Reply-To': '<0200@provider.test>',
      References: `${references} <0200@provider.test>`,
    };

    const { id } = await createInbox(db).ingest(incoming(rawMail({ ...answer, ...headers })));

    expect(await stored(id)).toMatchObject({
      lead_id: leadId,
      in_reply_to_outbound_email_id: answered === 'first' ? emailId : followUp,
      match_method: 'references',
      match_confidence: 0.95,
    });
  });

  it('nothing to our own mail that comes back', async () => {
    const raw = rawMail({
      From: 'ada@sender.test',
      'Message-ID': `<cam.${TOKEN}@sender.test>`,
      References: `<cam.${TOKEN}@sender.test>`,
    });

    const { id } = await createInbox(db).ingest(incoming(raw));

    expect(await stored(id)).toMatchObject({ lead_id: null });
  });
});

describe('IngestService acts', () => {
  const byToken = { To: `replies+${TOKEN}@in.sender.test`, 'Message-ID': '<1@lead.test>' };
  const bounce = { class: 'BOUNCE', recipients: [reported('jane@lead.test')] } as const;

  it.each([
    ['UNSUB', { class: 'UNSUB' }, 'UNSUBSCRIBED', 'unsubscribe'],
    [
      'a complaint',
      { class: 'COMPLAINT', recipients: [reported('jane@lead.test', { kind: null })] },
      'UNSUBSCRIBED',
      'complaint',
    ],
    ['a hard bounce', bounce, 'BOUNCED', 'hard_bounce'],
  ] as const)('on %s', async (_name, found, status, cause) => {
    const raw = rawMail({ From: 'jane@lead.test', ...byToken });

    const { id } = await createInbox(db).ingest(incoming(raw), found);

    expect((await lead())?.status).toBe(status);
    expect(await suppressions()).toEqual([{ target: 'jane@lead.test', cause, evidence: `inbound:${id}` }]);
    expect(await stored(id)).toMatchObject({ needs_review: false });
  });

  it('not on what asks for nothing of the kind', async () => {
    const inbox = createInbox(db);
    const raw = (id: string): Buffer =>
      rawMail({ From: 'jane@lead.test', ...byToken, 'Message-ID': `<${id}@lead.test>` });

    await inbox.ingest(incoming(raw('a')), { class: 'OOO', returnDate: '2026-03-01', hasLeft: true });
    const delayed = await inbox.ingest(incoming(raw('b')), {
      ...bounce,
      delayed: true,
      recipients: [reported('jane@lead.test', { kind: null })],
    });
    const auto = await inbox.ingest(incoming(raw('c')), { class: 'AUTO' });

    expect(await lead()).toEqual({ status: 'NEW', last_replied_at: null });
    expect(await suppressions()).toEqual([]);
    expect(await stored(delayed.id)).toMatchObject({
      classification: 'NEUTRAL',
      automatic: true,
      email_metadata: { kind: 'delayed' },
    });
    expect(await stored(auto.id)).toMatchObject({
      classification: 'NEUTRAL',
      automatic: true,
      email_metadata: { kind: 'automatic' },
    });
  });

  it.each([
    [
      'with a token, and is not whom the mail went to',
      { From: 'eve@evil.test', ...byToken },
      { class: 'UNSUB' },
    ],
    [
      'under her name, without a token',
      { From: 'jane@lead.test', 'Message-ID': '<1@evil.test>' },
      { class: 'UNSUB' },
    ],
    [
      'a bounce of her address, without an id',
      { From: 'mailer-daemon@evil.test', 'Message-ID': '<1@evil.test>' },
      bounce,
    ],
    [
      'a bounce of another address, with a token',
      { From: 'mailer-daemon@evil.test', ...byToken },
      { class: 'BOUNCE', recipients: [reported('eve@evil.test')] },
    ],
    [
      'a complaint about her, without an id',
      { From: 'fbl@evil.test', 'Message-ID': '<1@evil.test>' },
      { ...bounce, class: 'COMPLAINT' },
    ],
  ] as const)('for no stranger who writes %s, but asks a person', async (_how, headers, found) => {
    const { id } = await createInbox(db).ingest(incoming(rawMail(headers)), found);

    expect(await suppressions()).toEqual([]);
    expect((await lead())?.status).toBe('NEW');
    expect(await stored(id)).toMatchObject({ needs_review: true, lead_id: leadId });
  });
});
