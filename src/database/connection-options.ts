import type { ClientBase } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { FailedStatementSubscriber } from './failed-statement.subscriber.js';

/** Where PostgreSQL is: a server by its URL, or the embedded one by the folder that holds its Unix socket. */
export type PostgresConnection =
  | { readonly kind: 'url'; readonly url: string; readonly limits?: PoolLimits }
  | { readonly kind: 'embedded'; readonly socketFolder: string };

/** Every wait of the pool has an end: a lost network must show as an error, never as silence. */
export interface PoolLimits {
  /** Connections of this process. */
  readonly max: number;
  /** How long a caller waits for a connection, free or new, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a statement may go unanswered, in milliseconds. The only guard against a half-open connection. */
  readonly queryTimeoutMs: number;
}

export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

const SERVER_LIMITS: PoolLimits = { max: 10, connectTimeoutMs: 2_000, queryTimeoutMs: 8_000 };

/** A migration may build an index, or count what is there, on tables of any size. */
export const MIGRATION_LIMITS: PoolLimits = {
  max: 2,
  connectTimeoutMs: 2_000,
  queryTimeoutMs: 6 * 3_600_000,
};

/** The embedded database runs one transaction at a time: even a new connection's greeting waits for its turn. */
const EMBEDDED_LIMITS: PoolLimits = { max: 5, connectTimeoutMs: 8_000, queryTimeoutMs: 8_000 };

/** TypeORM options of whichever database the process was given. */
export function connectionOptions(connection: PostgresConnection): PostgresOptions {
  return connection.kind === 'url'
    ? postgresOptions(connection.url, connection.limits)
    : embeddedPostgresOptions(connection.socketFolder);
}

/**
 * TypeORM options of a PostgreSQL server. Sends no start-up parameter but user and database, and names no statement,
 * so that PgBouncer in transaction mode may stand between.
 */
export function postgresOptions(url: string, limits: PoolLimits = SERVER_LIMITS): PostgresOptions {
  return { ...poolOptions(limits), url };
}

/** TypeORM options of the embedded database. The PG* variables of the environment do not reach it. */
export function embeddedPostgresOptions(
  socketFolder: string,
  limits: PoolLimits = EMBEDDED_LIMITS,
): PostgresOptions {
  return {
    ...poolOptions(limits),
    host: socketFolder,
    port: 5432,
    username: 'postgres',
    password: '',
    database: 'postgres',
    ssl: false,
  };
}

function poolOptions({ max, connectTimeoutMs, queryTimeoutMs }: PoolLimits): PostgresOptions {
  return {
    type: 'postgres',
    subscribers: [FailedStatementSubscriber],
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
    extra: {
      max,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: queryTimeoutMs,
      keepAlive: true,
      // Without it the kernel sends its first probe after two hours.
      keepAliveInitialDelayMillis: 10_000,
      onConnect: (client: ClientBase) => prepare(client, queryTimeoutMs),
    },
  };
}

/**
 * Makes a new connection fit for the pool. Its error listener comes first: the pool hands the connection over without
 * one and TypeORM adds its own a turn later, so that a farewell of the server in the packet of its greeting (57P01)
 * would end the process. Whoever uses the connection learns of its loss all the same.
 *
 * A process that is lost in the middle of a transaction must not hold its locks until TCP notices, after hours: the
 * server ends what waits too long for its next statement. PgBouncer in transaction mode may hand the setting to
 * another client of the same pool, which loses nothing by it.
 */
async function prepare(client: ClientBase, idleInTransactionMs: number): Promise<void> {
  client.on('error', () => undefined);
  await client.query(`SET idle_in_transaction_session_timeout = ${idleInTransactionMs}`);
}
