import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
} from '../../../test/support/factories.js';
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Lead } from '../../leads/lead.entity.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { SendAttempt } from '../entities/send-attempt.entity.js';
import { ProofRepository } from './proof.repository.js';

/** In New York still the day before. */
const STARTED_AT = new Date('2026-03-10T02:00:00Z');
const DAY = '2026-03-09';
const TOKEN = 'b3b8f1d5-3c52-4d0c-8f60-4b5f0f7f1b11';

let db: TestDatabase;
let engine: Engine;
let proofs: ProofRepository;
beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db, { dailyCap: 1, timeZone: 'America/New_York' });
  proofs = new ProofRepository(db.database, engine.quota);
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

interface Mail {
  readonly id: number;
  readonly sendKey: string;
}

/** A mail with one attempt under its key, which a crash has cut short unless `attempt` says otherwise. */
async function insert(
  fields: Partial<OutboundEmail> = {},
  queue: Partial<DispatchQueueRow> = {},
  attempt: Partial<SendAttempt> = {},
): Promise<Mail> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId);
  const sendKey = randomUUID();
  const id = await insertEmail(
    db,
    { campaign_id: campaignId, lead_id: leadId, send_key: sendKey, ...fields },
    { attempt: 1, ...queue },
  );
  await insertRow(db, 'cam_send_attempts', {
    outbound_email_id: id,
    attempt: 1,
    send_key: sendKey,
    started_at: STARTED_AT,
    ...attempt,
  });
  return { id, sendKey };
}

const HELD: Partial<DispatchQueueRow> = {
  cap_day: DAY,
  priority: 0,
  maybe_sent_since: STARTED_AT,
  maybe_sent_attempt: 1,
  maybe_sent_account: 'fake',
};
const LEASED: Partial<DispatchQueueRow> = { ...HELD, lease_token: TOKEN };

const REFUSED: Partial<SendAttempt> = { finished_at: STARTED_AT, outcome: 'rejected', reason: 'no' };
const PUT_OFF: Partial<SendAttempt> = { finished_at: STARTED_AT, outcome: 'deferred', reason: 'busy' };

async function emailRow({ id }: Mail): Promise<OutboundEmail> {
  const [row] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails WHERE id = $1', [id]);
  if (row === undefined) throw new Error(`There is no mail ${id}`);
  return row;
}

async function leadOf(mail: Mail): Promise<Lead | undefined> {
  const { lead_id } = await emailRow(mail);
  const [lead] = await db.query<Lead>('SELECT * FROM cam_leads WHERE id = $1', [lead_id]);
  return lead;
}

async function queueRows(): Promise<DispatchQueueRow[]> {
  return db.query('SELECT * FROM cam_dispatch_queue');
}

/** Places taken on the day of the attempt: globally, and of the campaign. */
async function placesTaken(): Promise<number[]> {
  const rows = await db.query<{ used: number; day: string }>(
    `SELECT used, day::text AS day FROM cam_quota_counters ORDER BY scope = 'campaign', scope_id`,
  );
  expect(rows.map(({ day }) => day)).toEqual(rows.map(() => DAY));
  return rows.map(({ used }) => used);
}

