import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertLeads,
  setClockTo,
} from '../../../test/support/factories.js';
import { besideTransaction } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { type Lead, LEAD_STATUSES } from '../../leads/lead.entity.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { Lease } from './lease.js';
import type { AttemptReport } from './settlement.repository.js';
import type { Settlement } from './settlement.js';

const NOW = '2026-03-10T12:00:00Z';
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

const SENT: Settlement = { kind: 'sent', messageId: 'm1' };
const FAILED: Settlement = { kind: 'failed', code: 'VALIDATION_ERROR', message: 'no' };
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

const ACCEPTED: AttemptReport = { outcome: 'accepted', code: null, reason: null };
const REJECTED: AttemptReport = { outcome: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' };
const NOT_STARTED: AttemptReport = { outcome: 'not_started', code: 'UNSUBSCRIBED', reason: 'stopped' };
const AMBIGUOUS: AttemptReport = { outcome: 'ambiguous', code: null, reason: 'time-out' };
const DEFERRED: AttemptReport = { outcome: 'deferred', code: null, reason: 'busy' };

/** One open mail under a lease; its attempt is the first. */
async function lease(lead: Partial<Lead> = {}, fields: Partial<OutboundEmail> = {}): Promise<Lease> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId, lead);
  await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, ...fields });
  return claim({ simulated: fields.simulated ?? false });
}

/** Lets the lease end and gives the mail to the next holder. */
async function passOn(): Promise<Lease> {
  await setClockTo(db, '2026-03-10T12:02:00Z');
  return claim();
}

async function claim({ simulated = false } = {}): Promise<Lease> {
  const { emails } = await engine.claims.claim({ ...engine.owner, simulated }, 1);
  const [first] = emails;
  if (first === undefined) throw new Error('Nothing was due');
  return first.lease;
}

async function emailRow(): Promise<OutboundEmail> {
  const [row] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails ORDER BY id LIMIT 1');
  if (row === undefined) throw new Error('There is no mail');
  return row;
}

async function queueRows(): Promise<DispatchQueueRow[]> {
  return db.query('SELECT *, cap_day::text AS cap_day FROM cam_dispatch_queue');
}

async function leadRow(): Promise<Lead> {
  const [row] = await db.query<Lead>('SELECT * FROM cam_leads ORDER BY id LIMIT 1');
  if (row === undefined) throw new Error('There is no lead');
  return row;
}

/** Places taken of [the campaign's cap, the global cap]. */
async function placesTaken(): Promise<number[]> {
  const rows = await db.query<{ used: number }>('SELECT used FROM cam_quota_counters ORDER BY scope');
  return rows.map(({ used }) => used);
}

async function attempts(): Promise<unknown[]> {
  return db.query(
    `SELECT attempt, outcome, code, reason, provider_message_id, finished_at IS NOT NULL AS finished
       FROM cam_send_attempts ORDER BY attempt`,
  );
}

/** Everything that a settlement may touch. */
async function everything(): Promise<unknown[]> {
  return [await emailRow(), await queueRows(), await attempts(), await placesTaken(), await leadRow()];
}

