import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/data-source.js';
import { Database } from '../../src/database/database.js';

/** One of the keys that PostgreSQL's advisory locks take; any number will do that nothing else uses. */
const TEMPLATE_LOCK = 1_763_800_000;

/** A database of one spec, made by the real migrations; see {@link createTestDatabase}. */
export class TestDatabase {
  constructor(
    private readonly name: string,
    readonly url: string,
    readonly dataSource: DataSource,
    readonly database: Database,
  ) {}

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>(sql, parameters);
  }

  /** Moves `cam_now()` away from the real time, e.g. by `3 days` or `-1 hour`. */
  async setClockOffset(interval: string): Promise<void> {
    await this.query('UPDATE cam_clock SET clock_offset = $1::interval', [interval]);
  }

  /** The same database over a pool of its own, as another replica has it. */
  async connectAgain(): Promise<{ readonly database: Database; close(): Promise<void> }> {
    const dataSource = await createDataSource({ kind: 'url', url: this.url }).initialize();
    return { database: new Database(dataSource), close: () => dataSource.destroy() };
  }

  /** Ends whatever is still connected. */
  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await withAdminClient((admin) => admin.query(`DROP DATABASE ${this.name} WITH (FORCE)`));
  }
}

let template: Promise<string> | undefined;

/** A fresh database with all migrations applied, cloned from a template that the first caller of the run makes. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { databasePrefix } = testServer();
  const templateName = await (template ??= ensureTemplate(`${databasePrefix}_template`));

  const name = `${databasePrefix}_${randomBytes(4).toString('hex')}`;
  await withAdminClient((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${templateName}`));
  const url = urlOf(name);
  const dataSource = await createDataSource({ kind: 'url', url }).initialize();
  return new TestDatabase(name, url, dataSource, new Database(dataSource));
}

async function ensureTemplate(name: string): Promise<string> {
  await withAdminClient(async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return;

    const draft = `${name}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${draft}`);
    await migrate(urlOf(draft));
    // Under its final name it is complete, also when the run is interrupted.
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  });
  return name;
}

async function migrate(url: string): Promise<void> {
  const dataSource = await createDataSource({ kind: 'url', url }).initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

async function withAdminClient<Result>(use: (admin: Client) => Promise<Result>): Promise<Result> {
  const admin = new Client({ connectionString: testServer().url });
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(databaseName: string): string {
  const url = new URL(testServer().url);
  url.pathname = `/${databaseName}`;
  return url.href;
}

/** What the global set-up left for Jest's workers. */
function testServer(): { url: string; databasePrefix: string } {
  const server = process.env['CAM_TEST_POSTGRES'];
  if (server === undefined) throw new Error('No PostgreSQL: only the integration project starts one');
  return JSON.parse(server) as { url: string; databasePrefix: string };
}
