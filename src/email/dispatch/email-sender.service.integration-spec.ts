import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { claimOne } from '../../../test/support/claims.js';
import { createEngine } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertEmail, insertLead } from '../../../test/support/factories.js';
import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { DatabaseConnectionError } from '../../database/database-error.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { SettlementRepository } from './settlement.repository.js';

let db: TestDatabase;
let provider: FakeEmailProvider;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  provider = new FakeEmailProvider();
  await emptyTables(db);
});
afterAll(() => db.drop());

/** So many open mails of one campaign, to one new lead each. @returns their ids */
async function insertEmails(count: number, fields: Partial<OutboundEmail> = {}): Promise<number[]> {
  const campaignId = await insertCampaign(db);
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const leadId = await insertLead(db, campaignId);
    ids.push(await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, ...fields }));
  }
  return ids;
}

async function statuses(): Promise<string[]> {
  const rows = await db.query<{ status: string }>('SELECT status FROM cam_outbound_emails ORDER BY id');
  return rows.map(({ status }) => status);
}

async function waits(): Promise<unknown[]> {
  return db.query(
    `SELECT waits_for, maybe_sent_since IS NOT NULL AS maybe_sent, lease_token IS NOT NULL AS leased, retry_count
       FROM cam_dispatch_queue ORDER BY outbound_email_id`,
  );
}

async function attempts(): Promise<unknown[]> {
  return db.query(
    'SELECT attempt, outcome, provider_message_id FROM cam_send_attempts ORDER BY outbound_email_id, attempt',
  );
}

