import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  claimAll,
  claimIds,
  DOUBT,
  insertEmails,
  queueRow,
  usedByDay,
} from '../../../test/support/claims.js';
import { createEngine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

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
      const [first = 0, ...others] = await insertEmails(db, campaignId, 5);

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
    const [first = 0, second = 0] = await insertEmails(db, campaignId, 2);
    const onFirstDay = await claimIds(engine);

    await setClockTo(db, '2026-03-11T00:01:01Z');
    await db.query('DELETE FROM cam_dispatch_queue WHERE outbound_email_id = $1', [first]);

    expect(onFirstDay).toEqual([first]);
    expect(await claimIds(engine)).toEqual([second]);
    expect(await usedByDay(db)).toEqual({ '2026-03-10': 1, '2026-03-11': 1 });
  });

  it('does not call what waits for midnight before its minute is over', async () => {
    const engine = createEngine(db, { dailyCap: 1 });
    await setClockTo(db, '2026-03-10T12:00:00Z');
    const campaignId = await insertCampaign(db);
    await insertEmails(db, campaignId, 40);
    await claimIds(engine);

    await setClockTo(db, '2026-03-11T00:00:00Z');
    await engine.queue.releaseWaiting(engine.owner);

    const waiting = await db.query(`SELECT FROM cam_dispatch_queue WHERE waits_for = 'cap'`);
    expect(waiting).toHaveLength(39);
  });

  it('releases what a raised cap has room for, and no more', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db, { max_emails_per_day: 2 });
    const ids = await insertEmails(db, campaignId, 10);
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
    expect(Object.values(await usedByDay(db))).toEqual([5]);
  });

  it('releases no mail of another provider or mode', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    const parked = { waits_for: 'pause', due_at: 'infinity' } as unknown as Partial<DispatchQueueRow>;
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
    const [id = 0] = await insertEmails(db, campaignId, 1, { cap_day: '2026-03-10' });

    const claimed = await claimIds(engine);

    expect(claimed).toEqual([id]);
    expect((await queueRow(db, id)).cap_day).toBe('2026-03-11');
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
    const [holder = 0] = await insertEmails(db, campaignId, 1, { cap_day: '2026-03-11' });
    const [late = 0] = await insertEmails(db, campaignId, 1, { cap_day: '2026-03-10' });

    const claimed = await claimIds(engine);

    expect(claimed).toEqual([holder]);
    expect(await queueRow(db, late)).toMatchObject({ waits_for: 'cap', cap_day: null });
    expect(await usedByDay(db)).toEqual({ '2026-03-10': 0, '2026-03-11': 1 });
  });

  it('asks no new place of a mail that may have been sent', async () => {
    const engine = createEngine(db, { dailyCap: 1 });
    await setClockTo(db, '2026-03-11T12:00:00Z');
    const campaignId = await insertCampaign(db);
    await insertEmails(db, campaignId, 1, {
      cap_day: '2026-03-11',
      due_at: new Date('2999-01-01T00:00:00Z'),
    });
    const [id = 0] = await insertEmails(db, campaignId, 1, {
      cap_day: '2026-03-10',
      ...DOUBT,
      maybe_sent_since: new Date('2026-03-10T23:00:00Z'),
    });

    const claimed = await claimIds(engine);

    expect(claimed).toEqual([id]);
    expect((await queueRow(db, id)).cap_day).toBe('2026-03-10');
    expect(await usedByDay(db)).toEqual({ '2026-03-10': 1, '2026-03-11': 1 });
  });

  it('is exact when eight claimers run for the places of a global and of several own caps', async () => {
    const caps = [null, 30, 5, 1] as const;
    const emailsPerCampaign = 25;
    const replicas = Array.from({ length: 8 }, () => createEngine(db, { dailyCap: 37 }));
    const campaignIds: number[] = [];
    for (const cap of caps) campaignIds.push(await insertCampaign(db, { max_emails_per_day: cap }));
    for (let index = 0; index < emailsPerCampaign; index += 1) {
      for (const campaignId of campaignIds) await insertEmails(db, campaignId, 1);
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
    expect(Object.values(await usedByDay(db))).toEqual([37]);
  });

  it('is exact when the claimers share no campaign, only the global cap', async () => {
    const replicas = Array.from({ length: 8 }, () => createEngine(db, { dailyCap: 5 }));
    for (let index = 0; index < 24; index += 1) await insertEmails(db, await insertCampaign(db), 1);

    const claims = await Promise.all(replicas.map((replica) => claimAll(replica, 1)));

    expect(claims.flat()).toHaveLength(5);
    expect(Object.values(await usedByDay(db))).toEqual([5]);
  });
});
