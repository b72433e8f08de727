import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../test/support/test-database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

describe('x', () => {
  it('no drift', async () => {
    const log = await db.dataSource.driver.createSchemaBuilder().log();
    expect(log.upQueries.map(({ query }) => query)).toEqual([]);
    const c = await db.query(`SELECT conrelid::regclass::text AS t, conname, contype FROM pg_constraint WHERE contype IN ('c','u','p','f') AND connamespace = 'public'::regnamespace ORDER BY 1,2`);
    console.log(JSON.stringify(c));
  });
});
