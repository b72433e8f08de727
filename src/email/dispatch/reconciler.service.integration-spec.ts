import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { createEngine, type Engine } from '../../../test/support/engine.js';
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
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { SendAttempt } from '../entities/send-attempt.entity.js';
import { createEmailProvider, createSentMailArchive } from '../provider/email-provider.factory.js';
import type { EmailProvider } from '../provider/email-provider.js';
import { DEFAULT_DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import { PacedArchive } from './paced-archive.service.js';
import { RequestPace } from './request-pace.service.js';
import { ProofRepository } from './proof.repository.js';
import { Reconciler } from './reconciler.service.js';
import { ReconciliationRepository } from './reconciliation.repository.js';

const FROM = 'ada@sender.test';
const HOUR_MS = 60 * 60_000;
const STRANGERS = { to_email: 'other@lead.test', subject: 'Another' };

let db: TestDatabase;
let engine: Engine;
let fake: FakeResend;
let provider: EmailProvider;
let reconciler: Reconciler;

beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db);
});
beforeEach(async () => {
  await emptyTables(db);
  await freeTurn();
  await connect();
});
afterEach(() => fake.stop());
afterAll(() => db.drop());

async function connect(options: FakeResendOptions = {}, timing: Partial<DispatchTiming> = {}): Promise<void> {
  fake = await FakeResend.start(options);
  reconciler = createReconciler(timing);
}

async function reconnect(options: FakeResendOptions): Promise<void> {
  await fake.stop();
  await connect(options);
}

/** Of one replica more. */
function createReconciler(timing: Partial<DispatchTiming> = {}, ratePerSecond = 10_000): Reconciler {
  const config = configOf(EmailProviderConfig, {
    resendApiKey: 're_test',
    resendBaseUrl: fake.baseUrl,
    fromEmail: FROM,
    ratePerSecond,
  });
  provider = createEmailProvider(config);
  const times = { ...DEFAULT_DISPATCH_TIMING, ...timing };
  const pace = new RequestPace(provider, engine.gates, engine.gatesView, config, times);
  const archive = new PacedArchive(createSentMailArchive(config), pace, times);
  const proofs = new ProofRepository(db.database, engine.quota);
  return new Reconciler(archive, new ReconciliationRepository(db.database), proofs, provider, times);
}

/** Lets the fleet look again, as if ten minutes had passed. */
async function freeTurn(): Promise<void> {
  await db.query('UPDATE cam_provider_gates SET reconciled_at = NULL');
}

interface UnknownMail {
  readonly fields?: Partial<OutboundEmail>;
  readonly attempt?: Partial<SendAttempt>;
}

/** An UNKNOWN mail with one attempt through this account, a moment ago. @returns its row */
async function insertUnknown({ fields, attempt }: UnknownMail = {}): Promise<OutboundEmail> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId);
  const id = await insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    status: 'UNKNOWN',
    to_email: `lead-${leadId}@lead.test`,
    ...fields,
  });
  const email = await emailRow(id);
  await insertRow(db, 'cam_send_attempts', {
    outbound_email_id: id,
    attempt: 1,
    send_key: email.send_key,
    account: provider.accountFingerprint,
    started_at: new Date((await realNow()) - 5_000),
    ...attempt,
  });
  return email;
}

async function emailRow(id: number): Promise<OutboundEmail> {
  const [row] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails WHERE id = $1', [id]);
  if (row === undefined) throw new Error(`There is no mail ${id}`);
  return row;
}

type Words = Pick<OutboundEmail, 'to_email' | 'subject' | 'send_key'>;

/** The provider accepts the mail, tagged as ours are. */
async function accept(
  { to_email: to, subject, send_key: sendKey }: Words,
  tags: Readonly<Record<string, string>> = { cam_send: sendKey },
): Promise<string> {
  const rest = { from: FROM, html: '<p>Hello</p>', text: 'Hello', replyTo: null, headers: {} };
  const outcome = await provider.send({ ...rest, to, subject, tags }, sendKey, 5_000);
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome.messageId;
}

/** The provider accepts so many other mails of the same recipient and subject, unless `words` says otherwise. */
async function acceptOthers(
  count: number,
  { to_email, subject }: Omit<Words, 'send_key'>,
  tags: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await accept({ to_email, subject, send_key: randomUUID() }, tags);
  }
}

async function realNow(): Promise<number> {
  const [row] = await db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return row?.now.getTime() ?? 0;
}

function reads(): string[] {
  return fake.history.reads.map(({ path }) => path);
}

