import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../test/support/engine.js';
import { emptyTables, insertCampaign, insertLeads, insertTemplate } from '../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';

/** More than one statement takes at once. */
const LEADS = 10_001;

const PLAN = {
  steps: [{ templateType: 'intro', delayDays: 300, businessDays: false, thread: 'same' }],
  window: null,
  onPositive: 'stop',
} as const;

let db: TestDatabase;
let engine: Engine;
let campaignId: number;
beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db);
});
beforeEach(async () => {
  await emptyTables(db);
  campaignId = await insertCampaign(db);
  await insertTemplate(db);
  await insertLeads(db, campaignId, LEADS);
  await engine.sequences.replace(campaignId, PLAN);
});
afterAll(() => db.drop());

it('enrols all leads of a large campaign, and none twice', async () => {
  const first = await engine.sequences.enrol(campaignId, null);
  const second = await engine.sequences.enrol(campaignId, null);

  expect(first).toEqual({ enrolled: LEADS, skipped: [] });
  expect([second.enrolled, second.skipped.length]).toEqual([0, LEADS]);
});

it('has all live enrolments of a large campaign looked at by their new sequence', async () => {
  await db.query(
    `INSERT INTO cam_enrolments (campaign_id, lead_id, simulated, look_at)
     SELECT campaign_id, lead_id, false, 'infinity' FROM cam_campaign_leads`,
  );

  await engine.sequences.replace(campaignId, PLAN);

  const [left] = await db.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM cam_enrolments WHERE look_at > cam_now() OR version = 1',
  );
  expect(left).toEqual({ count: 0 });
});