describe('SettlementRepository.settle', () => {
  it('records an acceptance, and that the lead was contacted', async () => {
    const held = await engine.settlements.settle(await lease(), SENT, ACCEPTED);

    expect(held).toBe(true);
    expect(await emailRow()).toMatchObject({
      status: 'SENT',
      sent_at: expect.any(Date) as unknown,
      provider_message_id: 'm1',
      error_code: null,
    });
    expect(await queueRows()).toEqual([]);
    expect(await attempts()).toEqual([
      {
        attempt: 1,
        outcome: 'accepted',
        code: null,
        reason: null,
        provider_message_id: 'm1',
        finished: true,
      },
    ]);
    expect(await placesTaken()).toEqual([1, 1]);
    expect(await leadRow()).toMatchObject({
      status: 'CONTACTED',
      last_contacted_at: (await emailRow()).sent_at,
    });
  });

  it.each([
    ['failed', FAILED, REJECTED, 'FAILED', [0, 0]],
    ['dropped', DROPPED, NOT_STARTED, 'DROPPED', [0, 0]],
    ['unknown', UNKNOWN, AMBIGUOUS, 'UNKNOWN', [1, 1]],
  ] as const)(
    'ends a mail as %s: its reason, its attempt, its places',
    async (_kind, settlement, report, status, places) => {
      const held = await engine.settlements.settle(await lease(), settlement, report);

      expect(held).toBe(true);
      expect(await emailRow()).toMatchObject({
        status,
        sent_at: null,
        error_code: settlement.code,
        error_message: settlement.message,
      });
      expect(await queueRows()).toEqual([]);
      expect(await attempts()).toEqual([
        { attempt: 1, ...report, provider_message_id: null, finished: true },
      ]);
      expect(await placesTaken()).toEqual(places);
      expect(await leadRow()).toMatchObject({ status: 'NEW', last_contacted_at: null });
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
    const held = await engine.settlements.settle(await lease(), settlement, report);

    expect(held).toBe(true);
    expect(await emailRow()).toMatchObject({ status: 'QUEUED', error_code: null });
    expect(await queueRows()).toEqual([expect.objectContaining({ ...queue, lease_token: null, attempt: 1 })]);
    expect(
      await db.query(
        `SELECT round(EXTRACT(EPOCH FROM due_at - cam_now()))::integer BETWEEN 25 AND 30 AS on_time
           FROM cam_dispatch_queue`,
      ),
    ).toEqual([{ on_time: true }]);
    expect(await attempts()).toEqual([{ attempt: 1, ...report, provider_message_id: null, finished: true }]);
    expect(await placesTaken()).toEqual(places);
  });

  it.each([
    ['failed', FAILED, REJECTED],
    ['to be tried later', LATER, DEFERRED],
  ] as const)(
    'keeps the places of a mail that is %s when an earlier attempt may have been accepted',
    async (_name, settlement, report) => {
      await lease();
      const second = await passOn();
      const doubtSince = (await queueRows())[0]?.maybe_sent_since;

      await engine.settlements.settle(second, settlement, report);

      expect(await placesTaken()).toEqual([1, 1]);
      for (const row of await queueRows()) {
        expect(row).toMatchObject({ cap_day: TODAY, maybe_sent_attempt: 1, maybe_sent_since: doubtSince });
      }
    },
  );

  it('counts the retries of a mail to its end', async () => {
    await engine.settlements.settle(await lease(), REPEAT, AMBIGUOUS);
    const second = await passOn();

    await engine.settlements.settle(second, SENT, ACCEPTED);

    expect((await emailRow()).retry_count).toBe(1);
  });

  it('cuts a long message to what the columns take', async () => {
    const message = 'é'.repeat(600);

    await engine.settlements.settle(await lease(), { ...FAILED, message }, { ...REJECTED, reason: message });

    expect((await emailRow()).error_message).toBe('é'.repeat(500));
    expect(await attempts()).toEqual([expect.objectContaining({ reason: 'é'.repeat(500) })]);
  });

  it.each(LEAD_STATUSES)(
    'moves the time of contact of a %s lead, and her status only if she is NEW',
    async (status) => {
      const before = new Date('2026-01-01T00:00:00Z');

      const held = await lease({ last_contacted_at: before });
      await db.query('UPDATE cam_leads SET status = $1', [status]);

      await engine.settlements.settle(held, SENT, ACCEPTED);

      expect(await leadRow()).toMatchObject({
        status: status === 'NEW' ? 'CONTACTED' : status,
        last_contacted_at: (await emailRow()).sent_at,
      });
    },
  );

  it('writes acceptances that come together at once, each to its own mail', async () => {
    const campaignId = await insertCampaign(db);
    for (const leadId of await insertLeads(db, campaignId, 40)) {
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });
    }
    const { emails } = await engine.claims.claim(engine.owner, 50);

    const held = await Promise.all(
      emails.map(({ lease: mine }) =>
        engine.settlements.settle(mine, { kind: 'sent', messageId: `m${mine.emailId}` }, ACCEPTED),
      ),
    );

    expect(held).toEqual(Array<boolean>(40).fill(true));
    const rows = await db.query<{ id: number }>(
      `SELECT o.id, o.status, o.provider_message_id, t.provider_message_id AS attempt_message_id, l.status AS lead_status
         FROM cam_outbound_emails AS o JOIN cam_send_attempts AS t ON t.outbound_email_id = o.id
         JOIN cam_leads AS l ON l.id = o.lead_id`,
    );
    expect(rows).toHaveLength(40);
    for (const { id, ...row } of rows) {
      const name = `m${id}`;
      expect(row).toEqual({
        status: 'SENT',
        provider_message_id: name,
        attempt_message_id: name,
        lead_status: 'CONTACTED',
      });
    }
    expect(await queueRows()).toEqual([]);
  });

  it('records a message id that repeats, and loses none of the acceptances that came with it', async () => {
    const campaignId = await insertCampaign(db);
    for (const leadId of await insertLeads(db, campaignId, 5)) {
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });
    }
    const { emails } = await engine.claims.claim(engine.owner, 50);
    const names = ['m1', 'm2', 'm2', 'm3', 'm2'];

    await Promise.all(
      emails.map(({ lease: mine }, index) =>
        engine.settlements.settle(mine, { kind: 'sent', messageId: names[index] ?? '' }, ACCEPTED),
      ),
    );

    const rows = await db.query<{ status: string; named: string | null; repeated: string | null }>(
      `SELECT status, provider_message_id AS named, email_metadata ->> 'repeated_provider_message_id' AS repeated
         FROM cam_outbound_emails`,
    );
    expect(rows.map(({ status }) => status)).toEqual(Array<string>(5).fill('SENT'));
    expect(rows.flatMap(({ named }) => named ?? []).toSorted()).toEqual(['m1', 'm2', 'm3']);
    expect(rows.flatMap(({ repeated }) => repeated ?? [])).toEqual(['m2', 'm2']);
  });

  it("records the Message-ID that the recipient sees, and nothing in the place of another mail's", async () => {
    const first = await lease();
    await engine.settlements.settle(first, { ...SENT, messageIdHeader: '<1@provider.test>' }, ACCEPTED);
    const second = await lease();
    await engine.settlements.settle(
      second,
      { kind: 'sent', messageId: 'm2', messageIdHeader: '<1@provider.test>' },
      ACCEPTED,
    );

    expect(
      await db.query('SELECT status, provider_message_id_header FROM cam_outbound_emails ORDER BY id'),
    ).toEqual([
      { status: 'SENT', provider_message_id_header: '<1@provider.test>' },
      { status: 'SENT', provider_message_id_header: null },
    ]);
  });

  it('never moves the time of contact back', async () => {
    const later = new Date('2026-03-11T00:00:00Z');

    await engine.settlements.settle(await lease({ last_contacted_at: later }), SENT, ACCEPTED);

    expect((await leadRow()).last_contacted_at).toEqual(later);
  });

  it('leaves the lead alone when the mail is simulated', async () => {
    await engine.settlements.settle(await lease({}, { simulated: true }), SENT, ACCEPTED);

    expect((await emailRow()).status).toBe('SENT');
    expect(await leadRow()).toMatchObject({ status: 'NEW', last_contacted_at: null });
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
    const first = await lease();
    await passOn();
    const before = await everything();

    const held = await settle(first);

    expect(held).toBe(false);
    expect(await everything()).toEqual(before);
  });

  it('records an acceptance under a lease that has passed on', async () => {
    const first = await lease();
    const second = await passOn();

    await engine.settlements.settle(first, SENT, ACCEPTED);
    const secondHeld = await engine.settlements.settle(second, FAILED, REJECTED);

    expect(secondHeld).toBe(false);
    expect(await emailRow()).toMatchObject({ status: 'SENT', provider_message_id: 'm1', error_code: null });
    expect(await queueRows()).toEqual([]);
    expect(await placesTaken()).toEqual([1, 1]);
  });

  it('counts two acceptances of one mail as one', async () => {
    const first = await lease();
    const second = await passOn();
    await engine.settlements.settle(first, SENT, ACCEPTED);
    const [emailBefore, leadBefore] = [await emailRow(), await leadRow()];
    await setClockTo(db, '2026-03-10T12:03:00Z');

    await engine.settlements.settle(second, SENT, ACCEPTED);

    expect([await emailRow(), await leadRow()]).toEqual([emailBefore, leadBefore]);
    expect(await attempts()).toEqual([
      expect.objectContaining({ attempt: 1, outcome: 'accepted', provider_message_id: 'm1' }),
      expect.objectContaining({ attempt: 2, outcome: 'accepted', provider_message_id: 'm1' }),
    ]);
  });

  it('turns UNKNOWN into SENT when the acceptance comes late', async () => {
    const first = await lease();
    await setClockTo(db, '2026-03-11T12:00:00Z');
    await engine.settlements.closeOut(engine.owner, 10);
    const before = await emailRow();

    await engine.settlements.settle(first, SENT, ACCEPTED);

    expect(before.status).toBe('UNKNOWN');
    expect(await emailRow()).toMatchObject({ status: 'SENT', error_code: null, error_message: null });
    expect(await leadRow()).toMatchObject({
      status: 'CONTACTED',
      last_contacted_at: (await emailRow()).sent_at,
    });
    expect(await placesTaken()).toEqual([1, 1]);
  });

  it.each([
    ['bounced', `status = 'BOUNCED', bounced_at = cam_now()`],
    ['was given up by the provider', `status = 'FAILED', error_code = 'PROVIDER_FAILED'`],
  ])('leaves a mail alone that %s after it was sent', async (_name, end) => {
    const first = await lease();
    await engine.settlements.settle(first, SENT, ACCEPTED);
    await db.query(`UPDATE cam_outbound_emails SET ${end}`);
    const before = await emailRow();

    await engine.settlements.settle(first, SENT, ACCEPTED);

    expect(await emailRow()).toEqual(before);
  });

  it('records a mail that the provider names like another one, and sends it no more', async () => {
    const first = await lease();
    const second = await lease();
    await engine.settlements.settle(first, SENT, ACCEPTED);

    await engine.settlements.settle(second, SENT, ACCEPTED);

    expect(
      await db.query(
        'SELECT status, provider_message_id, email_metadata FROM cam_outbound_emails ORDER BY id',
      ),
    ).toEqual([
      { status: 'SENT', provider_message_id: 'm1', email_metadata: {} },
      { status: 'SENT', provider_message_id: null, email_metadata: { repeated_provider_message_id: 'm1' } },
    ]);
    expect(await queueRows()).toEqual([]);
  });
});

