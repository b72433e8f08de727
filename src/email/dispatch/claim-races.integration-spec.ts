import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine, type EngineOptions } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertEmail, insertLeads } from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { SuppressionsRepository } from '../../suppressions/suppressions.repository.js';
import type { LeasedEmail } from './leased-email.js';
import type { Settlement } from './settlement.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

/** So many replicas at work at once, each over connections of its own. */
async function withReplicas<Result>(
  count: number,
  options: EngineOptions,
  work: (replica: Engine, index: number) => Promise<Result>,
): Promise<Result[]> {
  const connections = await Promise.all(Array.from({ length: count }, () => db.connectAgain()));
  try {
    return await Promise.all(
      connections.map((connection, index) => work(createEngine(connection, options), index)),
    );
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

async function insertDue(campaignId: number, count: number, dueAt: string): Promise<void> {
  for (const leadId of await insertLeads(db, campaignId, count)) {
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId }, { due_at: new Date(dueAt) });
  }
}

/** The same numbers in each run, in [0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe('32 claimers for the places of one global and several own caps', () => {
  const GLOBAL_CAP = 137;

  /** Some mails go, some the provider refuses for good, some for the moment: the last two give their places back. */
  async function settleSomehow(
    { settlements }: Engine,
    { lease }: LeasedEmail,
    random: number,
  ): Promise<void> {
    const note = { code: null, reason: null };
    if (random < 0.7) {
      const sent: Settlement = { kind: 'sent', messageId: `m${lease.emailId}` };
      await settlements.settle(lease, sent, { outcome: 'accepted', ...note });
    } else if (random < 0.85) {
      const failed: Settlement = { kind: 'failed', code: 'VALIDATION_ERROR', message: 'no' };
      await settlements.settle(lease, failed, { outcome: 'rejected', ...note });
    } else {
      const later: Settlement = {
        kind: 'retry',
        delayMs: 0,
        definite: true,
        counts: false,
        waitsFor: 'provider',
      };
      await settlements.settle(lease, later, { outcome: 'deferred', ...note });
    }
  }

  async function claimAndSettle(replica: Engine, random: () => number): Promise<void> {
    const { claims, queue, owner } = replica;
    let idleRounds = 0;
    while (idleRounds < 3) {
      const { emails } = await claims.claim(owner, 1 + Math.floor(random() * 4));
      await Promise.all(emails.map((email) => settleSomehow(replica, email, random())));
      await queue.releaseWaiting(owner);
      idleRounds = emails.length === 0 && !(await queue.hasDue(owner)) ? idleRounds + 1 : 0;
    }
  }

  it('sends exactly as many as the caps have places, while places come back', async () => {
    const small = await insertCampaign(db, { max_emails_per_day: 20 });
    const middle = await insertCampaign(db, { max_emails_per_day: 50 });
    const others = [await insertCampaign(db), await insertCampaign(db)] as const;
    const replicas = (): Promise<unknown> =>
      withReplicas(32, { dailyCap: GLOBAL_CAP }, (replica, index) =>
        claimAndSettle(replica, seededRandom(index + 1)),
      );

    // No global place is short yet, so a place that comes back to the small campaign is its own again.
    await insertDue(small, 60, '2026-01-01T00:00:00Z');
    await insertDue(others[0], 90, '2026-01-02T00:00:00Z');
    await replicas();
    await insertDue(middle, 90, '2026-01-03T00:00:00Z');
    await insertDue(others[1], 90, '2026-01-04T00:00:00Z');
    await replicas();

    const sent = await db.query<{ campaign_id: number; sent: number; used: number }>(
      `SELECT o.campaign_id, count(*)::integer AS sent,
              (SELECT used FROM cam_quota_counters
                WHERE scope = 'campaign' AND scope_id = o.campaign_id AND used > 0) AS used
         FROM cam_outbound_emails AS o WHERE o.status = 'SENT' GROUP BY o.campaign_id ORDER BY o.campaign_id`,
    );
    const [global] = await db.query(`SELECT used FROM cam_quota_counters WHERE scope = 'global'`);
    const [held] = await db.query(
      'SELECT count(*)::integer AS places FROM cam_dispatch_queue WHERE cap_day IS NOT NULL',
    );
    expect(sent.reduce((sum, row) => sum + row.sent, 0)).toBe(GLOBAL_CAP);
    expect(sent[0]).toEqual({ campaign_id: small, sent: 20, used: 20 });
    expect(sent[1]?.sent).toBeLessThanOrEqual(50);
    expect(sent.map(({ used }) => used)).toEqual(sent.map((row) => row.sent));
    expect([global, held]).toEqual([{ used: GLOBAL_CAP }, { places: 0 }]);
    const [failed] = await db.query(
      `SELECT count(*)::integer AS refused FROM cam_outbound_emails WHERE status = 'FAILED'`,
    );
    // Otherwise no place came back.
    expect(failed).not.toEqual({ refused: 0 });
  });
});

