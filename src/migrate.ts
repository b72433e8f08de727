import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { ConfigError } from './config/config-error.js';
import { DatabaseConfig } from './config/database.config.js';
import { readEnvironment } from './config/environment.js';
import { loadFeature } from './config/load-config.js';
import { createDataSource } from './data-source.js';
import { MIGRATION_LIMITS } from './database/connection-options.js';
import { EmbeddedDatabase } from './database/embedded/embedded-database.js';

/** Any number will do that nothing else in the database uses as an advisory lock. */
const MIGRATION_LOCK = 1_763_800_001;

/** Mended by who called: its message says all. */
class UsageError extends Error {}

/**
 * `run` (default) and `revert` change the database of DATABASE_URL, one process at a time; connect directly, not
 * through a pooler. `check` needs no server: it fails when entities and migrations differ, or a `down` does not work.
 */
async function main(command: string): Promise<void> {
  switch (command) {
    case 'run':
      return onServer(async (dataSource) => {
        const done = await dataSource.runMigrations();
        say(
          done.length === 0
            ? 'No migration is pending.'
            : `Applied: ${done.map(({ name }) => name).join(', ')}`,
        );
      });
    case 'revert':
      return onServer((dataSource) => dataSource.undoLastMigration());
    case 'check':
      return check();
    default:
      throw new UsageError(`Unknown command ${command}: run, revert or check`);
  }
}

async function onServer(work: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const { url } = loadFeature(DatabaseConfig, await readEnvironment());
  if (url === null) {
    throw new UsageError('DATABASE_URL is empty: the embedded database migrates itself at start');
  }
  const dataSource = await createDataSource({ kind: 'url', url, limits: MIGRATION_LIMITS }).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await work(dataSource);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await lock.release();
    await dataSource.destroy();
  }
}

async function check(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cam-migration-check-'));
  const embedded = await EmbeddedDatabase.start(folder);
  const dataSource = await createDataSource({
    kind: 'embedded',
    socketFolder: embedded.socketFolder,
  }).initialize();
  try {
    const { length } = await dataSource.runMigrations();
    for (let undone = 0; undone < length; undone += 1) await dataSource.undoLastMigration();
    await dataSource.runMigrations();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    for (const { query } of upQueries) say(query);
    if (upQueries.length > 0) {
      throw new UsageError('The entities ask for these statements: write a migration');
    }
    say(`${length} migrations run, revert and run again; the entities agree with them.`);
  } finally {
    await dataSource.destroy();
    await embedded.stop();
    await rm(folder, { recursive: true });
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await main(process.argv[2] ?? 'run');
} catch (error) {
  const isExpected = error instanceof UsageError || error instanceof ConfigError;
  const text = error instanceof Error && !isExpected ? error.stack : String(error);
  process.stderr.write(`${text ?? ''}\n`);
  process.exitCode = 1;
}