describe('SettlementRepository.handBack', () => {
  it('undoes an attempt that did not begin: no doubt, the place kept', async () => {
    const held = await engine.settlements.handBack(await lease(), 5_000, 'The provider is busy');

    expect(held).toBe(true);
    expect(await queueRows()).toEqual([
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
    expect(await attempts()).toEqual([
      {
        attempt: 1,
        outcome: 'not_started',
        code: null,
        reason: 'The provider is busy',
        provider_message_id: null,
        finished: true,
      },
    ]);
    expect(await placesTaken()).toEqual([1, 1]);
  });

  it('keeps the doubt of an earlier attempt', async () => {
    await lease();
    const [before] = await queueRows();
    const second = await passOn();

    await engine.settlements.handBack(second, 0, 'The provider is busy');

    expect(await queueRows()).toEqual([
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
    expect(await emailRow()).toMatchObject({
      status: 'UNKNOWN',
      error_code: 'OUTCOME_UNKNOWN',
      retry_count: 2,
    });
    expect(await queueRows()).toEqual([]);
    expect(await placesTaken()).toEqual([1, 1]);
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
    expect((await emailRow()).status).toBe('QUEUED');
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
    expect(await emailRow()).toMatchObject({ status: 'UNKNOWN', error_code: 'ACCOUNT_CHANGED' });
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
    expect(await emailRow()).toMatchObject({ status: 'UNKNOWN', error_code: 'LEASES_LOST' });
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
