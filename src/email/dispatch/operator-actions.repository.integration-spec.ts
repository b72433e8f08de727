import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertEmail, insertLead } from '../../../test/support/factories.js';
import type { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import { type OutboundEmail, STORED_STATUSES, type StoredStatus } from '../entities/outbound-email.entity.js';

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

async function placesTaken(): Promise<number[]> {
  const rows = await db.query<{ used: number }>('SELECT used FROM cam_quota_counters ORDER BY scope');
  return rows.map(({ used }) => used);
}

describe('OperatorActionsRepository.cancel', () => {
  it('drops an open mail that never left, and gives its places back', async () => {
    const id = await insert({}, { cap_day: '2026-03-10' });

    const done = await engine.operators.cancel(id);

    expect(done).toBe(true);
    expect(await emailRow(id)).toMatchObject({ status: 'DROPPED', error_code: 'CANCELLED' });
    expect(await queueRows()).toEqual([]);
    expect(await placesTaken()).toEqual([0, 0]);
  });

  it('drops a mail that was certainly refused so far', async () => {
    const id = await insert({}, { attempt: 2, waits_for: 'provider' });

    expect(await engine.operators.cancel(id)).toBe(true);
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
        cap_day: '2026-03-10',
      },
    ],
  ] as const)('leaves alone a mail that %s', async (_name, queue) => {
    const id = await insert({}, queue);
    const before = [await emailRow(id), await queueRows(), await placesTaken()];

    const done = await engine.operators.cancel(id);

    expect(done).toBe(false);
    expect([await emailRow(id), await queueRows(), await placesTaken()]).toEqual(before);
  });

  it.each(STORED_STATUSES.filter((status) => status !== 'QUEUED'))(
    'leaves alone a mail that is %s',
    async (status) => {
      const id = await insert({ status });
      const before = await emailRow(id);

      expect(await engine.operators.cancel(id)).toBe(false);
      expect(await emailRow(id)).toEqual(before);
    },
  );

  it('either cancels or loses to a claim, never both', async () => {
    const wins = { cancel: 0, claim: 0 };
    for (let round = 0; round < 30; round += 1) {
      const id = await insert({});

      const [done, { emails }] = await Promise.all([
        engine.operators.cancel(id),
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

    const done = await engine.operators.retry(id);

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
  });

  it.each(STORED_STATUSES.filter((status) => !RETRYABLE.includes(status)))(
    'leaves alone a mail that is %s',
    async (status) => {
      const id = await insert({ status });
      const before = [await emailRow(id), await queueRows()];

      expect(await engine.operators.retry(id)).toBe(false);
      expect([await emailRow(id), await queueRows()]).toEqual(before);
    },
  );

  it('queues a mail once when two people ask at the same time', async () => {
    const id = await insert({ status: 'FAILED' });

    const done = await Promise.all([engine.operators.retry(id), engine.operators.retry(id)]);

    expect(done.toSorted()).toEqual([false, true]);
    expect(await queueRows()).toHaveLength(1);
  });

  it('goes on counting the attempts, and sends the same mail under the new key', async () => {
    const provider = engine.provider as FakeEmailProvider;
    provider.answerNext({ kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' });
    const id = await insert({});
    await engine.dispatcher.drain();
    const failed = await emailRow(id);

    await engine.operators.retry(id);
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