describe('Reconciler.runOnce', () => {
  it('settles a mail that the provider has, by its tag', async () => {
    const email = await insertUnknown();
    const messageId = await accept(email);

    const run = await reconciler.runOnce();

    expect(run).toEqual({ end: 'complete', requests: 2, settled: 1 });
    expect(await emailRow(email.id)).toMatchObject({ status: 'SENT', provider_message_id: messageId });
    expect(reads()).toEqual(['/emails?limit=100', `/emails/${messageId}`]);
  });

  it('settles nothing by recipient and subject alone', async () => {
    const email = await insertUnknown();
    await accept(email, {});
    await acceptOthers(1, email, { cam_send: randomUUID() });

    const run = await reconciler.runOnce();

    expect(run).toEqual({ end: 'complete', requests: 3, settled: 0 });
    expect(await emailRow(email.id)).toEqual(email);
  });

  it('leaves a mail UNKNOWN that the provider does not list', async () => {
    const email = await insertUnknown();
    await acceptOthers(1, { to_email: email.to_email, subject: 'Another' });
    await acceptOthers(1, { to_email: 'other@lead.test', subject: email.subject });

    expect(await reconciler.runOnce()).toEqual({ end: 'complete', requests: 1, settled: 0 });
    expect(await emailRow(email.id)).toEqual(email);
  });

  it('goes back until mails are an hour older than the oldest attempt', async () => {
    const email = await insertUnknown();
    const now = await realNow();
    let at = now - 1.5 * HOUR_MS;
    await reconnect({ now: () => at });
    await acceptOthers(150, STRANGERS);
    at = now;
    await acceptOthers(80, STRANGERS);
    await db.query('UPDATE cam_send_attempts SET account = $1', [provider.accountFingerprint]);

    expect(await reconciler.runOnce()).toEqual({ end: 'complete', requests: 1, settled: 0 });
    expect(await emailRow(email.id)).toEqual(email);
  });

  it('stops when nothing is left to look for', async () => {
    const email = await insertUnknown();
    await acceptOthers(120, STRANGERS);
    await accept(email);

    expect(await reconciler.runOnce()).toEqual({ end: 'complete', requests: 2, settled: 1 });
  });

  it.each<[string, UnknownMail]>([
    ['another account', { attempt: { account: 'resend-0000000000000000' } }],
    ['an account that nobody recorded', { attempt: { account: null } }],
    ['another provider', { fields: { provider: 'SMTP' } }],
    ['no provider: it is simulated', { fields: { simulated: true } }],
    ['the provider, too long ago', { attempt: { started_at: new Date('2026-01-05T12:00:00Z') } }],
    ['the provider, and is known', { fields: { status: 'SENT', error_code: null } }],
  ])('asks for nothing while there is only mail that went to %s', async (_name, mail) => {
    await insertUnknown(mail);

    expect(await reconciler.runOnce()).toEqual({ end: 'not_due', requests: 0, settled: 0 });
    expect(reads()).toEqual([]);
  });

  it('looks every ten minutes', async () => {
    await insertUnknown();
    const ends: string[] = [];
    const look = async () => ends.push((await reconciler.runOnce()).end);

    await look();
    await look();
    await db.query(
      `UPDATE cam_provider_gates SET reconciled_at = reconciled_at - interval '9 minutes 50 seconds'`,
    );
    await look();
    await db.query(`UPDATE cam_provider_gates SET reconciled_at = reconciled_at - interval '10 seconds'`);
    await look();

    expect(ends).toEqual(['complete', 'not_due', 'not_due', 'complete']);
  });

  it('is done by one of several replicas', async () => {
    const email = await insertUnknown();
    await accept(email);
    const fleet = Array.from({ length: 6 }, () => createReconciler());

    const runs = await Promise.all(fleet.map((one) => one.runOnce()));

    expect(runs.map(({ end }) => end).toSorted()).toEqual(['complete', ...Array<string>(5).fill('not_due')]);
    expect(reads()).toHaveLength(2);
  });

  it('ends a bounded run after a hundred requests, and goes on from there', async () => {
    const email = await insertUnknown();
    await accept(email);
    await acceptOthers(100, email);

    const first = await reconciler.runOnce();
    await freeTurn();
    const second = await reconciler.runOnce();

    expect(first).toEqual({ end: 'bounded', requests: 101, settled: 0 });
    expect(second).toEqual({ end: 'complete', requests: 2, settled: 1 });
    expect(reads()[101]).toMatch(/^\/emails\?limit=100&after=/);
    expect(await emailRow(email.id)).toMatchObject({ status: 'SENT' });
  });

  it('begins anew when the provider has forgotten where it was', async () => {
    const email = await insertUnknown();
    await acceptOthers(101, email);
    expect(await reconciler.runOnce()).toMatchObject({ end: 'bounded' });
    (fake.history.mails as MailRecord[]).length = 0;
    await accept(email);

    await freeTurn();
    const lost = await reconciler.runOnce();
    await freeTurn();
    const anew = await reconciler.runOnce();

    expect(lost).toEqual({ end: 'failed', requests: 0, settled: 0 });
    expect(anew).toEqual({ end: 'complete', requests: 2, settled: 1 });
  });

  it('takes a moment of the fleet for each request', async () => {
    const email = await insertUnknown();
    await accept(email);
    const slow = createReconciler({}, 20);
    const before = await nextFreeAt();

    await slow.runOnce();

    expect((await nextFreeAt()) - before).toBeGreaterThanOrEqual(100);
  });

  it('asks for nothing while the fleet has no moment free', async () => {
    await insertUnknown();
    await db.query(`UPDATE cam_provider_gates SET next_free_at = clock_timestamp() + interval '1 minute'`);

    expect(await reconciler.runOnce()).toEqual({ end: 'held_back', requests: 0, settled: 0 });
    expect(reads()).toEqual([]);
  });

  it.each([
    ['is shut', `clock_timestamp() + interval '1 minute'`],
    ['waits for a mail to open it', `clock_timestamp() - interval '1 minute'`],
  ])('asks for nothing while the gate %s', async (_name, shutUntil) => {
    await insertUnknown();
    await db.query(`UPDATE cam_provider_gates SET shut_reason = 'quota', shut_until = ${shutUntil}`);

    expect(await reconciler.runOnce()).toEqual({ end: 'held_back', requests: 0, settled: 0 });
    expect(reads()).toEqual([]);
  });

  it('leaves off, and says so once, when its key may not read', async () => {
    await insertUnknown();
    await reconnect({ sendOnly: true });
    await db.query('UPDATE cam_send_attempts SET account = $1', [provider.accountFingerprint]);
    const warnings: unknown[] = [];
    Logger.overrideLogger({
      log: () => undefined,
      error: () => undefined,
      warn: (said) => warnings.push(said),
    });

    const run = await reconciler.runOnce();

    Logger.overrideLogger(false);
    expect(run).toEqual({ end: 'forbidden', requests: 0, settled: 0 });
    expect(warnings).toEqual([
      {
        event: 'reconcile.forbidden',
        provider: 'Resend',
        reason: 'Resend answered 401 restricted_api_key',
      },
    ]);
  });

  it('has nothing to ask where nothing leaves', async () => {
    await insertUnknown();
    const config = configOf(EmailProviderConfig, { resendApiKey: 're_test', dryRun: true });
    const { gates, gatesView, quota } = engine;
    const timing = DEFAULT_DISPATCH_TIMING;
    const idle = new Reconciler(
      new PacedArchive(
        createSentMailArchive(config),
        new RequestPace(provider, gates, gatesView, config, timing),
        timing,
      ),
      new ReconciliationRepository(db.database),
      new ProofRepository(db.database, quota),
      provider,
      timing,
    );

    expect(await idle.runOnce()).toMatchObject({ end: 'not_due' });
  });
});

