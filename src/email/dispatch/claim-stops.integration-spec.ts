import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  claimIds,
  DOUBT,
  doubtSince,
  insertEmails,
  queueRow,
  today,
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
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

describe('ClaimRepository and a pause', () => {
  it('parks the mail of a paused campaign, and releases it after the campaign has resumed', async () => {
    const engine = createEngine(db);
    const pausedId = await insertCampaign(db);
    const activeId = await insertCampaign(db);
    const [parked = 0] = await insertEmails(db, pausedId, 1);
    const [other = 0] = await insertEmails(db, activeId, 1);
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
    const [id = 0] = await insertEmails(db, campaignId, 1, { ...doubt, cap_day: '2026-03-10' });
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
    const [id = 0] = await insertEmails(db, campaignId, 1);

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
    expect((await queueRow(db, id)).waits_for).toBe('pause');
  });
});

describe('ClaimRepository and a lead who said stop', () => {
  it.each(['SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED'] as const)(
    'drops the mail of a lead who is %s, and returns its places',
    async (status) => {
      const engine = createEngine(db);
      const campaignId = await insertCampaign(db);
      const leadId = await insertLead(db, campaignId, { status });
      const capDay = await today(db);
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId }, { cap_day: capDay });

      expect(await claimIds(engine)).toEqual([]);

      expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
        { status: 'DROPPED', error_code: status },
      ]);
      expect(await db.query('SELECT FROM cam_dispatch_queue')).toEqual([]);
      expect(await db.query('SELECT FROM cam_send_attempts')).toEqual([]);
      expect(await usedByDay(db)).toEqual({ [capDay]: 0 });
    },
  );

  it('ends such a mail as UNKNOWN, and keeps its place, when an earlier attempt may have been accepted', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId, { status: 'UNSUBSCRIBED' });
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId }, await doubtSince(db, '1 hour'));

    await claimIds(engine);

    expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
      { status: 'UNKNOWN', error_code: 'UNSUBSCRIBED' },
    ]);
    expect(Object.values(await usedByDay(db))).toEqual([1]);
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
