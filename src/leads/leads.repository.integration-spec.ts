import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { insertCampaign, insertLead } from '../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { LeadsRepository } from './leads.repository.js';

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
});

afterAll(() => db.drop());

it('gives callers at the same time the leads of their own campaign, and of no other', async () => {
  const leads = new LeadsRepository(db.database);
  const [one, other] = [await insertCampaign(db), await insertCampaign(db)];
  const [ada, grace] = [await insertLead(db, one), await insertLead(db, other)];

  const found = await Promise.all([
    leads.findInCampaign(one, [ada]),
    leads.findInCampaign(one, [grace, ada]),
    leads.findInCampaign(other, [ada, grace]),
    leads.findInCampaign(other, [ada]),
    leads.findInCampaign(one, []),
  ]);

  expect(found.map((rows) => rows.map(({ id }) => id))).toEqual([[ada], [ada], [grace], [], []]);
});
