import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { claimOne } from '../../../test/support/claims.js';
import { createEngine, type Engine, type EngineOptions } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
} from '../../../test/support/factories.js';
import {
  FakeResend,
  type FakeResendOptions,
  type MailRecord,
} from '../../../test/support/fake-resend/fake-resend.mjs';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { DatabaseConnectionError } from '../../database/database-error.js';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import { createEmailProvider, createSentMailArchive } from '../provider/email-provider.factory.js';
import { bodySha256 } from '../sending/frozen-email.js';

const FROM = 'ada@sender.test';
const OWN = '<cam.follow-up@sender.test>';
const FIRST = '<cam.first@sender.test>';
const REAL = '<0100@provider.test>';
const UNREFRESHED = { 'Message-ID': OWN, 'In-Reply-To': FIRST, References: `${FIRST} ${OWN}` };

let db: TestDatabase;
let fake: FakeResend;
let engine: Engine;
let campaignId: number;
let leadId: number;

beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  campaignId = await insertCampaign(db);
  leadId = await insertLead(db, campaignId);
  await connect();
});
afterEach(() => fake.stop());
afterAll(() => db.drop());

async function connect(options: FakeResendOptions = {}, engineOptions: EngineOptions = {}): Promise<void> {
  fake = await FakeResend.start(options);
  engine = createEngine(db, { ...transportTo(fake), ...engineOptions });
}

async function reconnect(options: FakeResendOptions, engineOptions: EngineOptions = {}): Promise<void> {
  await fake.stop();
  await connect(options, engineOptions);
}

function transportTo({ baseUrl }: FakeResend): Pick<EngineOptions, 'provider' | 'archive'> {
  const config = configOf(EmailProviderConfig, {
    resendApiKey: 're_test',
    resendBaseUrl: baseUrl,
    fromEmail: FROM,
    ratePerSecond: 10_000,
  });
  const archive = createSentMailArchive(config);
  if (archive === null) throw new Error('Resend has an archive');
  return { provider: createEmailProvider(config), archive };
}

/** Lets the first mail leave; no webhook tells its real id. */
async function sendFirst(fields: Partial<OutboundEmail> = {}): Promise<{ id: number; record: MailRecord }> {
  const id = await insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    message_id_header: FIRST,
    headers: { 'Message-ID': FIRST, References: FIRST },
    ...fields,
  });
  await engine.dispatcher.drain();
  const record = fake.history.mails.at(-1);
  if (record === undefined) throw new Error('The first mail did not leave');
  return { id, record };
}

/** Stored while only our own id of the mail before it was known. */
async function insertFollowUp(parentId: number, fields: Partial<OutboundEmail> = {}): Promise<number> {
  return insertEmail(
    db,
    {
      campaign_id: campaignId,
      lead_id: leadId,
      sequence_number: 2,
      thread_parent_id: parentId,
      message_id_header: OWN,
      headers: UNREFRESHED,
      ...fields,
    },
    { follow_up: true, priority: 1 },
  );
}

async function row(id: number): Promise<OutboundEmail> {
  const [found] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails WHERE id = $1', [id]);
  if (found === undefined) throw new Error(`There is no mail ${id}`);
  return found;
}

async function outcomes(id: number): Promise<unknown[]> {
  const attempts = await db.query<{ outcome: string }>(
    'SELECT outcome FROM cam_send_attempts WHERE outbound_email_id = $1 ORDER BY attempt',
    [id],
  );
  return attempts.map(({ outcome }) => outcome);
}

const learn = (id: number, header: string): Promise<unknown> =>
  db.query('UPDATE cam_outbound_emails SET provider_message_id_header = $2 WHERE id = $1', [id, header]);

/** The header fields with which the last mail left. */
const sentHeaders = (): unknown => fake.history.mails.at(-1)?.body['headers'];

const reads = (): string[] => fake.history.reads.map(({ path }) => path);

function namedAs(parentName: string): Record<string, string> {
  return { 'Message-ID': OWN, 'In-Reply-To': parentName, References: `${parentName} ${OWN}` };
}

/** The gate keeps the real time, which the clock of these tests does not move. */
async function openGate(): Promise<void> {
  await db.query('UPDATE cam_provider_gates SET shut_until = NULL, shut_reason = NULL, failure_streak = 0');
}

