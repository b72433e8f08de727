import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDecisionLoop, insertSent } from '../../test/support/decisions.js';
import { createEngine } from '../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../test/support/factories.js';
import { insertReply, metricsOf } from '../../test/support/metrics.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import type { CampaignAction } from '../campaigns/campaign-action.entity.js';
import type { Campaign } from '../campaigns/campaign.entity.js';
import { CampaignsRepository } from '../campaigns/campaigns.repository.js';
import { CampaignsService } from '../campaigns/campaigns.service.js';
import { type Rule, RULES } from './decision-rules-policy.js';
import type { Decision } from './entities/decision.entity.js';

let db: TestDatabase;
let campaigns: CampaignsService;
beforeAll(async () => {
  db = await createTestDatabase();
  campaigns = new CampaignsService(new CampaignsRepository(db.database));
});
afterAll(() => db.drop());
beforeEach(async () => {
  await emptyTables(db);
  await setClockTo(db, '2026-03-02T12:30:00Z');
});

/** An hour before the clock that each test begins with. */
const SENT_AT = '2026-03-02T11:15:00Z';

async function decisions(rule?: Rule): Promise<Decision[]> {
  return db.query<Decision>('SELECT * FROM cam_decisions WHERE $1::text IS NULL OR rule = $1 ORDER BY id', [
    rule ?? null,
  ]);
}

async function actions(): Promise<Pick<CampaignAction, 'campaign_id' | 'action' | 'actor' | 'reason'>[]> {
  return db.query('SELECT campaign_id, action, actor, reason FROM cam_campaign_actions ORDER BY id');
}

async function alerts(): Promise<unknown[]> {
  return db.query('SELECT kind, dedupe_key, data FROM cam_alerts ORDER BY id');
}

async function statusOf(campaignId: number): Promise<Campaign['status']> {
  return (await campaigns.get(campaignId)).status;
}