describe('ProofRepository.settleByTag', () => {
  it.each([
    ['due', {}, {}, PUT_OFF],
    ['on the wire', {}, LEASED, {}],
    ['to be repeated', {}, { ...HELD, waits_for: 'retry' }, {}],
    ['UNKNOWN', { status: 'UNKNOWN' }, {}, {}],
    ['FAILED', { status: 'FAILED' }, {}, REFUSED],
    ['DROPPED', { status: 'DROPPED' }, {}, PUT_OFF],
  ] as const)('settles a mail that is %s', async (_name, fields, queue, attempt) => {
    const mail = await insert(fields, queue, attempt);
    const before = await emailRow(mail);

    const result = await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(result).toBe('settled');
    const after = await emailRow(mail);
    expect(after).toEqual(
      Object.assign(before, {
        status: 'SENT',
        sent_at: STARTED_AT,
        provider_message_id: 'm1',
        error_code: null,
        error_message: null,
        updated_at: after.updated_at,
      }),
    );
    expect(await queueRows()).toEqual([]);
    expect(await leadOf(mail)).toMatchObject({ status: 'CONTACTED', last_contacted_at: STARTED_AT });
  });

  it.each(['SENT', 'BOUNCED'] as const)('changes nothing of a mail that is %s', async (status) => {
    const mail = await insert({ status });
    const before = [await emailRow(mail), await leadOf(mail)];

    const result = await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(result).toBe('known');
    expect([await emailRow(mail), await leadOf(mail)]).toEqual(before);
    expect(await placesTaken()).toEqual([]);
  });

  it.each([
    ['a key of another database', randomUUID()],
    ['what is no key', "' OR 1=1 --"],
    ['nothing', ''],
  ])('leaves the mail of others alone: %s', async (_name, sendKey) => {
    const mail = await insert({}, LEASED);
    const before = [await emailRow(mail), await queueRows()];

    expect(await proofs.settleByTag({ sendKey, messageId: 'm1' })).toBe('foreign');
    expect([await emailRow(mail), await queueRows()]).toEqual(before);
  });

  it('takes no key for its own that nothing was ever sent by', async () => {
    const mail = await insert();
    await db.query('DELETE FROM cam_send_attempts');

    expect(await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' })).toBe('foreign');
  });

  it('knows the key that a resend has replaced, and sends nothing again', async () => {
    const mail = await insert({ status: 'UNKNOWN' });
    await engine.operators.resolve(mail.id, 'resend', 'ops', 'It never came');

    const result = await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(result).toBe('settled');
    expect(await emailRow(mail)).toMatchObject({ status: 'SENT', provider_message_id: 'm1' });
    expect(await queueRows()).toEqual([]);
  });

  it('keeps the count of retries of an open mail', async () => {
    const mail = await insert({}, { ...HELD, waits_for: 'retry', retry_count: 4 });

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await emailRow(mail)).toMatchObject({ status: 'SENT', retry_count: 4 });
  });

  it('contacts nobody by simulated mail', async () => {
    const mail = await insert({ simulated: true, status: 'UNKNOWN' });

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await emailRow(mail)).toMatchObject({ status: 'SENT' });
    expect(await leadOf(mail)).toMatchObject({ status: 'NEW', last_contacted_at: null });
  });

  it('never moves the last contact back', async () => {
    const mail = await insert({ status: 'UNKNOWN' });
    const later = new Date('2026-04-01T00:00:00Z');
    await db.query(`UPDATE cam_leads SET last_contacted_at = $1, status = 'QUALIFIED'`, [later]);

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await leadOf(mail)).toMatchObject({ status: 'QUALIFIED', last_contacted_at: later });
  });

  it('dates the mail by the last attempt under the key that may have been accepted', async () => {
    const mail = await insert({ status: 'UNKNOWN' });
    const minutesLater = (minutes: number) => new Date(STARTED_AT.getTime() + minutes * 60_000);
    const attempts: Partial<SendAttempt>[] = [
      { attempt: 2, started_at: minutesLater(1), finished_at: minutesLater(1), outcome: 'ambiguous' },
      { attempt: 3, started_at: minutesLater(2), finished_at: minutesLater(2), outcome: 'unreachable' },
      { attempt: 4, started_at: minutesLater(3), send_key: randomUUID() },
    ];
    for (const attempt of attempts) {
      const row = { outbound_email_id: mail.id, send_key: mail.sendKey, ...attempt };
      await insertRow(db, 'cam_send_attempts', row);
    }

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await emailRow(mail)).toMatchObject({ sent_at: minutesLater(1) });
  });

  it('records an id that the provider gave to two mails, and settles both', async () => {
    const first = await insert({ status: 'UNKNOWN' });
    const second = await insert({ status: 'UNKNOWN', email_metadata: { template_type: 'intro' } });

    await proofs.settleByTag({ sendKey: first.sendKey, messageId: 'm1' });
    const result = await proofs.settleByTag({ sendKey: second.sendKey, messageId: 'm1' });

    expect(result).toBe('settled');
    expect(await emailRow(second)).toMatchObject({
      status: 'SENT',
      provider_message_id: null,
      email_metadata: { template_type: 'intro', repeated_provider_message_id: 'm1' },
    });
  });
});

