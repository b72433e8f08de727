import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../../test/support/factories.js';
import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { Lease } from './lease.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

type QueueFields = Partial<DispatchQueueRow>;

/** Open mails of one campaign, to one new lead each. */
async function insertEmails(campaignId: number, count: number, queue: QueueFields = {}): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const leadId = await insertLead(db, campaignId);
    ids.push(await insertEmail(db, { campaign_id: campaignId, lead_id: leadId }, queue));
  }
  return ids;
}

async function queueRow(id: number): Promise<DispatchQueueRow> {
  const [row] = await db.query<DispatchQueueRow>(
    'SELECT *, cap_day::text AS cap_day FROM cam_dispatch_queue WHERE outbound_email_id = $1',
    [id],
  );
  if (row === undefined) throw new Error(`Mail ${id} is not queued`);
  return row;
}

/** Global places taken, by day. */
async function usedByDay(): Promise<Record<string, number>> {
  const rows = await db.query<{ day: string; used: number }>(
    `SELECT day::text AS day, used FROM cam_quota_counters WHERE scope = 'global'`,
  );
  return Object.fromEntries(rows.map(({ day, used }) => [day, used]));
}

async function claimIds({ queue, owner }: Engine, limit = 50): Promise<number[]> {
  const { leases } = await queue.claim(owner, limit);
  return leases.map(({ emailId }) => emailId);
}

/** Claims until nothing is due. */
async function claimAll({ queue, owner }: Engine, limit: number): Promise<Lease[]> {
  const all: Lease[] = [];
  for (;;) {
    const { leases, looked } = await queue.claim(owner, limit);
    all.push(...leases);
    if (looked === 0) return all;
  }
}

