import { setTimeout as delay } from 'node:timers/promises';
import type { TestDatabase } from './test-database.js';

const POLL_MS = 5;
const PATIENCE_MS = 3_000;

/** Resolves when so many sessions wait for a lock of another: what they race for is then under way. */
export async function untilWaiting(db: TestDatabase, sessions: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
    const waiting = await db.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (waiting.length >= sessions) return;
    await delay(POLL_MS);
  }
  throw new Error(`Fewer than ${sessions} sessions came to wait for a lock`);
}

/** A transaction that stays open while others run. */
export interface OpenTransaction {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  commit(): Promise<void>;
}

/** Gives `work` a transaction to hold open; it is rolled back unless `work` commits it. */
export async function besideTransaction<Result>(
  db: TestDatabase,
  work: (transaction: OpenTransaction) => Promise<Result>,
): Promise<Result> {
  const runner = db.dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    return await work({
      query: async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
        (await runner.query(sql, [...parameters], true)).records as Row[],
      commit: () => runner.commitTransaction(),
    });
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}
