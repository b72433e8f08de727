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

it('records a status that a person sets, who she was, and nothing else that she changes', async () => {
  const leads = new LeadsRepository(db.database);
  const id = await insertLead(db, await insertCampaign(db));

  await leads.update(id, { company: 'Engines' }, 'ops');
  await leads.update(id, { status: 'QUALIFIED' }, 'ops');
  await leads.update(id, { status: 'QUALIFIED', company: 'Optics' }, '');

  expect(await leads.update(99, { status: 'QUALIFIED' }, 'ops')).toBe(false);
  expect(
    await db.query(
      `SELECT lead_id, cause, from_status, to_status, actor, evidence ~ '^person:[0-9a-f-]{36}$' AS named
         FROM cam_lead_transitions ORDER BY id`,
    ),
  ).toEqual([
    { lead_id: id, cause: 'person', from_status: 'NEW', to_status: 'QUALIFIED', actor: 'ops', named: true },
    {
      lead_id: id,
      cause: 'person',
      from_status: 'QUALIFIED',
      to_status: 'QUALIFIED',
      actor: '',
      named: true,
    },
  ]);
});
