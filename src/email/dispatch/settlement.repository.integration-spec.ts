import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../../test/support/factories.js';
import { besideTransaction } from '../../../test/support/locks.js';
import {
  ACCEPTED,
  attempts,
  emailRow,
  FAILED,
  lease,
  leadRow,
  NOW,
  passOn,
  placesTaken,
  queueRows,
  REJECTED,
  SENT,
} from '../../../test/support/settlements.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { Lease } from './lease.js';
import type { AttemptReport } from './settlement.repository.js';
import type { Settlement } from './settlement.js';

const TODAY = '2026-03-10';

let db: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db, { dailyCap: 100 });
});
beforeEach(async () => {
  await emptyTables(db);
  await setClockTo(db, NOW);
});
afterAll(() => db.drop());

const DROPPED: Settlement = { kind: 'dropped', code: 'UNSUBSCRIBED', message: 'stopped' };
const UNKNOWN: Settlement = { kind: 'unknown', code: 'RETRIES_EXHAUSTED', message: 'time-out' };
const LATER: Settlement = {
  kind: 'retry',
  delayMs: 30_000,
  definite: true,
  counts: false,
  waitsFor: 'provider',
};
const REPEAT: Settlement = {
  kind: 'retry',
  delayMs: 30_000,
  definite: false,
  counts: true,
  waitsFor: 'retry',
};

const NOT_STARTED: AttemptReport = { outcome: 'not_started', code: 'UNSUBSCRIBED', reason: 'stopped' };
const AMBIGUOUS: AttemptReport = { outcome: 'ambiguous', code: null, reason: 'time-out' };
const DEFERRED: AttemptReport = { outcome: 'deferred', code: null, reason: 'busy' };

/** Everything that a settlement may touch. */
async function everything(): Promise<unknown[]> {
  return [
    await emailRow(db),
    await queueRows(db),
    await attempts(db),
    await placesTaken(db),
    await leadRow(db),
  ];
}

describe('SettlementRepository.settle', () => {
  it.each([
    ['failed', FAILED, REJECTED, 'FAILED', [0, 0]],
    ['dropped', DROPPED, NOT_STARTED, 'DROPPED', [0, 0]],
    ['unknown', UNKNOWN, AMBIGUOUS, 'UNKNOWN', [1, 1]],
  ] as const)(
    'ends a mail as %s: its reason, its attempt, its places',
    async (_kind, settlement, report, status, places) => {
      const held = await engine.settlements.settle(await lease(db, engine), settlement, report);

      expect(held).toBe(true);
      expect(await emailRow(db)).toMatchObject({
        status,
        sent_at: null,
        error_code: settlement.code,
        error_message: settlement.message,
      });
      expect(await queueRows(db)).toEqual([]);
      expect(await attempts(db)).toEqual([
        { attempt: 1, ...report, provider_message_id: null, finished: true },
      ]);
      expect(await placesTaken(db)).toEqual(places);
      expect(await leadRow(db)).toMatchObject({ status: 'NEW', last_contacted_at: null });
    },
  );

  it.each([
    [
      'a definite no, its place given back and no retry used up',
      LATER,
      DEFERRED,
      {
        waits_for: 'provider',
        retry_count: 0,
        cap_day: null,
        maybe_sent_since: null,
        maybe_sent_attempt: null,
      },
      [0, 0],
    ],
    [
      'an unknown outcome, in doubt, with its place and one retry less',
      REPEAT,
      AMBIGUOUS,
      {
        waits_for: 'retry',
        retry_count: 1,
        cap_day: TODAY,
        maybe_sent_since: expect.any(Date),
        maybe_sent_attempt: 1,
      },
      [1, 1],
    ],
  ] as const)('keeps a mail open after %s', async (_name, settlement, report, queue, places) => {
    const held = await engine.settlements.settle(await lease(db, engine), settlement, report);

    expect(held).toBe(true);
    expect(await emailRow(db)).toMatchObject({ status: 'QUEUED', error_code: null });
    expect(await queueRows(db)).toEqual([
      expect.objectContaining({ ...queue, lease_token: null, attempt: 1 }),
    ]);
    expect(
      await db.query(
        `SELECT round(EXTRACT(EPOCH FROM due_at - cam_now()))::integer BETWEEN 25 AND 30 AS on_time
           FROM cam_dispatch_queue`,
      ),
    ).toEqual([{ on_time: true }]);
    expect(await attempts(db)).toEqual([
      { attempt: 1, ...report, provider_message_id: null, finished: true },
    ]);
    expect(await placesTaken(db)).toEqual(places);
  });

  it.each([
    ['failed', FAILED, REJECTED],
    ['to be tried later', LATER, DEFERRED],
  ] as const)(
    'keeps the places of a mail that is %s when an earlier attempt may have been accepted',
    async (_name, settlement, report) => {
      await lease(db, engine);
      const second = await passOn(db, engine);
      const doubtSince = (await queueRows(db))[0]?.maybe_sent_since;

      await engine.settlements.settle(second, settlement, report);

      expect(await placesTaken(db)).toEqual([1, 1]);
      for (const row of await queueRows(db)) {
        expect(row).toMatchObject({ cap_day: TODAY, maybe_sent_attempt: 1, maybe_sent_since: doubtSince });
      }
    },
  );

  it('counts the retries of a mail to its end', async () => {
    await engine.settlements.settle(await lease(db, engine), REPEAT, AMBIGUOUS);
    const second = await passOn(db, engine);

    await engine.settlements.settle(second, SENT, ACCEPTED);

    expect((await emailRow(db)).retry_count).toBe(1);
  });

  it('cuts a long message to what the columns take', async () => {
    const message = 'é'.repeat(600);

    await engine.settlements.settle(
      await lease(db, engine),
      { ...FAILED, message },
      { ...REJECTED, reason: message },
    );

    expect((await emailRow(db)).error_message).toBe('é'.repeat(500));
    expect(await attempts(db)).toEqual([expect.objectContaining({ reason: 'é'.repeat(500) })]);
  });
});

