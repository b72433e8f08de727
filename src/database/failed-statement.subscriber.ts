import { isNativeError } from 'node:util/types';
import type { ClientBase } from 'pg';
import {
  EventSubscriber,
  type AfterQueryEvent,
  type EntitySubscriberInterface,
  type QueryRunner,
} from 'typeorm';
import { endsConnection } from './database-error.js';

const failed = new WeakSet<QueryRunner>();

/**
 * True when a statement of this runner has failed. Known at once: the connection's own transaction status follows only
 * with the server's next message.
 */
export function hasFailedStatement(runner: QueryRunner): boolean {
  return failed.has(runner);
}

/**
 * Remembers failed statements, and takes a connection out of the pool when one failed without an answer of the server.
 *
 * `pg` and TypeORM would put it back: behind a lost network path every statement would then time out for ever, although
 * new connections work (node-postgres issue 3399).
 */
@EventSubscriber()
export class FailedStatementSubscriber implements EntitySubscriberInterface {
  async afterQuery({ success, error, queryRunner }: AfterQueryEvent): Promise<void> {
    if (success) return;
    failed.add(queryRunner);
    if (!isNativeError(error) || !endsConnection(error)) return;

    const client = (await queryRunner.connect()) as ClientBase;
    // TypeORM hears this event and releases the connection with the error: the pool forgets it, and `pg` destroys its
    // socket because a statement is still open on it.
    client.emit('error', error);
  }
}