describe('EmailSender and the provider', () => {
  it('sends a leased mail under its key and settles it', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(1);

    await dispatcher.drain();

    const rows = await db.query('SELECT status, send_key, provider_message_id FROM cam_outbound_emails');
    const [mail] = provider.accepted;
    expect(rows).toEqual([{ status: 'SENT', send_key: mail?.sendKey, provider_message_id: mail?.messageId }]);
    expect(await waits()).toEqual([]);
  });

  it('fails a mail that the provider rejects, and only that one', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(2);
    provider.answerNext({ kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' });

    await dispatcher.drain();

    expect((await statuses()).toSorted()).toEqual(['FAILED', 'SENT']);
  });

  it('keeps a mail that could not be handed over for later, without doubt and without a retry less', async () => {
    const { dispatcher, gatesView } = createEngine(db, { provider });
    await insertEmails(1);
    provider.answerNext({ kind: 'unreachable', reason: 'connection refused' });

    await dispatcher.drain();

    expect(await statuses()).toEqual(['QUEUED']);
    expect(await waits()).toEqual([
      { waits_for: 'provider', maybe_sent: false, leased: false, retry_count: 0 },
    ]);
    expect(await gatesView.findShut('Resend')).toBeNull();
  });

  it('leaves a provider alone for a moment that sends us away without a word on when to come back', async () => {
    const { dispatcher, gatesView } = createEngine(db, { provider });
    await insertEmails(1);
    provider.answerNext({ kind: 'deferred', reason: 'too many requests' });

    await dispatcher.drain();

    expect(await waits()).toEqual([
      { waits_for: 'provider', maybe_sent: false, leased: false, retry_count: 0 },
    ]);
    expect(await gatesView.findShut('Resend')).toMatchObject({ isShut: true, reason: 'too many requests' });
  });

  it('trips the breaker for the fleet when nothing answers, and costs no more mails a retry', async () => {
    const { dispatcher, gatesView } = createEngine(db, { provider });
    await insertEmails(5);
    for (let count = 0; count < 5; count += 1) {
      provider.answerNext({ kind: 'ambiguous', reason: 'no answer in time' });
    }
    await dispatcher.drain();
    await insertEmails(3);

    await dispatcher.drain();

    expect(provider.calls).toHaveLength(5);
    expect(await gatesView.findShut('Resend')).toMatchObject({ isShut: true, reason: 'no answer in time' });
  });

  it('takes a provider that is at work on the mail for well, and asks again without a retry less', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(5);
    for (let count = 0; count < 5; count += 1) {
      provider.answerNext({ kind: 'ambiguous', reason: 'in progress', retryAfterMs: 3_000 });
    }
    await dispatcher.drain();
    const meanwhile = await waits();

    await db.setClockOffset('4 seconds');
    await dispatcher.drain();

    expect(meanwhile).toEqual(
      Array(5).fill({ waits_for: 'provider', maybe_sent: true, leased: false, retry_count: 0 }),
    );
    expect(await statuses()).toEqual(Array(5).fill('SENT'));
  });

  it('opens the gate when its probe finds the provider at work on the mail', async () => {
    const { dispatcher, gates, gatesView } = createEngine(db, { provider });
    await insertEmails(1);
    await gates.shut('Resend', 0, 'no answer in time');
    provider.answerNext({ kind: 'ambiguous', reason: 'in progress', retryAfterMs: 3_000 });

    await dispatcher.drain();

    expect(provider.calls).toHaveLength(1);
    expect(await gatesView.findShut('Resend')).toBeNull();
    await insertEmails(2);
    await dispatcher.drain();
    expect(provider.calls).toHaveLength(3);
  });

  it('ends a mail whose key stands for another body, and never repeats it', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(1);
    provider.answerNext({ kind: 'conflicting', reason: 'another body' });

    await dispatcher.drain();

    expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
      { status: 'UNKNOWN', error_code: 'SEND_KEY_CONFLICT' },
    ]);
  });

  it('shuts the gate for all mail when the provider names a time', async () => {
    const { dispatcher, gatesView } = createEngine(db, { provider });
    await insertEmails(1);
    provider.answerNext({ kind: 'deferred', reason: 'too many requests', retryAfterMs: 30_000 });
    await dispatcher.drain();
    await insertEmails(1);

    await dispatcher.drain();

    expect(provider.calls).toHaveLength(1);
    expect(await gatesView.findShut('Resend')).toMatchObject({ isShut: true, reason: 'too many requests' });
  });

  it('repeats a mail in doubt under the same key and with the same bytes, and it is one mail', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(1);
    provider.loseNextAnswer();
    await dispatcher.drain();
    const inDoubt = await waits();

    await db.setClockOffset('10 seconds');
    await dispatcher.drain();

    expect(inDoubt).toEqual([{ waits_for: 'retry', maybe_sent: true, leased: false, retry_count: 1 }]);
    expect(await statuses()).toEqual(['SENT']);
    const [first, second] = provider.calls;
    expect(second).toEqual(first);
    expect(provider.accepted).toHaveLength(1);
  });

  it('ends a mail in doubt as UNKNOWN when its retries are used up', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(1, { max_retries: 1 });
    provider.answerNext({ kind: 'ambiguous', reason: 'reset' }, { kind: 'ambiguous', reason: 'reset' });

    await dispatcher.drain();
    await db.setClockOffset('10 seconds');
    await dispatcher.drain();

    expect(await db.query('SELECT status, error_code, retry_count FROM cam_outbound_emails')).toEqual([
      { status: 'UNKNOWN', error_code: 'RETRIES_EXHAUSTED', retry_count: 1 },
    ]);
  });

  it('fails no mail for our own set-up, tells it once, and goes on after a good answer', async () => {
    const { dispatcher, gatesView } = createEngine(db, { provider, ratePerSecond: 0.5 });
    await insertEmails(2);
    provider.answerNext({ kind: 'misconfigured', reason: 'the key was revoked' });
    await dispatcher.drain();
    const [whileShut, gate, calls] = [
      await statuses(),
      await gatesView.findShut('Resend'),
      provider.calls.length,
    ];

    await db.query(
      `UPDATE cam_provider_gates SET shut_until = clock_timestamp() - interval '1 second', next_free_at = '-infinity'
        WHERE provider = 'Resend'`,
    );
    await db.setClockOffset('61 seconds');
    await dispatcher.runOnce();

    expect([whileShut, calls]).toEqual([['QUEUED', 'QUEUED'], 1]);
    expect(gate).toMatchObject({ isShut: true, reason: 'the key was revoked' });
    expect((await statuses()).toSorted()).toEqual(['QUEUED', 'SENT']);
    expect(await gatesView.findShut('Resend')).toBeNull();
  });
});

