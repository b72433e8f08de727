import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { compileSources } from '../../../test/support/compile-sources.js';
import { embeddedPostgresOptions } from '../connection-options.js';
import { Database } from '../database.js';
import { DataFolderLockedError } from './data-folder-lock.js';
import { EmbeddedDatabase } from './embedded-database.js';

const START_TIMEOUT_MS = 60_000;

/** Inserts as fast as it can and prints what was answered. */
const WRITER = `
  import pg from 'pg';
  import { EmbeddedDatabase } from './embedded-database.js';
  const embedded = await EmbeddedDatabase.start(process.argv[2]);
  const client = new pg.Client({ host: embedded.socketFolder, user: 'postgres', password: '', database: 'postgres' });
  await client.connect();
  await client.query('CREATE TABLE answered (number integer PRIMARY KEY)');
  for (let number = 1; ; number += 1) {
    await client.query('INSERT INTO answered VALUES ($1)', [number]);
    console.log(number);
  }
`;

let parent: string;
let dataFolder: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'cam-embedded-'));
  dataFolder = join(parent, 'deeper', 'data');
});

afterAll(() => rm(parent, { recursive: true }));

function openPool(embedded: EmbeddedDatabase): Pool {
  return new Pool({
    host: embedded.socketFolder,
    user: 'postgres',
    password: '',
    database: 'postgres',
    max: 5,
  });
}

describe('EmbeddedDatabase while it runs', () => {
  let embedded: EmbeddedDatabase;
  let pool: Pool;

  beforeAll(async () => {
    embedded = await EmbeddedDatabase.start(dataFolder);
    pool = openPool(embedded);
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await pool.end();
    await embedded.stop();
  });

  it('opens its socket and its data to our user alone', async () => {
    const modes = await Promise.all(
      [embedded.socketFolder, dataFolder].map(async (path) => (await stat(path)).mode),
    );

    expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o700]);
  });

  it('runs the transactions of five connections one after the other, and loses none of their updates', async () => {
    await pool.query('CREATE TABLE counter AS SELECT 0 AS value');

    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const client = await pool.connect();
        await client.query('BEGIN');
        const { rows } = await client.query<{ value: number }>('SELECT value FROM counter');
        await client.query('UPDATE counter SET value = $1', [(rows[0]?.value ?? 0) + 1]);
        await client.query('COMMIT');
        client.release();
      }),
    );

    expect((await pool.query('SELECT value FROM counter')).rows).toEqual([{ value: 40 }]);
  });

  it('keeps the parameters of one connection from the statements of the others, also when they come in pieces', async () => {
    const filler = 'x'.repeat(900_000);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        pool.query<{ answer: string }>(
          `SELECT 'statement ${index} got ' || $1::text AS answer, length($2) AS size`,
          [`parameter ${index}`, filler],
        ),
      ),
    );

    expect(answers.map(({ rows }) => rows[0]?.answer)).toEqual(
      answers.map((_, index) => `statement ${index} got parameter ${index}`),
    );
  });

  it('rolls back for a connection that vanishes in its transaction, and goes on with the others', async () => {
    await pool.query('CREATE TABLE vanished (number integer)');
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO vanished VALUES (1)');

    client.release(true);

    expect((await pool.query('SELECT * FROM vanished')).rows).toEqual([]);
  });

  it('refuses to start twice on one folder', async () => {
    await expect(EmbeddedDatabase.start(dataFolder)).rejects.toThrow(DataFolderLockedError);
  });

  it('serves our Database', async () => {
    const dataSource = await new DataSource(embeddedPostgresOptions(embedded.socketFolder)).initialize();
    const database = new Database(dataSource);

    const rows = await database.transaction((tx) => tx.query('SELECT $1::integer AS number', [7]));

    expect(rows).toEqual([{ number: 7 }]);
    await dataSource.destroy();
  });
});

describe('EmbeddedDatabase after its end', () => {
  it(
    'finds its data again after a clean stop, and has removed its socket',
    async () => {
      const first = await EmbeddedDatabase.start(dataFolder);
      const firstPool = openPool(first);
      await firstPool.query('CREATE TABLE kept AS SELECT 42 AS answer');
      await firstPool.end();
      await first.stop();

      const second = await EmbeddedDatabase.start(dataFolder);
      const secondPool = openPool(second);
      const { rows } = await secondPool.query('SELECT answer FROM kept');
      await secondPool.end();
      await second.stop();

      expect(rows).toEqual([{ answer: 42 }]);
      await expect(stat(first.socketFolder)).rejects.toThrow('ENOENT');
    },
    START_TIMEOUT_MS,
  );

  it(
    'has every answered insert after kill -9, and no socket folder of the dead process',
    async () => {
      const compiled = await compileSources('src/database/embedded');
      await writeFile(join(compiled.folder, 'writer.js'), WRITER);
      const writer = spawn(process.execPath, [join(compiled.folder, 'writer.js'), dataFolder], {
        stdio: ['ignore', 'pipe', 'inherit'],
        // What it leaves behind when killed goes with the folder.
        env: { TMPDIR: parent },
      });
      let answered = 0;
      for await (const line of createInterface(writer.stdout)) {
        answered = Number(line);
        if (answered === 200) writer.kill('SIGKILL');
      }
      if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');

      const abandoned = await readlink(join(dataFolder, 'socket'));
      const embedded = await EmbeddedDatabase.start(dataFolder);
      await expect(stat(abandoned)).rejects.toThrow('ENOENT');
      const pool = openPool(embedded);
      const { rows } = await pool.query<{ last: number }>('SELECT max(number) AS last FROM answered');
      await pool.end();
      await embedded.stop();
      await compiled.remove();

      expect(answered).toBeGreaterThanOrEqual(200);
      expect(rows[0]?.last).toBeGreaterThanOrEqual(answered);
    },
    START_TIMEOUT_MS,
  );
});