describe('A stop that races a thousand claims', () => {
  const MAILS = 1_000;
  const REPLICAS = 8;

  async function claimOneByOne({ claims, queue, owner }: Engine): Promise<void> {
    do await claims.claim(owner, 1);
    while (await queue.hasDue(owner));
  }

  /** Whether any claim committed after the stop did; the server's own clock of commits judges. */
  async function commits(stoppedTable: string): Promise<{ before: number; after: number }> {
    const [row] = await db.query<{ before: number; after: number }>(
      `WITH stop AS (SELECT max(pg_xact_commit_timestamp(xmin)) AS at FROM ${stoppedTable})
       SELECT count(*) FILTER (WHERE pg_xact_commit_timestamp(a.xmin) < stop.at)::integer AS before,
              count(*) FILTER (WHERE pg_xact_commit_timestamp(a.xmin) > stop.at)::integer AS after
         FROM cam_send_attempts AS a, stop`,
    );
    if (row === undefined) throw new Error('Nothing was counted');
    return row;
  }

  it('a pause: none commits after it', async () => {
    const campaignId = await insertCampaign(db);
    await insertDue(campaignId, MAILS, '2026-01-01T00:00:00Z');

    await withReplicas(REPLICAS + 1, {}, async (replica, index) => {
      if (index > 0) return claimOneByOne(replica);
      await untilClaimed(MAILS / 5);
      await replica.campaigns.pause(campaignId, null, 'ops');
    });

    const { before, after } = await commits('cam_campaigns');
    expect(after).toBe(0);
    // Otherwise the race did not take place.
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(MAILS);
    expect(await db.query(`SELECT FROM cam_dispatch_queue WHERE waits_for = 'pause'`)).toHaveLength(
      MAILS - before,
    );
  });

  it('a lead who says stop: no mail of hers is claimed after it', async () => {
    const campaignIds: number[] = [];
    for (let count = 0; count < 50; count += 1) campaignIds.push(await insertCampaign(db));
    const [leadId = 0] = await insertLeads(db, campaignIds[0] ?? 0, 1);
    for (let count = 0; count < MAILS; count += 1) {
      const campaignId = campaignIds[count % campaignIds.length] ?? 0;
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });
    }

    await withReplicas(REPLICAS + 1, {}, async (replica, index) => {
      if (index > 0) return claimOneByOne(replica);
      await untilClaimed(MAILS / 5);
      await db.query(`UPDATE cam_leads SET status = 'UNSUBSCRIBED' WHERE id = $1`, [leadId]);
    });

    const { before, after } = await commits('cam_leads');
    expect(after).toBe(0);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(MAILS);
    expect(await db.query(`SELECT FROM cam_outbound_emails WHERE status = 'DROPPED'`)).toHaveLength(
      MAILS - before,
    );
  });

  it('a suppressed domain: no mail to it is claimed after it', async () => {
    const suppressions = new SuppressionsRepository(db.database);
    for (let count = 0; count < 50; count += 1) {
      await insertDue(await insertCampaign(db), MAILS / 50, '2026-01-01T00:00:00Z');
    }

    await withReplicas(REPLICAS + 1, {}, async (replica, index) => {
      if (index > 0) return claimOneByOne(replica);
      await untilClaimed(MAILS / 5);
      await db.database.transaction((tx) =>
        suppressions.suppress(tx, {
          scope: 'domain',
          target: 'lead.test',
          cause: 'person',
          evidence: 'person',
          reason: 'They asked for it',
          expires_at: null,
          created_by: 'ops',
        }),
      );
    });

    const { before, after } = await commits('cam_suppressions');
    expect(after).toBe(0);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(MAILS);
    expect(await db.query(`SELECT FROM cam_outbound_emails WHERE status = 'DROPPED'`)).toHaveLength(
      MAILS - before,
    );
  });

  async function untilClaimed(count: number): Promise<void> {
    for (;;) {
      const [row] = await db.query<{ claimed: number }>(
        'SELECT count(*)::integer AS claimed FROM cam_send_attempts',
      );
      if ((row?.claimed ?? 0) >= count) return;
    }
  }
});