describe('DispatchQueueRepository.claim', () => {
  it("takes mail of this process's provider and mode only", async () => {
    const campaignId = await insertCampaign(db);
    const idsByOwner = new Map<string, number>();
    for (const [provider, simulated] of [
      ['Resend', false],
      ['Resend', true],
      ['NoOp', true],
    ] as const) {
      const leadId = await insertLead(db, campaignId);
      const id = await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, provider, simulated });
      idsByOwner.set(`${provider} ${simulated}`, id);
    }

    const claimed = new Map<string, number[]>();
    for (const [name, simulated] of [
      ['Resend', true],
      ['Resend', false],
      ['NoOp', true],
      ['NoOp', false],
    ] as const) {
      const engine = createEngine(db, { provider: new FakeEmailProvider({ name, simulated }) });
      claimed.set(`${name} ${simulated}`, await claimIds(engine));
    }

    expect(claimed).toEqual(
      new Map([
        ['Resend true', [idsByOwner.get('Resend true')]],
        ['Resend false', [idsByOwner.get('Resend false')]],
        ['NoOp true', [idsByOwner.get('NoOp true')]],
        ['NoOp false', []],
      ]),
    );
  });

  it('leases the oldest first, and says when there may be more', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [late = 0] = await insertEmails(campaignId, 1, { due_at: new Date('2026-01-07T00:00:00Z') });
    const [early = 0] = await insertEmails(campaignId, 1, { due_at: new Date('2026-01-06T00:00:00Z') });
    await insertEmails(campaignId, 1, { due_at: new Date('2999-01-01T00:00:00Z') });

    const first = await engine.queue.claim(engine.owner, 1);
    const second = await engine.queue.claim(engine.owner, 2);

    expect(first.leases.map(({ emailId }) => emailId)).toEqual([early]);
    expect(first.looked).toBe(1);
    expect(second.leases.map(({ emailId }) => emailId)).toEqual([late]);
    expect(second.looked).toBe(1);
  });

  it('never leases a mail to two claimers at once', async () => {
    const replicas = [createEngine(db), createEngine(db)];
    const campaignId = await insertCampaign(db);
    const ids = await insertEmails(campaignId, 120);

    const claims = await Promise.all(replicas.map((replica) => claimAll(replica, 3)));

    const claimed = claims.flat().map(({ emailId }) => emailId);
    expect(claimed.toSorted((a, b) => a - b)).toEqual(ids);
  });

  it('passes by a mail that another claimer is deciding on', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [first = 0, second = 0] = await insertEmails(campaignId, 2);

    const claimed = await besideTransaction(db, async (rival) => {
      await rival.query('SELECT FROM cam_dispatch_queue WHERE outbound_email_id = $1 FOR UPDATE', [first]);
      return claimIds(engine, 1);
    });

    expect(claimed).toEqual([second]);
  });

  it('leases a mail again when its lease has ended, under a new token and the next attempt', async () => {
    const engine = createEngine(db, { timing: { leaseMs: 60_000 } });
    const campaignId = await insertCampaign(db);
    const [id = 0] = await insertEmails(campaignId, 1);
    const first = await engine.queue.claim(engine.owner, 1);
    const doubtSince = (await queueRow(id)).maybe_sent_since;

    await db.setClockOffset('59 seconds');
    const whileHeld = await claimIds(engine);
    await db.setClockOffset('61 seconds');
    const second = await engine.queue.claim(engine.owner, 1);

    expect(whileHeld).toEqual([]);
    expect([first, second].flatMap(({ leases }) => leases.map(({ attempt }) => attempt))).toEqual([1, 2]);
    expect(second.leases[0]?.token).not.toBe(first.leases[0]?.token);
    expect(await queueRow(id)).toMatchObject({
      lease_token: second.leases[0]?.token,
      attempt: 2,
      maybe_sent_attempt: 1,
      maybe_sent_since: doubtSince,
    });
    expect(
      await db.query(
        'SELECT attempt, outcome FROM cam_send_attempts WHERE outbound_email_id = $1 ORDER BY attempt',
        [id],
      ),
    ).toEqual([
      { attempt: 1, outcome: null },
      { attempt: 2, outcome: null },
    ]);
    expect(await usedByDay()).toEqual({ [(await queueRow(id)).cap_day ?? '']: 1 });
  });

  it("leaves alone what the provider's memory of its key may have lost", async () => {
    const engine = createEngine(db);
    await setClockTo(db, '2026-03-10T12:00:00Z');
    const campaignId = await insertCampaign(db);
    const doubt = { attempt: 1, maybe_sent_attempt: 1, cap_day: '2026-03-09' };
    const [inside = 0] = await insertEmails(campaignId, 1, {
      ...doubt,
      maybe_sent_since: new Date('2026-03-09T13:01:00Z'),
    });
    await insertEmails(campaignId, 1, { ...doubt, maybe_sent_since: new Date('2026-03-09T12:59:00Z') });

    expect(await claimIds(engine)).toEqual([inside]);
  });

  it('never repeats what may have been sent when the provider has no memory', async () => {
    const engine = createEngine(db, { provider: new FakeEmailProvider({ dedupeWindowMs: 0 }) });
    const campaignId = await insertCampaign(db);
    const [fresh = 0] = await insertEmails(campaignId, 1);
    const claimed = await claimIds(engine);

    await db.setClockOffset('2 minutes');

    expect(claimed).toEqual([fresh]);
    expect(await claimIds(engine)).toEqual([]);
  });
});

