import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configOf } from '../../test/support/config.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { DatabaseConfig } from '../config/database.config.js';
import { createDataSource } from '../data-source.js';
import { DatabaseRuntime } from './database-runtime.js';

describe('DatabaseRuntime', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await database.drop();
  });

  const open = (environment: 'production' | 'test') =>
    DatabaseRuntime.open(configOf(DatabaseConfig, { url: database.url, environment }), createDataSource);

  it('opens the server of DATABASE_URL and closes its connections', async () => {
    const runtime = await open('production');
    await runtime.onApplicationShutdown();

    expect(runtime.dataSource.isInitialized).toBe(false);
  });

  it('refuses a database whose clock was moved, in production', async () => {
    await database.setClockOffset('1 day');

    await expect(open('production')).rejects.toThrow('not for production');
  });

  it('takes a database whose clock was moved everywhere else', async () => {
    await database.setClockOffset('1 day');

    const runtime = await open('test');
    await runtime.onApplicationShutdown();
  });

  it('leaves migrations of a server to the command', async () => {
    await database.query('DROP TABLE cam_idempotency_keys');
    await database.query(`DELETE FROM cam_migrations WHERE name LIKE 'CreateIdempotencyKeys%'`);

    const runtime = await open('production');

    expect(await runtime.dataSource.showMigrations()).toBe(true);
    await runtime.onApplicationShutdown();
  });
});
