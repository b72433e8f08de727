import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
  insertSuppression,
} from '../../../test/support/factories.js';
import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { Lease } from './lease.js';
import type { LeasedEmail } from './leased-email.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

type QueueFields = Partial<DispatchQueueRow>;

/** An attempt that may have been accepted. */
const DOUBT = { attempt: 1, maybe_sent_attempt: 1 };

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

async function today(): Promise<string> {
  const [row] = await db.query<{ day: string }>(`SELECT (cam_now() AT TIME ZONE 'UTC')::date::text AS day`);
  return row?.day ?? '';
}

/** What the queue says of a mail whose first attempt may have been accepted, so long ago. */
async function doubtSince(age: string): Promise<QueueFields> {
  const [row] = await db.query<{ since: Date }>('SELECT cam_now() - $1::interval AS since', [age]);
  return { ...DOUBT, maybe_sent_since: row?.since ?? null, cap_day: await today() };
}

/** Global places taken, by day. */
async function usedByDay(): Promise<Record<string, number>> {
  const rows = await db.query<{ day: string; used: number }>(
    `SELECT day::text AS day, used FROM cam_quota_counters WHERE scope = 'global'`,
  );
  return Object.fromEntries(rows.map(({ day, used }) => [day, used]));
}

async function claimIds({ claims, owner }: Engine, most = 50): Promise<number[]> {
  const { emails } = await claims.claim(owner, most);
  return emails.map(({ lease }) => lease.emailId);
}

/** The one mail that is due. */
async function claimOne({ claims, owner }: Engine): Promise<LeasedEmail> {
  const { emails } = await claims.claim(owner, 1);
  const [email] = emails;
  if (email === undefined) throw new Error('Nothing was due');
  return email;
}

/** Claims until nothing is due. */
async function claimAll({ claims, queue, owner }: Engine, most: number): Promise<Lease[]> {
  const all: Lease[] = [];
  do {
    const { emails } = await claims.claim(owner, most);
    all.push(...emails.map(({ lease }) => lease));
  } while (await queue.hasDue(owner));
  return all;
}