describe('DispatchQueueRepository and a pause', () => {
  it('parks the mail of a paused campaign, and releases it after the campaign has resumed', async () => {
    const engine = createEngine(db);
    const pausedId = await insertCampaign(db);
    const activeId = await insertCampaign(db);
    const [parked = 0] = await insertEmails(pausedId, 1);
    const [other = 0] = await insertEmails(activeId, 1);
    await engine.campaigns.pause(pausedId, null);

    const claimed = await claimIds(engine);
    await engine.queue.releaseWaiting(engine.owner);
    const claimedWhilePaused = await claimIds(engine);
    const whilePaused = await db.query(
      `SELECT waits_for, isfinite(due_at) AS has_time, attempt FROM cam_dispatch_queue WHERE outbound_email_id = $1`,
      [parked],
    );
    await engine.campaigns.resume(pausedId, null);
    await engine.queue.releaseWaiting(engine.owner);

    expect(claimed).toEqual([other]);
    expect(claimedWhilePaused).toEqual([]);
    expect(whilePaused).toEqual([{ waits_for: 'pause', has_time: false, attempt: 0 }]);
    expect(await claimIds(engine)).toEqual([parked]);
  });

  it('lets a pause outlast no doubt: what may have been sent is closed out in its time', async () => {
    const engine = createEngine(db);
    await setClockTo(db, '2026-03-10T12:00:00Z');
    const campaignId = await insertCampaign(db, { status: 'PAUSED' });
    const doubt = { attempt: 1, maybe_sent_attempt: 1, maybe_sent_since: new Date('2026-03-10T11:00:00Z') };
    const [id = 0] = await insertEmails(campaignId, 1, { ...doubt, cap_day: '2026-03-10' });
    const claimed = await claimIds(engine);

    await setClockTo(db, '2026-03-11T09:59:00Z');
    const inTime = await engine.settlements.closeOut(engine.owner, 50);
    await setClockTo(db, '2026-03-11T10:01:00Z');
    const claimedAfter = await claimIds(engine);

    expect([claimed, inTime, claimedAfter]).toEqual([[], [], []]);
    expect(await engine.settlements.closeOut(engine.owner, 50)).toEqual([id]);
  });

  it('waits for a pause that is not committed yet, and obeys it', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [id = 0] = await insertEmails(campaignId, 1);

    const [claiming] = await besideTransaction(db, async (pausing) => {
      await pausing.query(`UPDATE cam_campaigns SET status = 'PAUSED', paused_at = cam_now() WHERE id = $1`, [
        campaignId,
      ]);
      const claim = claimIds(engine);
      await untilWaiting(db, 1);
      await pausing.commit();
      return [claim] as const;
    });

    expect(await claiming).toEqual([]);
    expect((await queueRow(id)).waits_for).toBe('pause');
  });
});