describe('SettlementRepository, the fence', () => {
  it.each([
    ['failed', (old: Lease) => engine.settlements.settle(old, FAILED, REJECTED)],
    ['dropped', (old: Lease) => engine.settlements.settle(old, DROPPED, NOT_STARTED)],
    ['unknown', (old: Lease) => engine.settlements.settle(old, UNKNOWN, AMBIGUOUS)],
    ['retry, definite', (old: Lease) => engine.settlements.settle(old, LATER, DEFERRED)],
    ['retry, in doubt', (old: Lease) => engine.settlements.settle(old, REPEAT, AMBIGUOUS)],
    ['handed back', (old: Lease) => engine.settlements.handBack(old, 0, 'busy')],
  ] as const)('changes nothing for a holder whose lease has passed on: %s', async (_kind, settle) => {
    const first = await lease(db, engine);
    await passOn(db, engine);
    const before = await everything();

    const held = await settle(first);

    expect(held).toBe(false);
    expect(await everything()).toEqual(before);
  });
});

describe('SettlementRepository.handBack', () => {
  it('undoes an attempt that did not begin: no doubt, the place kept', async () => {
    const held = await engine.settlements.handBack(await lease(db, engine), 5_000, 'The provider is busy');

    expect(held).toBe(true);
    expect(await queueRows(db)).toEqual([
      expect.objectContaining({
        lease_token: null,
        waits_for: 'provider',
        attempt: 1,
        retry_count: 0,
        maybe_sent_since: null,
        maybe_sent_attempt: null,
        cap_day: TODAY,
      }),
    ]);
    expect(await attempts(db)).toEqual([
      {
        attempt: 1,
        outcome: 'not_started',
        code: null,
        reason: 'The provider is busy',
        provider_message_id: null,
        finished: true,
      },
    ]);
    expect(await placesTaken(db)).toEqual([1, 1]);
  });

  it('keeps the doubt of an earlier attempt', async () => {
    await lease(db, engine);
    const [before] = await queueRows(db);
    const second = await passOn(db, engine);

    await engine.settlements.handBack(second, 0, 'The provider is busy');

    expect(await queueRows(db)).toEqual([
      expect.objectContaining({ maybe_sent_since: before?.maybe_sent_since, maybe_sent_attempt: 1 }),
    ]);
  });
});

