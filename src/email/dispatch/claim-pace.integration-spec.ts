import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { claimIds, doubtSince, insertEmails, usedByDay } from '../../../test/support/claims.js';
import { createEngine } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertEmail, insertLead } from '../../../test/support/factories.js';
import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

describe('ClaimRepository and the pace', () => {
  it('leases no more than leaves within two seconds, and reserves those moments for it', async () => {
    const engine = createEngine(db, { ratePerSecond: 2 });
    await insertEmails(db, await insertCampaign(db), 10);

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
    await insertEmails(db, campaignId, 3, { ...(await doubtSince(db, '1 hour')), attempt: 4 });
    const [fresh] = await insertEmails(db, campaignId, 1);
    await engine.gates.shut('Resend', 0, 'no answer in time');

    expect(await claimIds(engine)).toEqual([fresh]);
  });

  it('takes no place for what the pace leaves behind', async () => {
    const engine = createEngine(db, { ratePerSecond: 1, dailyCap: 100 });
    await insertEmails(db, await insertCampaign(db), 10);

    await engine.claims.claim(engine.owner, 50);

    expect(Object.values(await usedByDay(db))).toEqual([2]);
  });

  it('sees past what waits for a cap, however much that is', async () => {
    const engine = createEngine(db, { ratePerSecond: 1 });
    const full = await insertCampaign(db, { max_emails_per_day: 1 });
    await insertEmails(db, full, 60, { due_at: new Date('2026-01-01T00:00:00Z') });
    const [other = 0] = await insertEmails(db, await insertCampaign(db), 1);

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
