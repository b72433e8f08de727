import { isNativeError } from 'node:util/types';
import type { ClientBase } from 'pg';
import {
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  type DataSource,
  type EntityManager,
  type QueryRunner,
} from 'typeorm';
import { DatabaseConnectionError, hideValues, lostAgainstAnother } from './database-error.js';
import { hasFailedStatement } from './failed-statement.subscriber.js';

const MAX_TRANSACTION_RETRIES = 3;

/** The only way of repositories to SQL. Errors are TypeORM's, or {@link DatabaseConnectionError}. */
export class Database {
  constructor(private readonly dataSource: DataSource) {}

  /** For simple reads and writes of entities, each in a transaction of its own. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** The rows that the statement answers with, also for UPDATE and DELETE with RETURNING; bigint and numeric are text. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.withConnection((runner) => rowsOf<Row>(runner, sql, parameters));
  }

  /**
   * Commits what `work` did through `tx`, or nothing when it throws. The whole work runs again, up to three times, when
   * another transaction won (SQLSTATE 40001, 40P01, or an `OvertakenError` of the work itself): it must change nothing
   * outside the database, and must not use this object, whose other connections do not see the transaction and may be
   * all taken.
   *
   * An error of the connection leaves open whether the commit happened.
   */
  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.withConnection((runner) => runTransaction(runner, work));
      } catch (error) {
        if (retries === MAX_TRANSACTION_RETRIES || !lostAgainstAnother(error)) throw error;
      }
    }
  }

  private async withConnection<Result>(use: (runner: QueryRunner) => Promise<Result>): Promise<Result> {
    const runner = this.dataSource.createQueryRunner();
    const client = await connect(runner);
    const loss: { error?: Error } = {};
    const noteLoss = (error: Error): void => {
      loss.error ??= error;
    };
    client.on('error', noteLoss);
    try {
      return await use(runner);
    } catch (error) {
      // TypeORM's complaint about a released runner would hide why the connection is gone.
      if (loss.error !== undefined && isReleasedRunnerError(error)) {
        throw new DatabaseConnectionError(loss.error);
      }
      hideValues(error);
      throw error;
    } finally {
      client.off('error', noteLoss);
      await runner.release();
    }
  }
}

/** The statements of one transaction, over its one connection. */
export class Transaction {
  constructor(private readonly runner: QueryRunner) {}

  /** For work with entities inside the transaction. */
  get manager(): EntityManager {
    return this.runner.manager;
  }

  /** See {@link Database.query}. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return rowsOf<Row>(this.runner, sql, parameters);
  }
}

async function connect(runner: QueryRunner): Promise<ClientBase> {
  try {
    return (await runner.connect()) as ClientBase;
  } catch (error) {
    throw isNativeError(error) ? new DatabaseConnectionError(error) : error;
  }
}

async function runTransaction<Result>(
  runner: QueryRunner,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  await runner.startTransaction();
  try {
    const result = await work(new Transaction(runner));
    // PostgreSQL would answer COMMIT with a silent rollback.
    if (hasFailedStatement(runner)) {
      throw new Error('The transaction cannot commit: its work went on after a statement that failed');
    }
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (!runner.isReleased) await rollBack(runner, error);
    throw error;
  }
}

/** A rollback that fails takes the connection with it, and with that the transaction: the first error is the news. */
async function rollBack(runner: QueryRunner, reason: unknown): Promise<void> {
  try {
    await runner.rollbackTransaction();
  } catch (error) {
    if (!runner.isReleased) {
      throw new AggregateError([reason, error], 'The transaction could not be rolled back', { cause: error });
    }
  }
}

async function rowsOf<Row>(runner: QueryRunner, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  const { records } = await runner.query(sql, [...parameters], true);
  return records as Row[];
}

function isReleasedRunnerError(error: unknown): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}