describe('SettlementRepository.closeOut', () => {
  const DOUBT = { attempt: 3, maybe_sent_attempt: 1, retry_count: 2, cap_day: TODAY };
  const PAST_WINDOW = { ...DOUBT, maybe_sent_since: new Date('2026-03-09T12:59:00Z') };

  async function insertOpen(
    queue: Partial<DispatchQueueRow>,
    fields: Partial<OutboundEmail> = {},
  ): Promise<number> {
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    return insertEmail(db, { campaign_id: campaignId, lead_id: leadId, ...fields }, queue);
  }

  it('ends as UNKNOWN what may have been sent and can no longer be repeated, its place kept', async () => {
    const id = await insertOpen(PAST_WINDOW);

    const closed = await engine.settlements.closeOut(engine.owner, 10);

    expect(closed).toEqual([id]);
    expect(await emailRow(db)).toMatchObject({
      status: 'UNKNOWN',
      error_code: 'OUTCOME_UNKNOWN',
      retry_count: 2,
    });
    expect(await queueRows(db)).toEqual([]);
    expect(await placesTaken(db)).toEqual([1, 1]);
  });

  it.each([
    ['that may be repeated still', { ...DOUBT, maybe_sent_since: new Date('2026-03-09T13:01:00Z') }, {}],
    ['that certainly never left', {}, {}],
    ['whose lease has not ended', { ...PAST_WINDOW, due_at: new Date('2026-03-10T12:00:59Z') }, {}],
    ['of another provider', PAST_WINDOW, { provider: 'NoOp' }],
    ['of another mode', PAST_WINDOW, { simulated: true }],
  ] as const)('leaves alone a mail %s', async (_name, queue, fields) => {
    await insertOpen(queue, fields);

    expect(await engine.settlements.closeOut(engine.owner, 10)).toEqual([]);
    expect((await emailRow(db)).status).toBe('QUEUED');
  });

  it('ends what may have been sent through another account, when its lease has ended', async () => {
    const id = await insertOpen({
      ...DOUBT,
      maybe_sent_since: new Date('2026-03-10T11:00:00Z'),
      maybe_sent_account: 'another',
    });

    const claimed = await engine.claims.claim(engine.owner, 1);
    const ended = await engine.settlements.closeOut(engine.owner, 50);

    expect(claimed.emails).toEqual([]);
    expect(ended).toEqual([id]);
    expect(await emailRow(db)).toMatchObject({ status: 'UNKNOWN', error_code: 'ACCOUNT_CHANGED' });
  });

  it('ends what has outlived thirty leases without an answer', async () => {
    const id = await insertOpen({
      ...DOUBT,
      maybe_sent_since: new Date('2026-03-10T11:00:00Z'),
      lost_leases: 30,
    });

    const claimed = await engine.claims.claim(engine.owner, 1);
    const ended = await engine.settlements.closeOut(engine.owner, 50);

    expect(claimed.emails).toEqual([]);
    expect(ended).toEqual([id]);
    expect(await emailRow(db)).toMatchObject({ status: 'UNKNOWN', error_code: 'LEASES_LOST' });
  });

  it('closes no more than its limit', async () => {
    const [first] = [await insertOpen(PAST_WINDOW), await insertOpen(PAST_WINDOW)];

    expect(await engine.settlements.closeOut(engine.owner, 1)).toEqual([first]);
  });

  it('passes by a mail that another process is deciding on', async () => {
    const [first, second] = [await insertOpen(PAST_WINDOW), await insertOpen(PAST_WINDOW)];

    const closed = await besideTransaction(db, async (rival) => {
      await rival.query('SELECT FROM cam_dispatch_queue WHERE outbound_email_id = $1 FOR UPDATE', [first]);
      return engine.settlements.closeOut(engine.owner, 10);
    });

    expect(closed).toEqual([second]);
  });
});
