import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../test/support/engine.js';
import { emptyTables, insertCampaign, insertLeads, insertTemplate } from '../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';

let db: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db);
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

/** A campaign with two leads whose first step is due. @returns its id */
async function insertDueCampaign(): Promise<number> {
  const campaignId = await insertCampaign(db);
  await insertTemplate(db, { campaign_id: campaignId, subject: 'Hello', body: '<p>Hello</p>' });
  await insertLeads(db, campaignId, 2);
  await engine.sequences.replace(campaignId, {
    steps: [{ templateType: 'intro', delayDays: 0, businessDays: false, thread: 'same' }],
    window: null,
    onPositive: 'stop',
  });
  await engine.sequences.enrol(campaignId, null);
  return campaignId;
}

async function mailsOf(campaignId: number): Promise<number> {
  return (await db.query('SELECT FROM cam_outbound_emails WHERE campaign_id = $1', [campaignId])).length;
}

it('mails the other campaigns when the mail of one cannot be stored', async () => {
  const broken = await insertDueCampaign();
  const sound = await insertDueCampaign();
  await db.query(`ALTER TABLE cam_outbound_emails ADD CONSTRAINT refused CHECK (campaign_id <> ${broken})`);

  try {
    await expect(engine.followUps.runOnce()).rejects.toThrow('refused');
  } finally {
    await db.query('ALTER TABLE cam_outbound_emails DROP CONSTRAINT refused');
  }

  expect([await mailsOf(broken), await mailsOf(sound)]).toEqual([0, 2]);
});