describe('DispatchQueueRepository and the caps', () => {
  it.each([
    ['an ordinary day', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-28T23:00:00Z'],
    ['a day of 23 hours', 'Europe/Berlin', '2026-03-29T10:00:00Z', '2026-03-29T22:00:00Z'],
    ['a day of 25 hours', 'Europe/Berlin', '2026-10-25T10:00:00Z', '2026-10-25T23:00:00Z'],
    [
      'a midnight that the clocks leap over',
      'America/Santiago',
      '2026-09-06T02:00:00Z',
      '2026-09-06T04:00:00Z',
    ],
    ['a day that is another in UTC', 'Asia/Tokyo', '2026-05-01T16:00:00Z', '2026-05-02T15:00:00Z'],
  ])(
    'parks what today has no place for until the local midnight and a minute: %s',
    async (_name, timeZone, now, midnight) => {
      const engine = createEngine(db, { dailyCap: 1, timeZone });
      await setClockTo(db, now);
      const campaignId = await insertCampaign(db);
      const [first = 0, ...others] = await insertEmails(campaignId, 5);

      const claimed = await claimIds(engine);

      expect(claimed).toEqual([first]);
      const parked = await db.query<{
        id: number;
        waits_for: string;
        cap_day: string | null;
        after_s: number;
      }>(
        `SELECT outbound_email_id AS id, waits_for, cap_day,
              EXTRACT(EPOCH FROM due_at - $1::timestamptz)::float8 AS after_s
         FROM cam_dispatch_queue WHERE lease_token IS NULL ORDER BY outbound_email_id`,
        [midnight],
      );
      expect(parked).toEqual(
        others.map((id) => ({ id, waits_for: 'cap', cap_day: null, after_s: expect.any(Number) })),
      );
      for (const { after_s: afterS } of parked) {
        expect(afterS).toBeGreaterThan(-0.001);
        expect(afterS).toBeLessThan(60.001);
      }
      expect(new Set(parked.map(({ after_s: afterS }) => afterS)).size).toBe(others.length);
    },
  );

  it('takes the places of the next day when it has come', async () => {
    const engine = createEngine(db, { dailyCap: 1 });
    await setClockTo(db, '2026-03-10T12:00:00Z');
    const campaignId = await insertCampaign(db);
    const [first = 0, second = 0] = await insertEmails(campaignId, 2);
    const today = await claimIds(engine);

    await setClockTo(db, '2026-03-11T00:01:01Z');
    await db.query('DELETE FROM cam_dispatch_queue WHERE outbound_email_id = $1', [first]);

    expect(today).toEqual([first]);
    expect(await claimIds(engine)).toEqual([second]);
    expect(await usedByDay()).toEqual({ '2026-03-10': 1, '2026-03-11': 1 });
  });

  it('does not call what waits for midnight before its minute is over', async () => {
    const engine = createEngine(db, { dailyCap: 1 });
    await setClockTo(db, '2026-03-10T12:00:00Z');
    const campaignId = await insertCampaign(db);
    await insertEmails(campaignId, 40);
    await claimIds(engine);

    await setClockTo(db, '2026-03-11T00:00:00Z');
    await engine.queue.releaseWaiting(engine.owner);

    const waiting = await db.query(`SELECT FROM cam_dispatch_queue WHERE waits_for = 'cap'`);
    expect(waiting).toHaveLength(39);
  });

  it('releases what a raised cap has room for, and no more', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db, { max_emails_per_day: 2 });
    const ids = await insertEmails(campaignId, 10);
    const before = await claimIds(engine);
    await engine.queue.releaseWaiting(engine.owner);
    const withoutRoom = await claimIds(engine);

    await engine.campaigns.update(campaignId, { max_emails_per_day: 5 });
    await engine.queue.releaseWaiting(engine.owner);
    const released = await db.query(
      'SELECT FROM cam_dispatch_queue WHERE lease_token IS NULL AND waits_for IS NULL AND due_at <= cam_now()',
    );
    const claimed = await claimIds(engine);

    expect(before).toEqual(ids.slice(0, 2));
    expect(withoutRoom).toEqual([]);
    expect(released).toHaveLength(3);
    expect(claimed).toHaveLength(3);
    expect(Object.values(await usedByDay())).toEqual([5]);
  });

  it('releases no mail of another provider or mode', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    const parked = { waits_for: 'pause', due_at: 'infinity' } as unknown as QueueFields;
    const ids = [
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, provider: 'NoOp' }, parked),
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, simulated: true }, parked),
    ];

    await engine.queue.releaseWaiting(engine.owner);

    const waiting = await db.query(
      `SELECT outbound_email_id AS id FROM cam_dispatch_queue WHERE waits_for = 'pause' ORDER BY 1`,
    );
    expect(waiting).toEqual(ids.map((id) => ({ id })));
  });

  it("gives yesterday's place back and takes today's", async () => {
    const engine = createEngine(db, { dailyCap: 10 });
    await setClockTo(db, '2026-03-11T12:00:00Z');
    const campaignId = await insertCampaign(db);
    const [id = 0] = await insertEmails(campaignId, 1, { cap_day: '2026-03-10' });

    const claimed = await claimIds(engine);

    expect(claimed).toEqual([id]);
    expect((await queueRow(id)).cap_day).toBe('2026-03-11');
    expect(
      await db.query('SELECT scope, day::text AS day, used FROM cam_quota_counters ORDER BY scope, day'),
    ).toEqual([
      { scope: 'campaign', day: '2026-03-10', used: 0 },
      { scope: 'campaign', day: '2026-03-11', used: 1 },
      { scope: 'global', day: '2026-03-10', used: 0 },
      { scope: 'global', day: '2026-03-11', used: 1 },
    ]);
  });

  it("gives yesterday's place back also when today has none", async () => {
    const engine = createEngine(db, { dailyCap: 1 });
    await setClockTo(db, '2026-03-11T12:00:00Z');
    const campaignId = await insertCampaign(db);
    const [holder = 0] = await insertEmails(campaignId, 1, { cap_day: '2026-03-11' });
    const [late = 0] = await insertEmails(campaignId, 1, { cap_day: '2026-03-10' });

    const claimed = await claimIds(engine);

    expect(claimed).toEqual([holder]);
    expect(await queueRow(late)).toMatchObject({ waits_for: 'cap', cap_day: null });
    expect(await usedByDay()).toEqual({ '2026-03-10': 0, '2026-03-11': 1 });
  });

  it('asks no new place of a mail that may have been sent', async () => {
    const engine = createEngine(db, { dailyCap: 1 });
    await setClockTo(db, '2026-03-11T12:00:00Z');
    const campaignId = await insertCampaign(db);
    await insertEmails(campaignId, 1, { cap_day: '2026-03-11', due_at: new Date('2999-01-01T00:00:00Z') });
    const [id = 0] = await insertEmails(campaignId, 1, {
      cap_day: '2026-03-10',
      attempt: 1,
      maybe_sent_attempt: 1,
      maybe_sent_since: new Date('2026-03-10T23:00:00Z'),
    });

    const claimed = await claimIds(engine);

    expect(claimed).toEqual([id]);
    expect((await queueRow(id)).cap_day).toBe('2026-03-10');
    expect(await usedByDay()).toEqual({ '2026-03-10': 1, '2026-03-11': 1 });
  });

  it('is exact when eight claimers run for the places of a global and of several own caps', async () => {
    const caps = [null, 30, 5, 1] as const;
    const emailsPerCampaign = 25;
    const replicas = Array.from({ length: 8 }, () => createEngine(db, { dailyCap: 37 }));
    const campaignIds: number[] = [];
    for (const cap of caps) campaignIds.push(await insertCampaign(db, { max_emails_per_day: cap }));
    for (let index = 0; index < emailsPerCampaign; index += 1) {
      for (const campaignId of campaignIds) await insertEmails(campaignId, 1);
    }

    const claims = await Promise.all(replicas.map((replica) => claimAll(replica, 3)));

    expect(claims.flat()).toHaveLength(37);
    const held = await db.query<{ campaign_id: number; held: number; used: number }>(
      `SELECT q.campaign_id, count(*)::integer AS held, u.used
         FROM cam_dispatch_queue AS q
         JOIN cam_quota_counters AS u ON u.scope = 'campaign' AND u.scope_id = q.campaign_id
        WHERE q.cap_day IS NOT NULL GROUP BY q.campaign_id, u.used ORDER BY q.campaign_id`,
    );
    expect(held.map(({ used }) => used)).toEqual(held.map((row) => row.held));
    expect(held.slice(2).map(({ used }) => used)).toEqual([5, 1]);
    expect(Object.values(await usedByDay())).toEqual([37]);
  });

  it('is exact when the claimers share no campaign, only the global cap', async () => {
    const replicas = Array.from({ length: 8 }, () => createEngine(db, { dailyCap: 5 }));
    for (let index = 0; index < 24; index += 1) await insertEmails(await insertCampaign(db), 1);

    const claims = await Promise.all(replicas.map((replica) => claimAll(replica, 1)));

    expect(claims.flat()).toHaveLength(5);
    expect(Object.values(await usedByDay())).toEqual([5]);
  });
});

