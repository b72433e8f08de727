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

/** A campaign with so many leads whose first step is due. @returns its id */
async function insertDueCampaign(leads: number, body = '<p>Hello</p>'): Promise<number> {
  const campaignId = await insertCampaign(db);
  await insertTemplate(db, { campaign_id: campaignId, subject: 'Hello', body });
  await insertLeads(db, campaignId, leads);
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
  const broken = await insertDueCampaign(2);
  const sound = await insertDueCampaign(2);
  await db.query(`ALTER TABLE cam_outbound_emails ADD CONSTRAINT refused CHECK (campaign_id <> ${broken})`);

  try {
    await expect(engine.followUps.runOnce()).rejects.toMatchObject({
      message: `No mail could be made of steps of campaigns ${broken}`,
      cause: { message: expect.stringContaining('refused') },
    });
  } finally {
    await db.query('ALTER TABLE cam_outbound_emails DROP CONSTRAINT refused');
  }

  expect([await mailsOf(broken), await mailsOf(sound)]).toEqual([0, 2]);
});

it('stores long mails in several transactions, each of which has the time for its own', async () => {
  const leads = 30;
  const campaignId = await insertDueCampaign(leads, `<p>${'Hello again. '.repeat(15_000)}</p>`);

  await engine.followUps.runOnce();

  expect(await mailsOf(campaignId)).toBe(leads);
  // The time of a transaction is that of its beginning.
  const stored = await db.query('SELECT DISTINCT queued_at FROM cam_outbound_emails');
  expect(stored.length).toBeGreaterThan(1);
});
