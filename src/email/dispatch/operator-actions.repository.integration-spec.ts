import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
} from '../../../test/support/factories.js';
import type { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Lead } from '../../leads/lead.entity.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { OperatorAction } from '../entities/operator-action.entity.js';
import { type OutboundEmail, STORED_STATUSES, type StoredStatus } from '../entities/outbound-email.entity.js';
import type { SendAttempt } from '../entities/send-attempt.entity.js';
import { RESOLUTIONS } from './operator-actions.repository.js';

let db: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db, { dailyCap: 100 });
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

async function insert(
  fields: Partial<OutboundEmail>,
  queue: Partial<DispatchQueueRow> = {},
): Promise<number> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId);
  return insertEmail(db, { campaign_id: campaignId, lead_id: leadId, ...fields }, queue);
}

async function emailRow(id: number): Promise<OutboundEmail> {
  const [row] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails WHERE id = $1', [id]);
  if (row === undefined) throw new Error(`There is no mail ${id}`);
  return row;
}

async function queueRows(): Promise<DispatchQueueRow[]> {
  return db.query('SELECT * FROM cam_dispatch_queue ORDER BY outbound_email_id');
}

async function actionRows(): Promise<OperatorAction[]> {
  return db.query('SELECT * FROM cam_operator_actions ORDER BY id');
}

async function placesTaken(): Promise<number[]> {
  const rows = await db.query<{ used: number }>('SELECT used FROM cam_quota_counters ORDER BY scope');
  return rows.map(({ used }) => used);
}

describe('OperatorActionsRepository.cancel', () => {
  it('drops an open mail that never left, and gives its places back', async () => {
    const id = await insert({}, { cap_day: '2026-03-10' });

    const done = await engine.operators.cancel(id, 'ops');

    expect(done).toBe(true);
    expect(await emailRow(id)).toMatchObject({ status: 'DROPPED', error_code: 'CANCELLED' });
    expect(await queueRows()).toEqual([]);
    expect(await placesTaken()).toEqual([0, 0]);
    expect(await actionRows()).toEqual([
      {
        id: expect.any(Number) as unknown,
        outbound_email_id: id,
        action: 'cancel',
        from_status: 'QUEUED',
        actor: 'ops',
        reason: null,
        acted_at: expect.any(Date) as unknown,
      },
    ]);
  });

  it('drops a mail that was certainly refused so far', async () => {
    const id = await insert({}, { attempt: 2, waits_for: 'provider' });

    expect(await engine.operators.cancel(id, 'ops')).toBe(true);
  });

  it.each([
    [
      'is on the wire',
      {
        lease_token: 'b3b8f1d5-3c52-4d0c-8f60-4b5f0f7f1b11',
        cap_day: '2026-03-10',
      },
    ],
    [
      'may have been accepted',
      {
        waits_for: 'retry',
        attempt: 1,
        maybe_sent_attempt: 1,
        maybe_sent_since: new Date('2026-03-10T12:00:00Z'),
        maybe_sent_account: 'fake',
        priority: 0,
        cap_day: '2026-03-10',
      },
    ],
  ] as const)('leaves alone a mail that %s', async (_name, queue) => {
    const id = await insert({}, queue);
    const before = [await emailRow(id), await queueRows(), await placesTaken()];

    const done = await engine.operators.cancel(id, 'ops');

    expect(done).toBe(false);
    expect([await emailRow(id), await queueRows(), await placesTaken()]).toEqual(before);
    expect(await actionRows()).toEqual([]);
  });

  it.each(STORED_STATUSES.filter((status) => status !== 'QUEUED'))(
    'leaves alone a mail that is %s',
    async (status) => {
      const id = await insert({ status });
      const before = await emailRow(id);

      expect(await engine.operators.cancel(id, 'ops')).toBe(false);
      expect(await emailRow(id)).toEqual(before);
    },
  );

  it('either cancels or loses to a claim, never both', async () => {
    const wins = { cancel: 0, claim: 0 };
    for (let round = 0; round < 30; round += 1) {
      const id = await insert({});

      const [done, { emails }] = await Promise.all([
        engine.operators.cancel(id, 'ops'),
        engine.claims.claim(engine.owner, 1),
      ]);

      const claimed = emails.some(({ lease }) => lease.emailId === id);
      expect({ done, status: (await emailRow(id)).status }).toEqual(
        claimed ? { done: false, status: 'QUEUED' } : { done: true, status: 'DROPPED' },
      );
      wins[claimed ? 'claim' : 'cancel'] += 1;
    }
    const [counter] = await db.query(`SELECT used FROM cam_quota_counters WHERE scope = 'global'`);
    expect(counter ?? { used: 0 }).toEqual({ used: wins.claim });
  });
});