describe('DispatchQueueRepository.readLeased', () => {
  it('reads the frozen mail, its key as a tag, and what is known of its attempts', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId, { status: 'QUALIFIED' });
    const sendKey = '0b0e7d3a-5b4e-4f8a-9d52-6a3f0f0a8f11';
    await insertEmail(
      db,
      {
        campaign_id: campaignId,
        lead_id: leadId,
        send_key: sendKey,
        reply_to: 'replies@sender.test',
        headers: { References: '<a@b>' },
        max_retries: 7,
      },
      { retry_count: 2 },
    );
    const { leases } = await engine.queue.claim(engine.owner, 1);

    const [email] = await engine.queue.readLeased(leases);

    expect(email).toEqual({
      lease: leases[0],
      sendKey,
      wire: {
        from: 'ada@sender.test',
        to: `lead-${leadId}@lead.test`,
        subject: 'Hello',
        html: '<p>Hello</p>',
        text: 'Hello',
        replyTo: 'replies@sender.test',
        headers: { References: '<a@b>' },
        tags: { cam_send: sendKey },
      },
      leadStatus: 'QUALIFIED',
      history: {
        attempt: 1,
        retryCount: 2,
        maxRetries: 7,
        maybeSentBefore: false,
        maybeSentAgeMs: expect.any(Number) as unknown,
      },
    });
  });

  it('leaves out a mail whose lease has passed to another holder', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    await insertEmails(campaignId, 1);
    const first = await engine.queue.claim(engine.owner, 1);
    await db.setClockOffset('2 minutes');
    const second = await engine.queue.claim(engine.owner, 1);

    const asFirst = await engine.queue.readLeased(first.leases);
    const [asSecond] = await engine.queue.readLeased(second.leases);

    expect(asFirst).toEqual([]);
    expect(asSecond?.history).toMatchObject({ attempt: 2, maybeSentBefore: true });
    expect(asSecond?.history.maybeSentAgeMs).toBeGreaterThan(119_000);
  });
});