describe('ProofRepository.settleByTag, places', () => {
  it.each([
    ['FAILED', { status: 'FAILED' }, {}, REFUSED],
    ['DROPPED', { status: 'DROPPED' }, {}, PUT_OFF],
    ['put off', {}, { waits_for: 'provider' }, PUT_OFF],
  ] as const)('takes the place again that a mail gave back: %s', async (_name, fields, queue, attempt) => {
    const mail = await insert(fields, queue, attempt);

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await placesTaken()).toEqual([1, 1]);
  });

  it('goes above the cap by one rather than leave a sent mail uncounted', async () => {
    await insert({}, LEASED);
    const mail = await insert({ status: 'FAILED' }, {}, REFUSED);

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await placesTaken()).toEqual([2, 1, 1]);
  });

  it.each([
    ['on the wire', LEASED],
    ['to be repeated', { ...HELD, waits_for: 'retry' }],
  ] as const)('leaves it at the place that an open mail holds: %s', async (_name, queue) => {
    const mail = await insert({}, queue);

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await placesTaken()).toEqual([1, 1]);
  });

  it('leaves it at the place that an UNKNOWN mail has kept', async () => {
    const mail = await insert({}, HELD);
    await db.query('DELETE FROM cam_dispatch_queue');
    await db.query(`UPDATE cam_outbound_emails SET status = 'UNKNOWN', error_code = 'OUTCOME_UNKNOWN'`);

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await placesTaken()).toEqual([1, 1]);
  });

  it.each([
    ['was not sent', 'not_sent', false],
    ['was not sent, and was queued again', 'not_sent', true],
    ['is to be sent again', 'resend', false],
  ] as const)('counts once what a person thought %s', async (_name, as, queuedAgain) => {
    const mail = await insert({}, HELD);
    await db.query('DELETE FROM cam_dispatch_queue');
    await db.query(`UPDATE cam_outbound_emails SET status = 'UNKNOWN', error_code = 'OUTCOME_UNKNOWN'`);
    await engine.operators.resolve(mail.id, as, 'ops', 'Not in their list');
    if (queuedAgain) await engine.operators.retry(mail.id, 'ops');

    await proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });

    expect(await emailRow(mail)).toMatchObject({ status: 'SENT' });
    expect(await placesTaken()).toEqual([1, 1]);
  });
});

