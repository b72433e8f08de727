import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { insertCampaign, insertTemplate } from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { EmailTemplatesRepository } from './email-templates.repository.js';

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
});

afterAll(() => db.drop());

it("gives callers at the same time the campaign's own template, the global one or none, each her own", async () => {
  const templates = new EmailTemplatesRepository(db.database);
  const [one, other] = [await insertCampaign(db), await insertCampaign(db)];
  await insertTemplate(db, { campaign_id: one, template_type: 'first', subject: "one's first" });
  await insertTemplate(db, { campaign_id: other, template_type: 'second', subject: "other's second" });
  await insertTemplate(db, { campaign_id: null, template_type: 'first', subject: 'global first' });

  const wanted: [number, string][] = [
    [one, 'first'],
    [other, 'first'],
    [one, 'second'],
    [other, 'second'],
    [one, 'first'],
  ];
  const found = await Promise.all(wanted.map(([id, type]) => templates.findForCampaign(id, type)));

  expect(found.map((template) => template?.subject ?? null)).toEqual([
    "one's first",
    'global first',
    null,
    "other's second",
    "one's first",
  ]);
});
