import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { TcpFaultProxy } from '../../test/support/tcp-fault-proxy.js';
import { postgresOptions, type PoolLimits } from './connection-options.js';
import { classifyDatabaseError, OvertakenError, violatedConstraint } from './database-error.js';
import { Database, type Transaction } from './database.js';

let testDatabase: TestDatabase;
let database: Database;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = testDatabase.database;
  await database.query('CREATE TABLE account (id integer PRIMARY KEY, balance integer NOT NULL)');
  await database.query('INSERT INTO account VALUES (1, 100), (2, 100)');
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await database.query('UPDATE account SET balance = 100');
});

afterAll(() => testDatabase.drop());

/** A pool of its own, so that its limits and its broken connections stay with one test. */
async function openDatabase(limits: Partial<PoolLimits>, url = testDatabase.url): Promise<Database> {
  const options = postgresOptions(url, {
    max: 2,
    connectTimeoutMs: 10_000,
    queryTimeoutMs: 10_000,
    ...limits,
  });
  const dataSource = await new DataSource(options).initialize();
  closers.push(() => dataSource.destroy());
  return new Database(dataSource);
}

async function balances(): Promise<number[]> {
  const rows = await database.query<{ balance: number }>('SELECT balance FROM account ORDER BY id');
  return rows.map(({ balance }) => balance);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error,
  );
}

describe('Database.query', () => {
  it.each([
    ['SELECT', 'SELECT id FROM account WHERE id = $1', [{ id: 1 }]],
    ['UPDATE … RETURNING', 'UPDATE account SET balance = 0 WHERE id = $1 RETURNING id', [{ id: 1 }]],
    ['UPDATE', 'UPDATE account SET balance = 0 WHERE id = $1', []],
    ['DELETE … RETURNING', 'DELETE FROM account WHERE id = $1 + 100 RETURNING id', []],
    [
      'WITH … UPDATE',
      'WITH one AS (SELECT $1::integer AS id) UPDATE account SET balance = 0 FROM one WHERE account.id = one.id RETURNING account.id',
      [{ id: 1 }],
    ],
  ])('answers %s with its rows', async (_what, sql, rows) => {
    expect(await database.query(sql, [1])).toEqual(rows);
  });

  it('names the constraint that was violated, and prints neither parameters nor the offending values', async () => {
    await database.query('CREATE TABLE person (email text CONSTRAINT uq_person_email UNIQUE)');
    const insert = 'INSERT INTO person VALUES ($1)';
    await database.query(insert, ['ann@example.com']);

    const error = await failureOf(database.query(insert, ['ann@example.com']));

    expect(classifyDatabaseError(error)).toBe('conflict');
    expect(violatedConstraint(error)).toBe('uq_person_email');
    expect(inspect(error, { depth: 5 }) + JSON.stringify(error)).not.toContain('ann@example.com');
  });
});

describe('Database.transaction', () => {
  const withdraw = 'UPDATE account SET balance = balance - 10 WHERE id = 1';

  it('commits what its work did, by SQL and by entity manager', async () => {
    const result = await database.transaction(async (tx) => {
      await tx.query(withdraw);
      await tx.manager.query('UPDATE account SET balance = balance + 10 WHERE id = 2');
      return 'done';
    });

    expect(result).toBe('done');
    expect(await balances()).toEqual([90, 110]);
  });

  it('leaves nothing behind when its work throws', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query(withdraw);
      throw new Error('changed my mind');
    });

    await expect(work).rejects.toThrow('changed my mind');
    expect(await balances()).toEqual([100, 100]);
  });

  it('does not pretend to have committed when its work swallowed the error of a statement', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query(withdraw);
      await failureOf(tx.query('SELECT 1 / 0'));
    });

    await expect(work).rejects.toThrow('cannot commit');
    expect(await balances()).toEqual([100, 100]);
  });

  it.each([
    { state: '40001', failures: 3, runs: 4, outcome: 'committed' },
    { state: '40P01', failures: 3, runs: 4, outcome: 'committed' },
    { state: '40001', failures: 4, runs: 4, outcome: 'failed' },
    { state: '55P03', failures: 1, runs: 1, outcome: 'failed' },
    { state: '23505', failures: 1, runs: 1, outcome: 'failed' },
  ])('runs $runs times and has $outcome when SQLSTATE $state stops $failures of them', async (row) => {
    let runs = 0;
    const outcome = await database
      .transaction(async (tx) => {
        runs += 1;
        await tx.query(withdraw);
        if (runs <= row.failures) await tx.query(`DO $$ BEGIN RAISE SQLSTATE '${row.state}'; END $$`);
      })
      .then(
        () => 'committed',
        () => 'failed',
      );

    expect({ runs, outcome }).toEqual({ runs: row.runs, outcome: row.outcome });
    expect(await balances()).toEqual([row.outcome === 'committed' ? 90 : 100, 100]);
  });

  it('runs again when its work finds itself overtaken, and is unavailable when that goes on', async () => {
    let overtaken = 1;
    const work = () =>
      database.transaction(async (tx) => {
        await tx.query(withdraw);
        if (overtaken > 0) throw new OvertakenError(`${(overtaken -= 1)} to go`);
      });

    await work();
    expect(await balances()).toEqual([90, 100]);

    overtaken = 4;
    expect(classifyDatabaseError(await failureOf(work()))).toBe('unavailable');
    expect(await balances()).toEqual([90, 100]);
  });

  it('commits both of two transactions that deadlock', async () => {
    let runs = 0;
    let letBothGo = (): void => undefined;
    const bothHoldALock = new Promise<void>((resolve) => {
      letBothGo = resolve;
    });
    const transfer = (from: number, to: number) =>
      database.transaction(async (tx) => {
        await tx.query('UPDATE account SET balance = balance - 10 WHERE id = $1', [from]);
        runs += 1;
        if (runs === 2) letBothGo();
        await bothHoldALock;
        await tx.query('UPDATE account SET balance = balance + 10 WHERE id = $1', [to]);
      });

    await Promise.all([transfer(1, 2), transfer(2, 1)]);

    expect(runs).toBe(3);
    expect(await balances()).toEqual([100, 100]);
  });

  it.each([
    ['SQL', (tx: Transaction) => tx.query('SELECT 1')],
    ['entity manager', (tx: Transaction) => tx.manager.query('SELECT 1')],
  ])('says that its connection was lost between two statements, to %s', async (_what, nextStatement) => {
    const work = database.transaction(async (tx) => {
      await tx.query(withdraw);
      await terminateBackendOf(tx);
      await nextStatement(tx);
    });

    const error = await failureOf(work);

    expect(classifyDatabaseError(error)).toBe('unavailable');
    expect(error).toMatchObject({ message: 'terminating connection due to administrator command' });
    expect(await balances()).toEqual([100, 100]);
  });

  async function terminateBackendOf(tx: Transaction): Promise<void> {
    const [backend] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await database.query('SELECT pg_terminate_backend($1)', [backend?.pid]);
    while (tx.manager.queryRunner?.isReleased === false) await nextTurn();
  }
});