describe('EmailSender, right before the wire', () => {
  it('drops a mail to an address that is no longer on the allowlist', async () => {
    const { dispatcher } = createEngine(db, { provider, allowlist: '@elsewhere\\.test$' });
    await insertEmails(1);

    await dispatcher.drain();

    expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
      { status: 'DROPPED', error_code: 'NOT_ON_ALLOWLIST' },
    ]);
    expect(provider.calls).toEqual([]);
    expect(await attempts()).toEqual([]);
  });

  it('ends such a mail as UNKNOWN when an earlier attempt may have been accepted', async () => {
    const before = createEngine(db, { provider });
    const after = createEngine(db, { provider, allowlist: '@elsewhere\\.test$' });
    await insertEmails(1);
    provider.answerNext({ kind: 'ambiguous', reason: 'reset' });
    await before.dispatcher.drain();

    await db.setClockOffset('10 seconds');
    await after.dispatcher.drain();

    expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
      { status: 'UNKNOWN', error_code: 'NOT_ON_ALLOWLIST' },
    ]);
    expect(provider.calls).toHaveLength(1);
    expect(await db.query('SELECT used FROM cam_quota_counters')).toEqual([{ used: 1 }, { used: 1 }]);
  });

  it.each(['SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED'])(
    'drops a mail to a lead who became %s meanwhile',
    async (status) => {
      const { dispatcher } = createEngine(db, { provider });
      await insertEmails(1);
      await db.query('UPDATE cam_leads SET status = $1', [status]);

      await dispatcher.drain();

      expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
        { status: 'DROPPED', error_code: status },
      ]);
      expect(provider.calls).toEqual([]);
      expect(await db.query('SELECT FROM cam_quota_counters')).toEqual([]);
    },
  );

  it('hands a mail back whose lease would end during the call', async () => {
    const { dispatcher } = createEngine(db, {
      provider,
      timing: { leaseMs: 5_000, providerTimeoutMs: 5_001 },
    });
    await insertEmails(1);

    await dispatcher.runOnce();

    expect(provider.calls).toEqual([]);
    expect(await waits()).toEqual([
      { waits_for: 'provider', maybe_sent: false, leased: false, retry_count: 0 },
    ]);
    expect(await attempts()).toEqual([{ attempt: 1, outcome: 'not_started', provider_message_id: null }]);
  });

  it('hands a mail back when its moment is too far away, due again then', async () => {
    const engine = createEngine(db, { provider });
    await insertEmails(1);
    const email = await claimOne(engine);
    await db.query(`UPDATE cam_provider_gates SET next_free_at = clock_timestamp() + interval '20 seconds'`);

    await engine.sender.send({ ...email, moment: null });

    expect(provider.calls).toEqual([]);
    expect(
      await db.query(
        `SELECT waits_for, EXTRACT(EPOCH FROM due_at - cam_now()) BETWEEN 15 AND 20 AS on_time FROM cam_dispatch_queue`,
      ),
    ).toEqual([{ waits_for: 'provider', on_time: true }]);
  });

  it.each([
    ['a pause', `UPDATE cam_campaigns SET status = 'PAUSED', paused_at = cam_now()`, 'QUEUED'],
    ['a stop of the lead', `UPDATE cam_leads SET status = 'UNSUBSCRIBED'`, 'DROPPED'],
  ])('obeys %s that comes during a long wait for the pace', async (_name, stop, status) => {
    const engine = createEngine(db, { provider });
    await insertEmails(1);
    const email = await claimOne(engine);
    await db.query(
      `UPDATE cam_provider_gates SET next_free_at = clock_timestamp() + interval '2100 milliseconds'`,
    );
    const sending = engine.sender.send({ ...email, moment: null });
    await db.query(stop);

    await sending;
    await engine.dispatcher.drain();

    expect(provider.calls).toEqual([]);
    expect(await statuses()).toEqual([status]);
  });
});