describe('a follow-up', () => {
  it('asks once for the real id of the mail before it, names it, and keeps it', async () => {
    const first = await sendFirst();
    const followUp = await insertFollowUp(first.id);

    await engine.dispatcher.drain();

    expect(reads()).toEqual([`/emails/${first.record.id}`]);
    expect(sentHeaders()).toEqual(namedAs(first.record.messageId));
    expect((await row(first.id)).provider_message_id_header).toBe(first.record.messageId);
    expect(await row(followUp)).toMatchObject({ status: 'SENT', headers: namedAs(first.record.messageId) });
  });

  it('asks nobody when an event has told the real id after the follow-up was stored', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    await learn(first.id, REAL);

    await engine.dispatcher.drain();

    expect(reads()).toEqual([]);
    expect(sentHeaders()).toEqual(namedAs(REAL));
  });

  it('is left as it is when it names the mail before it by its real id', async () => {
    const first = await sendFirst();
    await learn(first.id, REAL);
    const references = `<0099@provider.test> ${REAL} ${OWN}`;
    const followUp = await insertFollowUp(first.id, {
      headers: { ...namedAs(REAL), References: references },
    });
    const before = await row(followUp);

    await engine.dispatcher.drain();

    expect(reads()).toEqual([]);
    expect(sentHeaders()).toEqual({ ...namedAs(REAL), References: references });
    expect((await row(followUp)).body_sha256).toBe(before.body_sha256);
  });

  it('names all mails of its thread, and keeps its other header fields', async () => {
    const first = await sendFirst();
    await learn(first.id, REAL);
    const second = await sendFirst({
      sequence_number: 2,
      thread_parent_id: first.id,
      message_id_header: '<cam.second@sender.test>',
      headers: { 'In-Reply-To': REAL },
    });
    await insertFollowUp(second.id, {
      headers: { ...UNREFRESHED, 'List-Unsubscribe': '<https://x.test/u/t>' },
    });

    await engine.dispatcher.drain();

    expect(sentHeaders()).toEqual({
      'Message-ID': OWN,
      'In-Reply-To': second.record.messageId,
      References: `${REAL} ${second.record.messageId} ${OWN}`,
      'List-Unsubscribe': '<https://x.test/u/t>',
    });
  });

  it('is stored with the hash of what it sends', async () => {
    const first = await sendFirst();
    const followUp = await insertFollowUp(first.id);

    await engine.dispatcher.drain();

    const { from_email: fromEmail, to_email: toEmail, reply_to: replyTo, ...mail } = await row(followUp);
    const { subject, html_body: html, text_body: text, headers } = mail;
    expect(mail.body_sha256).toBe(bodySha256({ fromEmail, toEmail, subject, html, text, replyTo, headers }));
  });

  it('names the mail before it as the provider does, even if another mail has that name in our books', async () => {
    const first = await sendFirst();
    await insertEmail(db, {
      campaign_id: campaignId,
      lead_id: leadId,
      status: 'SENT',
      provider_message_id_header: first.record.messageId,
    });
    await insertFollowUp(first.id);

    await engine.dispatcher.drain();

    expect(sentHeaders()).toEqual(namedAs(first.record.messageId));
    expect((await row(first.id)).provider_message_id_header).toBeNull();
  });

  it('leaves the mail before it the name that an event told while the provider was asked', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const email = await claimOne(engine);
    await learn(first.id, REAL);

    await engine.sender.send(email);

    expect(sentHeaders()).toEqual(namedAs(first.record.messageId));
    expect((await row(first.id)).provider_message_id_header).toBe(REAL);
  });

  it('of a thread of its own asks nobody', async () => {
    const first = await sendFirst();
    await sendFirst({ sequence_number: 2, message_id_header: OWN, headers: UNREFRESHED });

    expect(reads()).toEqual([]);
    expect(first.record.body['headers']).toEqual({ 'Message-ID': FIRST, References: FIRST });
  });
});