describe('ProofRepository.settleByTag, at the same time as', () => {
  const REPEATS = 15;

  it('itself: settles once', async () => {
    for (let round = 0; round < REPEATS; round += 1) {
      const mail = await insert({ status: 'FAILED' }, {}, REFUSED);
      const messageId = `m${round}`;

      const results = await Promise.all(
        Array.from({ length: 6 }, () => proofs.settleByTag({ sendKey: mail.sendKey, messageId })),
      );

      expect(results.toSorted()).toEqual([...Array<string>(5).fill('known'), 'settled']);
    }
    const [global, ...campaigns] = await placesTaken();
    expect(global).toBe(REPEATS);
    expect(campaigns).toEqual(Array<number>(REPEATS).fill(1));
  });

  it('the proof of another mail under the same id: settles both', async () => {
    for (let round = 0; round < REPEATS; round += 1) {
      const mails = [await insert({ status: 'UNKNOWN' }), await insert({}, LEASED)];
      const messageId = `m${round}`;

      const results = await Promise.all(
        mails.map(({ sendKey }) => proofs.settleByTag({ sendKey, messageId })),
      );

      expect(results).toEqual(['settled', 'settled']);
      const rows = await Promise.all(mails.map(emailRow));
      expect(rows.map(({ status }) => status)).toEqual(['SENT', 'SENT']);
      expect(rows.map((row) => row.provider_message_id).toSorted()).toEqual([messageId, null]);
    }
  });

  it('the settlement of its acceptance: one of them settles, neither fails', async () => {
    for (let round = 0; round < REPEATS; round += 1) {
      const mail = await insert({}, LEASED);
      const messageId = `m${round}`;
      const lease = { emailId: mail.id, token: TOKEN, attempt: 1, endsAtMs: Infinity };

      await Promise.all([
        proofs.settleByTag({ sendKey: mail.sendKey, messageId }),
        engine.settlements.settle(
          lease,
          { kind: 'sent', messageId },
          { outcome: 'accepted', code: null, reason: null },
        ),
      ]);

      expect(await emailRow(mail)).toMatchObject({ status: 'SENT', provider_message_id: messageId });
      expect(await queueRows()).toEqual([]);
    }
    expect((await placesTaken())[0]).toBe(REPEATS);
  });

  it('the settlement of a refusal: the mail is SENT, and counted', async () => {
    for (let round = 0; round < REPEATS; round += 1) {
      const mail = await insert({}, LEASED);
      const lease = { emailId: mail.id, token: TOKEN, attempt: 1, endsAtMs: Infinity };

      await Promise.all([
        proofs.settleByTag({ sendKey: mail.sendKey, messageId: `m${round}` }),
        engine.settlements.settle(
          lease,
          { kind: 'failed', code: 'VALIDATION_ERROR', message: 'no' },
          { outcome: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' },
        ),
      ]);

      expect(await emailRow(mail)).toMatchObject({ status: 'SENT', provider_message_id: `m${round}` });
    }
    const [global, ...campaigns] = await placesTaken();
    expect(global).toBe(REPEATS);
    expect(campaigns).toEqual(Array<number>(REPEATS).fill(1));
  });

  it.each(['sent', 'not_sent', 'resend'] as const)(
    "a person's word, %s: the mail is SENT, and owed no more",
    async (as) => {
      const wins = { person: 0, proof: 0 };
      for (let round = 0; round < REPEATS; round += 1) {
        const mail = await insert({ status: 'UNKNOWN' });

        const [done, result] = await Promise.all([
          engine.operators.resolve(mail.id, as, 'ops', 'I know'),
          proofs.settleByTag({ sendKey: mail.sendKey, messageId: `m${round}` }),
        ]);

        // After a person's "sent" the proof has nothing to add; any other word it overrides.
        expect(result).toBe(done && as === 'sent' ? 'known' : 'settled');
        expect(await emailRow(mail)).toMatchObject({ status: 'SENT' });
        expect(await queueRows()).toEqual([]);
        wins[done ? 'person' : 'proof'] += 1;
      }
      expect(wins.person + wins.proof).toBe(REPEATS);
      expect(await placesTaken()).toEqual([]);
    },
  );

  it('a resend that commits while the proof waits for the mail: nothing is sent again', async () => {
    const mail = await insert({ status: 'UNKNOWN' });

    const result = await besideTransaction(db, async (resend) => {
      await resend.query('SELECT FROM cam_outbound_emails WHERE id = $1 FOR UPDATE', [mail.id]);
      const proof = proofs.settleByTag({ sendKey: mail.sendKey, messageId: 'm1' });
      await untilWaiting(db, 1);
      await resend.query(
        `UPDATE cam_outbound_emails SET status = 'QUEUED', error_code = NULL, error_message = NULL, send_key = $2
          WHERE id = $1`,
        [mail.id, randomUUID()],
      );
      await resend.query(
        `INSERT INTO cam_dispatch_queue (outbound_email_id, campaign_id, provider, simulated, due_at, attempt)
         VALUES ($1, 1, 'Resend', false, cam_now(), 1)`,
        [mail.id],
      );
      await resend.query(
        `INSERT INTO cam_operator_actions (outbound_email_id, action, from_status, actor, reason)
         VALUES ($1, 'resolve_resend', 'UNKNOWN', 'ops', 'It never came')`,
        [mail.id],
      );
      await resend.commit();
      return proof;
    });

    expect(result).toBe('settled');
    expect(await emailRow(mail)).toMatchObject({ status: 'SENT', provider_message_id: 'm1' });
    expect(await queueRows()).toEqual([]);
    expect(await placesTaken()).toEqual([]);
  });
});