describe('Reconciler.run', () => {
  it('is one run, however often it is called meanwhile', async () => {
    const email = await insertUnknown();
    await accept(email);

    await Promise.all([reconciler.run(), reconciler.run(), reconciler.run()]);

    expect(reads()).toHaveLength(2);
  });

  it('never rejects', async () => {
    await db.query('ALTER TABLE cam_provider_gates RENAME TO gone');
    try {
      await expect(reconciler.run()).resolves.toBeUndefined();
    } finally {
      await db.query('ALTER TABLE gone RENAME TO cam_provider_gates');
    }
  });

  it('ends early when the service does, and starts no more', async () => {
    const email = await insertUnknown();
    await accept(email);
    const slow = createReconciler({}, 0.2);
    await db.query(`UPDATE cam_provider_gates SET next_free_at = clock_timestamp() + interval '5 seconds'`);

    const startedAt = await realNow();
    const running = slow.run();
    while ((await nextFreeAt()) < startedAt + 6_000) await delay(5);
    await slow.beforeApplicationShutdown();
    await running;
    await freeTurn();
    await slow.run();

    expect(reads()).toEqual([]);
    expect(await emailRow(email.id)).toMatchObject({ status: 'UNKNOWN' });
  });
});

async function nextFreeAt(): Promise<number> {
  const [gate] = await db.query<{ at: number }>(
    `SELECT EXTRACT(EPOCH FROM GREATEST(next_free_at, clock_timestamp()))::float8 * 1000 AS at
       FROM cam_provider_gates WHERE provider = 'Resend'`,
  );
  return gate?.at ?? 0;
}
