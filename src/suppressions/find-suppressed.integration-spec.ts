import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { insertRow } from '../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { findSuppressed, findSuppressedOfMany } from './find-suppressed.js';

const SUPPRESSED = ['ada@lead.test', 'ada+news@lead.test', 'bob@looms.test', 'bob@mail.looms.test'];
const FREE = ['ada@other.test', 'adam@lead.test', 'bob@notlooms.test', 'late@lead.test', 'lifted@lead.test'];

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  const row = { scope: 'address', cause: 'person', evidence: 'person', reason: 'x', created_by: 'ops' };
  await insertRow(db, 'cam_suppressions', { ...row, target: 'ada@lead.test' });
  await insertRow(db, 'cam_suppressions', { ...row, scope: 'domain', target: 'looms.test' });
  await insertRow(db, 'cam_suppressions', {
    ...row,
    target: 'late@lead.test',
    expires_at: '2020-01-01T00:00:00Z',
  });
  await insertRow(db, 'cam_suppressions', {
    ...row,
    target: 'lifted@lead.test',
    removed_at: '2026-01-01T00:00:00Z',
    removed_by: 'ops',
    removal_reason: 'x',
  });
});
afterAll(() => db.drop());

describe('who is suppressed', () => {
  it.each([
    ['asked for at once', (addresses: string[]) => findSuppressed(db.database, addresses)],
    ['asked for in chunks', (addresses: string[]) => findSuppressedOfMany(db.database, addresses, 1)],
    [
      'looked up among those in force',
      (addresses: string[]) => findSuppressedOfMany(db.database, addresses, 2),
    ],
  ])('is the same when %s', async (_, find) => {
    const others = Array.from({ length: 6_000 }, (__, n) => `lead-${n}@lead.test`);

    expect([...(await find([...FREE, ...others, ...SUPPRESSED]))]).toEqual(SUPPRESSED);
  });
});