describe('DecisionLoop', () => {
  it('pauses a campaign whose mail comes back, and tells why', async () => {
    const campaignId = await insertCampaign(db);
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });

    expect(await createDecisionLoop(db).runOnce()).toBe(1);

    const reason = '3 of 60 mails came back for good: 5.00 %, 95 % sure from 1.71 % to 13.70 %.';
    expect(await campaigns.get(campaignId)).toMatchObject({
      status: 'PAUSED',
      paused_by: 'rule:HARD_BOUNCE',
      pause_reason: reason,
    });
    expect(await actions()).toEqual([
      { campaign_id: campaignId, action: 'pause', actor: 'rule:HARD_BOUNCE', reason },
    ]);
    expect(await decisions('HARD_BOUNCE')).toMatchObject([
      {
        campaign_id: campaignId,
        verdict: 'PAUSE',
        applied: true,
        numerator: 3,
        denominator: 60,
        rate: 0.05,
        threshold: 0.05,
        rule_version: '1',
        reason,
        window_started_at: new Date('2026-02-23T13:00:00Z'),
        asked_by: null,
        metrics: { sent: 60, hard_bounces: 3, leads_mailed: 60 },
      },
    ]);
  });

  it('tells the operator of the pause, with the evidence', async () => {
    const campaignId = await insertCampaign(db, { name: 'Spring' });
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });

    await createDecisionLoop(db).runOnce();

    const [decision] = await decisions('HARD_BOUNCE');
    expect(await alerts()).toEqual([
      {
        kind: 'campaign.paused',
        dedupe_key: `decision:${decision?.id}`,
        data: {
          campaign_id: campaignId,
          campaign: 'Spring',
          decision_id: decision?.id,
          rule: 'HARD_BOUNCE',
          rule_version: '1',
          numerator: 3,
          denominator: 60,
          rate: 0.05,
          low: decision?.low,
          high: decision?.high,
          threshold: 0.05,
        },
      },
    ]);
  });

  it('lets one of several replicas judge, so that there is one decision, one pause and one record', async () => {
    const campaignId = await insertCampaign(db);
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });
    const replicas = await Promise.all([db.connectAgain(), db.connectAgain(), db.connectAgain()]);

    const reviewed = await Promise.all(
      [db, ...replicas].map((replica) => createDecisionLoop(replica).runOnce()),
    );

    expect(reviewed.toSorted()).toEqual([0, 0, 0, 1]);
    expect((await decisions()).map(({ rule }) => rule).toSorted()).toEqual(RULES.toSorted());
    expect(await actions()).toHaveLength(1);
    expect(await alerts()).toHaveLength(1);
    expect(await metricsOf(db, campaignId)).toMatchObject({ sent: 60, hard_bounces: 3 });
    for (const replica of replicas) await replica.close();
  });

  it('pauses once when several callers ask at the same time, and answers all of them', async () => {
    const campaignId = await insertCampaign(db);
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });

    const answers = await Promise.all(
      ['ann', 'bob', 'cas'].map((caller) => createDecisionLoop(db).evaluate(campaignId, caller)),
    );

    expect(answers.map((answer) => answer.map(({ rule }) => rule))).toEqual(answers.map(() => [...RULES]));
    expect((await decisions('HARD_BOUNCE')).map(({ verdict, applied }) => [verdict, applied])).toEqual([
      ['PAUSE', true],
      ['PAUSE', false],
      ['PAUSE', false],
    ]);
    expect(await actions()).toHaveLength(1);
  });

  it('leaves nothing of the campaign to be claimed', async () => {
    const campaignId = await insertCampaign(db);
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });
    await insertEmail(db, { campaign_id: campaignId, lead_id: await insertLead(db, campaignId) });

    await createDecisionLoop(db).runOnce();

    const { claims, owner } = createEngine(db);
    expect(await claims.claim(owner, 10)).toEqual({ emails: [], more: false });
  });

  it('only says what it would have done while it may not pause', async () => {
    const campaignId = await insertCampaign(db);
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });

    await createDecisionLoop(db, { autoPause: false }).runOnce();

    expect(await decisions('HARD_BOUNCE')).toMatchObject([{ verdict: 'PAUSE', applied: false }]);
    expect(await statusOf(campaignId)).toBe('ACTIVE');
    expect([await actions(), await alerts()]).toEqual([[], []]);
  });

  it('stores what has changed at once, and other numbers once an hour', async () => {
    const campaignId = await insertCampaign(db);
    const loop = createDecisionLoop(db, { autoPause: false });
    const sent = async (): Promise<number[]> =>
      (await decisions('HARD_BOUNCE')).map(({ denominator }) => denominator);

    await insertSent(db, campaignId, { count: 10, at: SENT_AT });
    await loop.runOnce();
    await insertSent(db, campaignId, { count: 10, at: SENT_AT });
    await setClockTo(db, '2026-03-02T12:40:00Z');
    await loop.runOnce();
    expect(await sent()).toEqual([10]);

    await setClockTo(db, '2026-03-02T13:31:00Z');
    await loop.runOnce();
    await setClockTo(db, '2026-03-02T14:40:00Z');
    await loop.runOnce();
    expect(await sent()).toEqual([10, 20]);

    await insertSent(db, campaignId, { count: 5, bounced: 5, at: SENT_AT });
    await setClockTo(db, '2026-03-02T14:41:00Z');
    await loop.runOnce();
    expect(await sent()).toEqual([10, 20, 25]);
  });

  it('never trips again on mail from before a resume, and does on mail from after it', async () => {
    const campaignId = await insertCampaign(db);
    const [, , , fourth] = await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });
    const loop = createDecisionLoop(db);
    await loop.runOnce();

    await campaigns.resume(campaignId, 'The list is clean now', 'ops');
    await db.query(
      `UPDATE cam_outbound_emails SET status = 'BOUNCED', bounced_at = cam_now() WHERE id = $1`,
      [fourth],
    );
    await setClockTo(db, '2026-03-02T13:30:00Z');
    await loop.runOnce();
    expect(await decisions('HARD_BOUNCE')).toMatchObject([
      { verdict: 'PAUSE', numerator: 3 },
      { verdict: 'CONTINUE', numerator: 0, denominator: 0 },
    ]);
    expect(await statusOf(campaignId)).toBe('ACTIVE');

    await insertSent(db, campaignId, { count: 10, bounced: 5, at: '2026-03-02T13:05:00Z' });
    await setClockTo(db, '2026-03-02T13:31:00Z');
    await loop.runOnce();
    expect(await statusOf(campaignId)).toBe('PAUSED');
    expect((await actions()).map(({ action, actor }) => [action, actor])).toEqual([
      ['pause', 'rule:HARD_BOUNCE'],
      ['resume', 'ops'],
      ['pause', 'rule:HARD_BOUNCE'],
    ]);
  });

  it('counts a campaign that a person has paused, and judges it only when asked', async () => {
    const campaignId = await insertCampaign(db);
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });
    await campaigns.pause(campaignId, 'Holidays', 'ops');
    const loop = createDecisionLoop(db);

    await loop.runOnce();
    expect(await decisions()).toEqual([]);
    expect(await db.query('SELECT sent FROM cam_metric_hours')).toEqual([{ sent: 60 }]);

    await loop.evaluate(campaignId, 'ann');
    expect(await decisions('HARD_BOUNCE')).toMatchObject([
      { verdict: 'PAUSE', applied: false, asked_by: 'ann' },
    ]);
    expect(await campaigns.get(campaignId)).toMatchObject({ paused_by: 'ops', pause_reason: 'Holidays' });
  });

  it('gives leads 72 hours to answer, and judges once they are over without any news', async () => {
    const campaignId = await insertCampaign(db);
    const [answered = 0] = await insertSent(db, campaignId, { count: 60, at: SENT_AT });
    const [lead] = await db.query<{ lead_id: number }>(
      'SELECT lead_id FROM cam_outbound_emails WHERE id = $1',
      [answered],
    );
    await insertReply(db, { id: answered, campaign_id: campaignId, lead_id: lead?.lead_id ?? 0 });
    const loop = createDecisionLoop(db);

    await setClockTo(db, '2026-03-05T11:59:00Z');
    await loop.runOnce();
    expect(await decisions('REPLY_RATE')).toMatchObject([{ verdict: 'CONTINUE', denominator: 0 }]);

    await setClockTo(db, '2026-03-05T12:01:00Z');
    await loop.runOnce();
    expect((await decisions('REPLY_RATE')).slice(1)).toMatchObject([
      { verdict: 'PAUSE', applied: true, numerator: 1, denominator: 60, window_started_at: null },
    ]);
    expect(await campaigns.get(campaignId)).toMatchObject({ paused_by: 'rule:REPLY_RATE' });
  });

  it('forgets mail that is older than seven days', async () => {
    const campaignId = await insertCampaign(db);
    await insertSent(db, campaignId, { count: 60, bounced: 3, at: SENT_AT });
    const loop = createDecisionLoop(db, { autoPause: false });
    await loop.runOnce();

    await setClockTo(db, '2026-03-09T12:01:00Z');
    await loop.runOnce();

    expect(await decisions('HARD_BOUNCE')).toMatchObject([
      { verdict: 'PAUSE', denominator: 60 },
      { verdict: 'CONTINUE', denominator: 0 },
    ]);
  });

  it('pauses whoever takes part in the bounces of all campaigns together, and warns the others', async () => {
    const [clean, partner, worst] = [
      await insertCampaign(db),
      await insertCampaign(db),
      await insertCampaign(db),
    ];
    await insertSent(db, worst, { count: 130, bounced: 6, at: SENT_AT });
    await insertSent(db, partner, { count: 60, bounced: 2, at: SENT_AT });
    await insertSent(db, clean, { count: 10, at: SENT_AT });
    const loop = createDecisionLoop(db);

    await loop.runOnce();
    // What the first ones did not know when their turn came, they know now.
    await setClockTo(db, '2026-03-02T13:01:00Z');
    await loop.runOnce();

    const [inClean, inPartner, inWorst] = await Promise.all([clean, partner, worst].map(statusOf));
    expect([inClean, inPartner, inWorst]).toEqual(['ACTIVE', 'PAUSED', 'PAUSED']);
    expect((await decisions('ACCOUNT_HARD_BOUNCE')).at(-1)).toMatchObject({ numerator: 8, denominator: 200 });
  });

  it('goes on with the next campaign when one cannot be judged', async () => {
    const [failing, bad] = [await insertCampaign(db), await insertCampaign(db)];
    await insertSent(db, failing, { count: 10, bounced: 5, at: SENT_AT });
    await insertSent(db, bad, { count: 10, bounced: 5, at: SENT_AT });
    class Failing extends CampaignsService {
      override async pauseIn(...[tx, id, reason, actor]: Parameters<CampaignsService['pauseIn']>) {
        if (id === failing) throw new Error('no');
        return super.pauseIn(tx, id, reason, actor);
      }
    }
    const loop = createDecisionLoop(db, { campaigns: new Failing(new CampaignsRepository(db.database)) });

    expect(await loop.runOnce()).toBe(1);

    expect(await statusOf(bad)).toBe('PAUSED');
    // Its decisions went with the pause that failed; its counts are kept, and it is due again.
    expect((await decisions()).map(({ campaign_id }) => campaign_id)).not.toContain(failing);
    expect(await createDecisionLoop(db).runOnce()).toBe(1);
    expect(await statusOf(failing)).toBe('PAUSED');
  });

  it('knows no campaign that is not there', async () => {
    await expect(createDecisionLoop(db).evaluate(999, 'ann')).rejects.toMatchObject({
      code: 'campaign_not_found',
    });
  });
});
