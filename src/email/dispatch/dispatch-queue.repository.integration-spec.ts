import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { claimOne, insertEmails } from '../../../test/support/claims.js';
import { createEngine } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertSuppression } from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

describe('DispatchQueueRepository.findHold', () => {
  it('tells of a pause and of the lead, or nothing when the lease has passed on', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    await insertEmails(db, campaignId, 1);
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