describe('ClaimRepository.claim', () => {
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

  it('leases the oldest first', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [late = 0] = await insertEmails(campaignId, 1, { due_at: new Date('2026-01-07T00:00:00Z') });
    const [early = 0] = await insertEmails(campaignId, 1, { due_at: new Date('2026-01-06T00:00:00Z') });
    await insertEmails(campaignId, 1, { due_at: new Date('2999-01-01T00:00:00Z') });

    const first = await claimIds(engine, 1);
    const dueBetween = await engine.queue.hasDue(engine.owner);
    const second = await claimIds(engine, 2);

    expect([first, second]).toEqual([[early], [late]]);
    expect([dueBetween, await engine.queue.hasDue(engine.owner)]).toEqual([true, false]);
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
    const first = await claimOne(engine);
    const { maybe_sent_since: inDoubtSince } = await queueRow(id);

    await db.setClockOffset('59 seconds');
    const whileHeld = await claimIds(engine);
    await db.setClockOffset('61 seconds');
    const second = await claimOne(engine);

    expect(whileHeld).toEqual([]);
    expect([first.lease.attempt, second.lease.attempt]).toEqual([1, 2]);
    expect(second.lease.token).not.toBe(first.lease.token);
    expect(await queueRow(id)).toMatchObject({
      lease_token: second.lease.token,
      attempt: 2,
      lost_leases: 1,
      maybe_sent_attempt: 1,
      maybe_sent_since: inDoubtSince,
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
    const doubt = { ...DOUBT, cap_day: '2026-03-09' };
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

describe('ClaimRepository and a pause', () => {
  it('parks the mail of a paused campaign, and releases it after the campaign has resumed', async () => {
    const engine = createEngine(db);
    const pausedId = await insertCampaign(db);
    const activeId = await insertCampaign(db);
    const [parked = 0] = await insertEmails(pausedId, 1);
    const [other = 0] = await insertEmails(activeId, 1);
    await engine.campaigns.pause(pausedId, null, 'ops');

    const claimed = await claimIds(engine);
    await engine.queue.releaseWaiting(engine.owner);
    const claimedWhilePaused = await claimIds(engine);
    const whilePaused = await db.query(
      `SELECT waits_for, isfinite(due_at) AS has_time, attempt FROM cam_dispatch_queue WHERE outbound_email_id = $1`,
      [parked],
    );
    await engine.campaigns.resume(pausedId, null, 'ops');
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
    const doubt = { ...DOUBT, maybe_sent_since: new Date('2026-03-10T11:00:00Z') };
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

describe('ClaimRepository and the caps', () => {
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
    const onFirstDay = await claimIds(engine);

    await setClockTo(db, '2026-03-11T00:01:01Z');
    await db.query('DELETE FROM cam_dispatch_queue WHERE outbound_email_id = $1', [first]);

    expect(onFirstDay).toEqual([first]);
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
      ...DOUBT,
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

describe('ClaimRepository, what it hands out', () => {
  it('is the frozen mail, its key as a tag, and what is known of its attempts', async () => {
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

    const email = await claimOne(engine);

    expect(email).toEqual({
      lease: { emailId: 1, token: expect.any(String), attempt: 1, endsAtMs: expect.any(Number) },
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
      history: {
        attempt: 1,
        retryCount: 2,
        maxRetries: 7,
        maybeSentBefore: false,
        maybeSentAgeMs: 0,
      },
      moment: { leavesAtMs: expect.any(Number), recovering: false },
      thread: null,
    });
  });

  it('tells the first holder of a follow-up what is known of the mail before it', async () => {
    const engine = createEngine(db);
    const ids = {
      campaign_id: await insertCampaign(db),
      lead_id: await insertLead(db, 1),
      status: 'SENT' as const,
    };
    const names = { provider_message_id: 'm1', provider_message_id_header: '<1@provider.test>' };
    const told: unknown[] = [];
    for (const parent of [names, { provider: 'SMTP' as const }, { simulated: true }]) {
      const thread_parent_id = await insertEmail(db, { ...ids, ...parent });
      await insertEmail(db, {
        ...ids,
        status: 'QUEUED',
        thread_parent_id,
        message_id_header: `<${told.length}@x>`,
      });
      told.push((await claimOne(engine)).thread);
    }
    await db.setClockOffset('2 minutes');
    const { thread: later } = await claimOne(engine);

    expect(told).toEqual([
      {
        messageIdHeader: '<0@x>',
        parentId: 1,
        parentMessageId: 'm1',
        parentMessageIdHeader: '<1@provider.test>',
      },
      { messageIdHeader: '<1@x>', parentId: 3, parentMessageId: null, parentMessageIdHeader: null },
      { messageIdHeader: '<2@x>', parentId: 5, parentMessageId: null, parentMessageIdHeader: null },
    ]);
    expect(later).toBeNull();
  });

  it('tells the next holder of the doubt that the last one left behind', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    await insertEmails(campaignId, 1);
    await claimOne(engine);
    await db.setClockOffset('2 minutes');

    const { history } = await claimOne(engine);

    expect(history).toMatchObject({ attempt: 2, maybeSentBefore: true });
    expect(history.maybeSentAgeMs).toBeGreaterThan(119_000);
  });

  it('notes the account that the attempt goes to', async () => {
    const engine = createEngine(db, { provider: new FakeEmailProvider({ accountFingerprint: 'acme' }) });
    await insertEmails(await insertCampaign(db), 1);

    const { lease } = await claimOne(engine);

    expect(await db.query('SELECT attempt, account FROM cam_send_attempts')).toEqual([
      { attempt: 1, account: 'acme' },
    ]);
    expect((await queueRow(lease.emailId)).maybe_sent_account).toBe('acme');
  });
});

describe('ClaimRepository and the order of mail', () => {
  it('takes what may have been accepted first, then follow-ups, then first mails, whatever their age', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [first = 0] = await insertEmails(campaignId, 1, { due_at: new Date('2026-01-01T00:00:00Z') });
    const [followUp = 0] = await insertEmails(campaignId, 1, {
      due_at: new Date('2026-01-02T00:00:00Z'),
      follow_up: true,
      priority: 1,
    });
    const [doubtful = 0] = await insertEmails(campaignId, 1, {
      due_at: new Date('2026-01-03T00:00:00Z'),
      ...(await doubtSince('1 hour')),
    });

    const claimed = [await claimIds(engine, 1), await claimIds(engine, 1), await claimIds(engine, 1)];

    expect(claimed).toEqual([[doubtful], [followUp], [first]]);
  });
});

describe('ClaimRepository and the pace', () => {
  it('leases no more than leaves within two seconds, and reserves those moments for it', async () => {
    const engine = createEngine(db, { ratePerSecond: 2 });
    await insertEmails(await insertCampaign(db), 10);

    const { emails, more } = await engine.claims.claim(engine.owner, 50);
    const next = await engine.claims.claim(engine.owner, 50);

    expect([emails.length, more]).toEqual([4, false]);
    const leaves = emails.map(({ moment }) => moment?.leavesAtMs ?? 0).toSorted((a, b) => a - b);
    for (const [index, leavesAtMs] of leaves.slice(1).entries()) {
      expect(leavesAtMs - (leaves[index] ?? 0)).toBeCloseTo(503, 0);
    }
    // None, if no time has passed in between; whatever has, the moments of the first claim are not given twice.
    for (const { moment } of next.emails) {
      expect(moment?.leavesAtMs ?? 0).toBeGreaterThan((leaves.at(-1) ?? 0) + 500);
    }
  });

  it('probes a provider that was shut with the mail that was tried least', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    await insertEmails(campaignId, 3, { ...(await doubtSince('1 hour')), attempt: 4 });
    const [fresh] = await insertEmails(campaignId, 1);
    await engine.gates.shut('Resend', 0, 'no answer in time');

    expect(await claimIds(engine)).toEqual([fresh]);
  });

  it('takes no place for what the pace leaves behind', async () => {
    const engine = createEngine(db, { ratePerSecond: 1, dailyCap: 100 });
    await insertEmails(await insertCampaign(db), 10);

    await engine.claims.claim(engine.owner, 50);

    expect(Object.values(await usedByDay())).toEqual([2]);
  });

  it('sees past what waits for a cap, however much that is', async () => {
    const engine = createEngine(db, { ratePerSecond: 1 });
    const full = await insertCampaign(db, { max_emails_per_day: 1 });
    await insertEmails(full, 60, { due_at: new Date('2026-01-01T00:00:00Z') });
    const [other = 0] = await insertEmails(await insertCampaign(db), 1);

    const claimed: number[] = [];
    for (let more = true; more;) {
      const claim = await engine.claims.claim(engine.owner, 2);
      claimed.push(...claim.emails.map(({ lease }) => lease.emailId));
      more = claim.more;
    }

    expect(claimed).toHaveLength(2);
    expect(claimed).toContain(other);
  });

  it('asks nobody for simulated mail', async () => {
    const engine = createEngine(db, {
      provider: new FakeEmailProvider({ simulated: true }),
      ratePerSecond: 1,
    });
    const campaignId = await insertCampaign(db);
    for (let count = 0; count < 9; count += 1) {
      const leadId = await insertLead(db, campaignId);
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, simulated: true });
    }

    expect(await claimIds(engine)).toHaveLength(9);
  });
});

describe('ClaimRepository and a lead who said stop', () => {
  it.each(['SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED'] as const)(
    'drops the mail of a lead who is %s, and returns its places',
    async (status) => {
      const engine = createEngine(db);
      const campaignId = await insertCampaign(db);
      const leadId = await insertLead(db, campaignId, { status });
      const capDay = await today();
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId }, { cap_day: capDay });

      expect(await claimIds(engine)).toEqual([]);

      expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
        { status: 'DROPPED', error_code: status },
      ]);
      expect(await db.query('SELECT FROM cam_dispatch_queue')).toEqual([]);
      expect(await db.query('SELECT FROM cam_send_attempts')).toEqual([]);
      expect(await usedByDay()).toEqual({ [capDay]: 0 });
    },
  );

  it('ends such a mail as UNKNOWN, and keeps its place, when an earlier attempt may have been accepted', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId, { status: 'UNSUBSCRIBED' });
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId }, await doubtSince('1 hour'));

    await claimIds(engine);

    expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
      { status: 'UNKNOWN', error_code: 'UNSUBSCRIBED' },
    ]);
    expect(Object.values(await usedByDay())).toEqual([1]);
  });

  it('waits for a stop that is not committed yet, and obeys it', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });

    const [claiming] = await besideTransaction(db, async (stopping) => {
      await stopping.query(`UPDATE cam_leads SET status = 'UNSUBSCRIBED' WHERE id = $1`, [leadId]);
      const claim = claimIds(engine);
      await untilWaiting(db, 1);
      await stopping.commit();
      return [claim] as const;
    });

    expect(await claiming).toEqual([]);
    expect(await db.query('SELECT status FROM cam_outbound_emails')).toEqual([{ status: 'DROPPED' }]);
  });
});

describe('DispatchQueueRepository.findHold', () => {
  it('tells of a pause and of the lead, or nothing when the lease has passed on', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    await insertEmails(campaignId, 1);
    const { lease, wire } = await claimOne(engine);

    const before = await engine.queue.findHold(lease, wire.to);
    await engine.campaigns.pause(campaignId, null, 'ops');
    await db.query(`UPDATE cam_leads SET status = 'UNSUBSCRIBED'`);
    await insertSuppression(db, 'lead.test');
    const after = await engine.queue.findHold(lease, wire.to);

    const sequence = {
      gate: null,
      followUp: false,
      queuedAt: expect.any(Date),
      lastRepliedAt: null,
    };
    expect(before).toEqual({ paused: false, leadStatus: 'NEW', suppressed: false, sequence });
    expect(after).toEqual({ paused: true, leadStatus: 'UNSUBSCRIBED', suppressed: true, sequence });
    expect(await engine.queue.findHold({ ...lease, token: randomUUID() }, wire.to)).toBeNull();
  });
});