describe('Database when connections fail', () => {
  let proxy: TcpFaultProxy;

  async function openThroughProxy(): Promise<Database> {
    const url = new URL(testDatabase.url);
    proxy = await TcpFaultProxy.start({ host: url.hostname, port: Number(url.port || 5432) });
    closers.push(() => proxy.stop());
    url.host = `127.0.0.1:${proxy.port}`;
    const throughProxy = await openDatabase({ queryTimeoutMs: 150 }, url.href);
    // Both connections of the pool are open afterwards.
    await Promise.all([1, 2].map(() => throughProxy.query('SELECT pg_sleep(0.05)')));
    return throughProxy;
  }

  it.each([
    ['queries', (db: Database) => db.query('SELECT 1')],
    ['transactions', (db: Database) => db.transaction((tx) => tx.query('SELECT 1'))],
    ['the entity manager', (db: Database) => db.manager.query('SELECT 1')],
  ])('heals by %s after all its connections went silent', async (_what, use) => {
    const throughProxy = await openThroughProxy();
    proxy.blackholeExisting();

    const failures = await Promise.all([1, 2].map(() => failureOf(use(throughProxy))));

    expect(failures.map(classifyDatabaseError)).toEqual(['unavailable', 'unavailable']);
    await use(throughProxy);
    expect(proxy.accepted).toBeGreaterThan(2);
  });

  it('holds no lock for long once its connection went silent in the middle of a transaction', async () => {
    const throughProxy = await openThroughProxy();
    await failureOf(
      throughProxy.transaction(async (tx) => {
        await tx.query('SELECT FROM cam_clock FOR UPDATE');
        proxy.blackholeExisting();
        await tx.query('SELECT 1');
      }),
    );

    const rows = await database.query('SELECT 1 AS one FROM cam_clock FOR UPDATE');

    expect(rows).toHaveLength(1);
  });

  it('serves again after a time without network', async () => {
    const throughProxy = await openThroughProxy();
    proxy.blackholeExisting();
    proxy.refuseNew();
    const failures = await Promise.all(
      Array.from({ length: 4 }, () => failureOf(throughProxy.query('SELECT 1'))),
    );

    proxy.pass();

    expect(failures.map(classifyDatabaseError)).toEqual(Array(4).fill('unavailable'));
    expect(await throughProxy.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it.each([
    ['query', (db: Database) => db.query('SELECT 1')],
    ['transaction', (db: Database) => db.transaction((tx) => tx.query('SELECT 1'))],
    ['entity manager', (db: Database) => db.manager.query('SELECT 1')],
  ])('is unavailable to a %s that waits too long for a connection', async (_what, use) => {
    const small = await openDatabase({ max: 1, connectTimeoutMs: 100 });

    const error = await small.transaction(async () => failureOf(use(small)));

    expect(classifyDatabaseError(error)).toBe('unavailable');
    expect(error).toMatchObject({ message: 'timeout exceeded when trying to connect' });
    await use(small);
  });

  it('outlives the end of its idle connections', async () => {
    const victim = await openDatabase({ max: 2 });
    const backends = await Promise.all(
      [1, 2].map(() => victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid, pg_sleep(0.05)')),
    );

    for (const [backend] of backends) await database.query('SELECT pg_terminate_backend($1)', [backend?.pid]);
    const outcomes = await Promise.allSettled([1, 2].map(() => victim.query('SELECT 1')));

    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(classifyDatabaseError(outcome.reason)).toBe('unavailable');
    }
    expect(await victim.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