describe('OperatorActionsRepository.retry', () => {
  const RETRYABLE: readonly StoredStatus[] = ['FAILED', 'DROPPED'];

  it.each(RETRYABLE)('queues a %s mail again as it was frozen, under a new key', async (status) => {
    const id = await insert({ status, retry_count: 3 });
    const before = await emailRow(id);

    const done = await engine.operators.retry(id, 'ops');

    expect(done).toBe(true);
    const after = await emailRow(id);
    expect(after.send_key).not.toBe(before.send_key);
    expect(after).toEqual(
      Object.assign(before, {
        status: 'QUEUED',
        error_code: null,
        error_message: null,
        retry_count: 0,
        send_key: after.send_key,
        updated_at: after.updated_at,
      }),
    );
    expect(await queueRows()).toEqual([
      expect.objectContaining({
        outbound_email_id: id,
        attempt: 0,
        retry_count: 0,
        lease_token: null,
        maybe_sent_since: null,
        cap_day: null,
      }),
    ]);
    expect(await actionRows()).toMatchObject([
      { outbound_email_id: id, action: 'retry', from_status: status, actor: 'ops', reason: null },
    ]);
  });

  it.each([
    ['a first mail', {}, { follow_up: false, priority: 2 }],
    ['a later mail', { sequence_number: 2 }, { follow_up: true, priority: 1 }],
    ['a mail of a sequence', { campaign_sequence_id: 7 }, { follow_up: true, priority: 1 }],
  ])('gives %s its turn', async (_name, fields, expected) => {
    const id = await insert({ status: 'FAILED', ...fields });

    await engine.operators.retry(id, 'ops');

    expect(await queueRows()).toMatchObject([expected]);
  });

  it.each(STORED_STATUSES.filter((status) => !RETRYABLE.includes(status)))(
    'leaves alone a mail that is %s',
    async (status) => {
      const id = await insert({ status });
      const before = [await emailRow(id), await queueRows()];

      expect(await engine.operators.retry(id, 'ops')).toBe(false);
      expect([await emailRow(id), await queueRows()]).toEqual(before);
    },
  );

  it('queues a mail once when two people ask at the same time', async () => {
    const id = await insert({ status: 'FAILED' });

    const done = await Promise.all([engine.operators.retry(id, 'ops'), engine.operators.retry(id, 'ops')]);

    expect(done.toSorted()).toEqual([false, true]);
    expect(await queueRows()).toHaveLength(1);
    expect(await actionRows()).toHaveLength(1);
  });

  it('goes on counting the attempts, and sends the same mail under the new key', async () => {
    const provider = engine.provider as FakeEmailProvider;
    provider.answerNext({ kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' });
    const id = await insert({});
    await engine.dispatcher.drain();
    const failed = await emailRow(id);

    await engine.operators.retry(id, 'ops');
    await engine.dispatcher.drain();

    expect(failed.status).toBe('FAILED');
    expect((await emailRow(id)).status).toBe('SENT');
    const [first, second] = provider.calls.slice(-2);
    expect(second?.sendKey).not.toBe(first?.sendKey);
    expect(second?.email).toEqual({ ...first?.email, tags: { cam_send: second?.sendKey } });
    expect(
      await db.query('SELECT attempt, outcome, send_key FROM cam_send_attempts ORDER BY attempt'),
    ).toEqual([
      { attempt: 1, outcome: 'rejected', send_key: first?.sendKey },
      { attempt: 2, outcome: 'accepted', send_key: second?.sendKey },
    ]);
  });
});

describe('OperatorActionsRepository.resolve', () => {
  const FIRST_AT = new Date('2026-03-10T12:00:00Z');
  const SECOND_AT = new Date('2026-03-10T12:05:00Z');
  const THIRD_AT = new Date('2026-03-10T13:00:00Z');
  const REASON = 'She has answered it';

  /** An UNKNOWN mail of two attempts that may have been accepted, and a last one that was put off. */
  async function insertUnknown(fields: Partial<OutboundEmail> = {}): Promise<number> {
    const id = await insert({ status: 'UNKNOWN', retry_count: 2, ...fields });
    const { send_key } = await emailRow(id);
    const attempts: Partial<SendAttempt>[] = [
      { attempt: 1, started_at: FIRST_AT, finished_at: FIRST_AT, outcome: 'ambiguous' },
      { attempt: 2, started_at: SECOND_AT },
      { attempt: 3, started_at: THIRD_AT, finished_at: THIRD_AT, outcome: 'deferred' },
    ];
    for (const attempt of attempts) {
      await insertRow(db, 'cam_send_attempts', { outbound_email_id: id, send_key, ...attempt });
    }
    await db.query(
      `INSERT INTO cam_quota_counters (scope, scope_id, day, simulated, used)
       VALUES ('global', 0, '2026-03-10', false, 1), ('campaign', 1, '2026-03-10', false, 1)
       ON CONFLICT DO NOTHING`,
    );
    return id;
  }

  async function leadRow({ lead_id }: OutboundEmail): Promise<Lead | undefined> {
    const [lead] = await db.query<Lead>('SELECT * FROM cam_leads WHERE id = $1', [lead_id]);
    return lead;
  }

  it('takes a mail for sent when its last attempt began that may have been accepted', async () => {
    const id = await insertUnknown();
    const before = await emailRow(id);

    const done = await engine.operators.resolve(id, 'sent', 'ops', REASON);

    expect(done).toBe(true);
    const after = await emailRow(id);
    expect(after).toEqual(
      Object.assign(before, {
        status: 'SENT',
        sent_at: SECOND_AT,
        error_code: null,
        error_message: null,
        updated_at: after.updated_at,
      }),
    );
    expect(await leadRow(after)).toMatchObject({ status: 'CONTACTED', last_contacted_at: SECOND_AT });
    expect(await queueRows()).toEqual([]);
    expect(await placesTaken()).toEqual([1, 1]);
    expect(await actionRows()).toMatchObject([
      { outbound_email_id: id, action: 'resolve_sent', from_status: 'UNKNOWN', actor: 'ops', reason: REASON },
    ]);
  });

  it('never moves the last contact back, nor the status of a lead who has another', async () => {
    const later = new Date('2026-04-01T00:00:00Z');
    const id = await insertUnknown();
    const email = await emailRow(id);
    await db.query(`UPDATE cam_leads SET status = 'QUALIFIED', last_contacted_at = $2 WHERE id = $1`, [
      email.lead_id,
      later,
    ]);

    await engine.operators.resolve(id, 'sent', 'ops', REASON);

    expect(await leadRow(email)).toMatchObject({ status: 'QUALIFIED', last_contacted_at: later });
  });

  it('contacts nobody by simulated mail', async () => {
    const id = await insertUnknown({ simulated: true });

    await engine.operators.resolve(id, 'sent', 'ops', REASON);

    const email = await emailRow(id);
    expect(email).toMatchObject({ status: 'SENT' });
    expect(await leadRow(email)).toMatchObject({ status: 'NEW', last_contacted_at: null });
  });

  it('takes a mail for not sent, and leaves its place taken', async () => {
    const id = await insertUnknown();
    const before = await emailRow(id);

    const done = await engine.operators.resolve(id, 'not_sent', 'ops', REASON);

    expect(done).toBe(true);
    const after = await emailRow(id);
    expect(after).toEqual(
      Object.assign(before, {
        status: 'FAILED',
        error_code: 'RESOLVED_NOT_SENT',
        error_message: 'A person knows that it was not sent',
        updated_at: after.updated_at,
      }),
    );
    expect(await leadRow(after)).toMatchObject({ status: 'NEW', last_contacted_at: null });
    expect(await queueRows()).toEqual([]);
    expect(await placesTaken()).toEqual([1, 1]);
    expect(await actionRows()).toMatchObject([{ action: 'resolve_not_sent', from_status: 'UNKNOWN' }]);
  });

  it('sends a mail again under a new key, counting its attempts on', async () => {
    const id = await insertUnknown({ sequence_number: 2 });
    const before = await emailRow(id);

    const done = await engine.operators.resolve(id, 'resend', 'ops', REASON);

    expect(done).toBe(true);
    const after = await emailRow(id);
    expect(after.send_key).not.toBe(before.send_key);
    expect(after).toEqual(
      Object.assign(before, {
        status: 'QUEUED',
        error_code: null,
        error_message: null,
        retry_count: 0,
        send_key: after.send_key,
        updated_at: after.updated_at,
      }),
    );
    expect(await queueRows()).toMatchObject([
      {
        outbound_email_id: id,
        attempt: 3,
        retry_count: 0,
        follow_up: true,
        priority: 1,
        lease_token: null,
        maybe_sent_since: null,
        cap_day: null,
      },
    ]);
    expect(await placesTaken()).toEqual([1, 1]);
    expect(await actionRows()).toMatchObject([{ action: 'resolve_resend', from_status: 'UNKNOWN' }]);
  });

  it.each(
    RESOLUTIONS.flatMap((as) =>
      STORED_STATUSES.filter((status) => status !== 'UNKNOWN').map((status) => [as, status] as const),
    ),
  )('does not take the word %s for a mail that is %s', async (as, status) => {
    const id = await insert({ status });
    const before = [await emailRow(id), await queueRows()];

    const done = await engine.operators.resolve(id, as, 'ops', REASON);

    expect(done).toBe(false);
    expect([await emailRow(id), await queueRows()]).toEqual(before);
    expect(await actionRows()).toEqual([]);
  });

  it('takes one word of several that are given at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await insertUnknown();

      const done = await Promise.all(
        RESOLUTIONS.flatMap((as) => [as, as]).map((as) => engine.operators.resolve(id, as, 'ops', REASON)),
      );

      expect(done.filter((one) => one)).toHaveLength(1);
      const actions = (await actionRows()).filter((action) => action.outbound_email_id === id);
      const { status } = await emailRow(id);
      const statusBy = { resolve_sent: 'SENT', resolve_not_sent: 'FAILED', resolve_resend: 'QUEUED' };
      expect(actions.map(({ action }) => statusBy[action as keyof typeof statusBy])).toEqual([status]);
      const owed = (await queueRows()).filter((row) => row.outbound_email_id === id);
      expect(owed).toHaveLength(status === 'QUEUED' ? 1 : 0);
    }
  });
});
