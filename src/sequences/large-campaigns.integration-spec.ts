import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../test/support/engine.js';
import { emptyTables, insertCampaign, insertLeads, insertTemplate } from '../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { SequencesRepository } from './sequences.repository.js';

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

describe('all live enrolments of a large campaign', () => {
  /** Asleep by what they were decided on. */
  beforeEach(async () => {
    await db.query(
      `INSERT INTO cam_enrolments (campaign_id, lead_id, simulated, look_at)
       SELECT campaign_id, lead_id, false, 'infinity' FROM cam_campaign_leads`,
    );
  });

  async function asleep(): Promise<number> {
    const rows = await db.query("SELECT FROM cam_enrolments WHERE look_at = 'infinity' OR version = 1");
    return rows.length;
  }

  it('are looked at by their new sequence', async () => {
    await engine.sequences.replace(campaignId, PLAN);

    expect(await asleep()).toBe(0);
  });

  it('are looked at also when the process that replaced the sequence died half-way', async () => {
    await new SequencesRepository(db.database).replace(campaignId, PLAN);
    expect(await asleep()).toBe(LEADS);

    await engine.followUps.runOnce();

    expect(await asleep()).toBe(0);
  });

  it("are looked at when the campaign's time zone changes", async () => {
    await engine.campaigns.update(campaignId, { timezone: 'Asia/Tokyo' });

    await engine.followUps.runOnce();

    expect(await asleep()).toBe(0);
  });
});