describe('EmailSender and a crash', () => {
  it('sends a mail once when the process dies between acceptance and settlement', async () => {
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    const dying = createEngine(db, { provider });
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });
    const leased = await claimOne(dying);
    await provider.send(leased.wire, leased.sendKey, 1_000);

    const survivor = createEngine(db, { provider });
    await survivor.dispatcher.drain();
    const whileLeased = await statuses();
    await db.setClockOffset('61 seconds');
    await survivor.dispatcher.drain();

    expect(whileLeased).toEqual(['QUEUED']);
    expect(provider.accepted).toHaveLength(1);
    expect(provider.calls[1]?.sendKey).toBe(provider.calls[0]?.sendKey);
    expect(provider.calls[1]?.email).toEqual(provider.calls[0]?.email);
    const messageId = provider.accepted[0]?.messageId;
    expect(await db.query('SELECT status, provider_message_id FROM cam_outbound_emails')).toEqual([
      { status: 'SENT', provider_message_id: messageId },
    ]);
    expect(await attempts()).toEqual([
      { attempt: 1, outcome: null, provider_message_id: null },
      { attempt: 2, outcome: 'accepted', provider_message_id: messageId },
    ]);
  });

  it('keeps an answer while the database is away, and writes it when it is back', async () => {
    const { dispatcher, settlements } = createEngine(db, { provider });
    await insertEmails(1);
    failOnce(settlements, 'before');

    await dispatcher.drain();

    expect(provider.calls).toHaveLength(1);
    expect(await statuses()).toEqual(['SENT']);
  });

  it('writes an answer twice when the connection broke after the commit, to the same effect', async () => {
    const { dispatcher, settlements } = createEngine(db, { provider });
    await insertEmails(1);
    provider.answerNext({ kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' });
    failOnce(settlements, 'after');

    await dispatcher.drain();

    expect(await statuses()).toEqual(['FAILED']);
    expect(await db.query('SELECT used FROM cam_quota_counters')).toEqual([{ used: 0 }, { used: 0 }]);
  });
});

/** The first settlement meets a lost connection, before or after it is committed. */
function failOnce(settlements: SettlementRepository, when: 'before' | 'after'): void {
  const settle = settlements.settle.bind(settlements);
  let hasFailed = false;
  settlements.settle = async (...settlement) => {
    if (hasFailed) return settle(...settlement);
    hasFailed = true;
    if (when === 'after') await settle(...settlement);
    throw new DatabaseConnectionError(new Error('Connection terminated unexpectedly'));
  };
}

describe('EmailSender and a shutdown', () => {
  it('awaits what is on the wire', async () => {
    const engine = createEngine(db, { provider });
    const { sender } = engine;
    await insertEmails(1);
    let letGo = (): void => undefined;
    provider.holdNext(new Promise((resolve) => (letGo = resolve)));
    const sending = sender.send(await claimOne(engine));
    await untilCalled();

    const stopped = sender.beforeApplicationShutdown();
    const atStop = await statuses();
    letGo();
    await stopped;

    expect(atStop).toEqual(['QUEUED']);
    expect(await statuses()).toEqual(['SENT']);
    await sending;
  });

  it('hands back what waits for its moment, at once and without doubt', async () => {
    const { sender, claims, owner } = createEngine(db, { provider, ratePerSecond: 0.6 });
    await insertEmails(2);
    const { emails } = await claims.claim(owner, 2);
    const sending = Promise.all(emails.map((email) => sender.send(email)));
    await untilCalled();

    await sender.beforeApplicationShutdown();
    await sending;

    expect(provider.calls).toHaveLength(1);
    expect(await waits()).toEqual([
      { waits_for: 'provider', maybe_sent: false, leased: false, retry_count: 0 },
    ]);
    expect(await db.query('SELECT due_at <= cam_now() AS due FROM cam_dispatch_queue')).toEqual([
      { due: true },
    ]);
  });

  it('hands back what it is given afterwards', async () => {
    const engine = createEngine(db, { provider });
    const { sender } = engine;
    await insertEmails(1);
    const email = await claimOne(engine);
    await sender.beforeApplicationShutdown();

    await sender.send(email);

    expect(provider.calls).toEqual([]);
    expect(await waits()).toEqual([
      { waits_for: 'provider', maybe_sent: false, leased: false, retry_count: 0 },
    ]);
  });

  it('waits no longer than its time for a provider that does not answer', async () => {
    const engine = createEngine(db, { provider, timing: { shutdownWithinMs: 20 } });
    const { sender } = engine;
    await insertEmails(1);
    let letGo = (): void => undefined;
    provider.holdNext(new Promise((resolve) => (letGo = resolve)));
    const sending = sender.send(await claimOne(engine));
    await untilCalled();

    await sender.beforeApplicationShutdown();

    expect(await statuses()).toEqual(['QUEUED']);
    letGo();
    await sending;
  });
});

async function untilCalled(): Promise<void> {
  while (provider.calls.length === 0) await db.query('SELECT 1');
}