describe('a follow-up that is told nothing leaves with our own id', () => {
  it.each([
    ['the provider fails', 500],
    ['the mail is forgotten', 404],
    ['no answer comes in time', 'hang'],
  ] as const)('when %s, and asks no more', async (_, fault) => {
    const timing = { leaseMs: 15_000, providerTimeoutMs: 1_000, threadAnswerMs: 200 };
    await reconnect({}, { timing });
    const first = await sendFirst();
    const followUp = await insertFollowUp(first.id);
    fake.readFault = fault;
    fake.setMode('500-before', { times: 1 });

    await engine.dispatcher.drain();
    fake.readFault = null;
    await openGate();
    await db.setClockOffset('1 hour');
    await engine.dispatcher.drain();

    expect(reads()).toHaveLength(1);
    expect(sentHeaders()).toEqual(UNREFRESHED);
    expect(await outcomes(followUp)).toEqual(['ambiguous', 'accepted']);
    expect((await row(first.id)).provider_message_id_header).toBeNull();
  });

  it('when the key may not read, which the next one does not try again', async () => {
    await reconnect({ sendOnly: true });
    const first = await sendFirst();
    await insertFollowUp(first.id);
    await engine.dispatcher.drain();
    const headers = sentHeaders();
    const other = await sendFirst({ message_id_header: '<cam.other@sender.test>' });
    await insertFollowUp(other.id, { message_id_header: '<cam.last@sender.test>' });

    await engine.dispatcher.drain();

    expect(headers).toEqual(UNREFRESHED);
    expect(fake.history.mails).toHaveLength(4);
    expect(reads()).toHaveLength(1);
  });

  it('when the pace of the fleet has no moment soon', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const email = await claimOne(engine);
    await db.query(`UPDATE cam_provider_gates SET next_free_at = clock_timestamp() + interval '5 seconds'`);

    await engine.sender.send(email);

    expect(reads()).toEqual([]);
    expect(sentHeaders()).toEqual(UNREFRESHED);
  });

  it('when the gate is shut', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const email = await claimOne(engine);
    await engine.gates.shut('Resend', 60_000, 'Too many requests');

    await engine.sender.send(email);

    expect(reads()).toEqual([]);
    expect(sentHeaders()).toEqual(UNREFRESHED);
  });

  it('when its lease does not last for the question and the mail', async () => {
    await reconnect({}, { timing: { leaseMs: 15_000 } });
    const first = await sendFirst();
    await insertFollowUp(first.id);

    await engine.dispatcher.drain();

    expect(reads()).toEqual([]);
    expect(sentHeaders()).toEqual(UNREFRESHED);
  });

  it('when the mail before it went through another provider, or nowhere', async () => {
    for (const fields of [{ provider: 'SMTP' as const }, { simulated: true }]) {
      const parent = await insertEmail(db, {
        campaign_id: campaignId,
        lead_id: leadId,
        status: 'SENT',
        ...fields,
      });
      await insertFollowUp(parent, { message_id_header: `<cam.${parent}@sender.test>` });
    }

    await engine.dispatcher.drain();

    expect(reads()).toEqual([]);
    expect(fake.history.mails.map(({ body }) => body['headers'])).toEqual([UNREFRESHED, UNREFRESHED]);
  });

  it('when the database cannot tell whether there is a moment', async () => {
    const lost = (): Promise<never> => Promise.reject(new DatabaseConnectionError(new Error('gone')));
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const archive = { memoryMs: 1, list: lost, findSendKey: lost, findMessageIdHeader: lost };

    await createEngine(db, { ...transportTo(fake), archive }).dispatcher.drain();

    expect(sentHeaders()).toEqual(UNREFRESHED);
  });

  it('when there is no archive', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const { provider } = transportTo(fake);

    await createEngine(db, { ...(provider && { provider }) }).dispatcher.drain();

    expect(sentHeaders()).toEqual(UNREFRESHED);
  });
});

describe('every attempt of a follow-up sends the same bytes', () => {
  it.each([
    ['after the answer was lost', 'accept-then-reset', 'replayed'],
    ['after the mail was not taken', 'sticky-500', 'replayed'],
  ] as const)('%s', async (_, mode, outcome) => {
    const first = await sendFirst();
    const followUp = await insertFollowUp(first.id);
    fake.setMode(mode, { times: 1 });

    await engine.dispatcher.drain();
    await openGate();
    await db.setClockOffset('1 hour');
    await engine.dispatcher.drain();

    const requests = fake.history.requests.slice(1);
    expect(requests).toHaveLength(2);
    expect(requests.at(-1)?.outcome).toBe(outcome);
    expect(new Set(requests.map((request) => request.bodySha256)).size).toBe(1);
    expect(reads()).toHaveLength(1);
    expect((await row(followUp)).headers).toEqual(namedAs(first.record.messageId));
  });

  it('although the real id comes to light between them', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    fake.readFault = 500;
    fake.setMode('accept-then-reset', { times: 1 });

    await engine.dispatcher.drain();
    await learn(first.id, first.record.messageId);
    await openGate();
    await db.setClockOffset('1 hour');
    await engine.dispatcher.drain();

    expect(fake.history.requests.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'replayed']);
    expect(sentHeaders()).toEqual(UNREFRESHED);
  });

  it('although its lease passed to another process, which sent it meanwhile', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const email = await claimOne(engine);
    await db.setClockOffset('2 minutes');

    await createEngine(db, transportTo(fake)).dispatcher.drain();
    await engine.sender.send(email);

    expect(fake.history.mails).toHaveLength(2);
    expect(fake.history.requests).toHaveLength(2);
    expect(sentHeaders()).toEqual(UNREFRESHED);
  });

  it('although its lease passed to another process, which has yet to send it', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const email = await claimOne(engine);
    await db.setClockOffset('2 minutes');
    const sameEmail = await claimOne(engine);

    await engine.sender.send(email);
    const meanwhile = await row(email.lease.emailId);
    await engine.sender.send(sameEmail);

    expect(meanwhile).toMatchObject({ status: 'QUEUED', headers: UNREFRESHED });
    expect(fake.history.requests).toHaveLength(2);
    expect(sentHeaders()).toEqual(UNREFRESHED);
  });
});

describe('a question about a thread', () => {
  it('takes a moment of the fleet, and the mail another one after it', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const email = await claimOne(engine);
    const [gate] = await db.query<{ free_at: Date }>(
      `UPDATE cam_provider_gates SET next_free_at = clock_timestamp() + interval '300 milliseconds'
        WHERE provider = 'Resend' RETURNING next_free_at AS free_at`,
    );

    await engine.sender.send(email);

    const [asked] = fake.history.reads;
    const sent = fake.history.mails.at(-1);
    expect(asked?.at).toBeGreaterThanOrEqual(Number(gate?.free_at) - 1);
    expect(sent?.at).toBeGreaterThanOrEqual(asked?.at ?? Infinity);
  });

  it.each([
    ['an unsubscription', `UPDATE cam_leads SET status = 'UNSUBSCRIBED'`],
    [
      'the end of her sequence',
      `UPDATE cam_enrolments SET status = 'STOPPED', stop_reason = 'REPLIED', next_run_at = NULL, look_at = NULL`,
    ],
    [
      'the end of her hours',
      `UPDATE cam_sequences
          SET window_days = ARRAY[1 + (EXTRACT(isodow FROM cam_now())::integer + 1) % 7], window_from = '09:00',
              window_to = '17:00'`,
    ],
  ])('that took long lets %s still hold the mail back', async (_, stop) => {
    await insertRow(db, 'cam_sequences', { campaign_id: campaignId });
    const enrolment = await insertRow<{ id: number }>(db, 'cam_enrolments', {
      campaign_id: campaignId,
      lead_id: leadId,
      simulated: false,
    });
    const first = await sendFirst();
    const followUp = await insertFollowUp(first.id, { enrolment_id: enrolment.id });
    const { lease, ...email } = await claimOne(engine);
    await db.query(stop);

    await engine.sender.send({ ...email, lease: { ...lease, endsAtMs: lease.endsAtMs - 3_000 } });

    expect(reads()).toHaveLength(1);
    expect(fake.history.mails).toHaveLength(1);
    expect(await row(followUp)).toMatchObject({ status: 'QUEUED', headers: namedAs(first.record.messageId) });
  });

  it('that took long lets her reply hold back a follow-up that somebody asked for', async () => {
    const first = await sendFirst();
    const followUp = await insertFollowUp(first.id);
    const { lease, ...email } = await claimOne(engine);
    await db.query('UPDATE cam_leads SET last_replied_at = cam_now()');

    await engine.sender.send({ ...email, lease: { ...lease, endsAtMs: lease.endsAtMs - 3_000 } });

    expect(fake.history.mails).toHaveLength(1);
    expect(await row(followUp)).toMatchObject({ status: 'QUEUED' });
  });

  it('that took long lets the mail go when nothing stops it', async () => {
    const first = await sendFirst();
    await insertFollowUp(first.id);
    const { lease, ...email } = await claimOne(engine);

    await engine.sender.send({ ...email, lease: { ...lease, endsAtMs: lease.endsAtMs - 3_000 } });

    expect(sentHeaders()).toEqual(namedAs(first.record.messageId));
  });
});
