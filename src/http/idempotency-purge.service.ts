import { Injectable, Logger } from '@nestjs/common';
import { describeFault } from '../common/fault-report.js';
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js';

const BATCH = 1_000;

/** Deletes idempotency keys after their 24 hours. Safe on every replica at once. */
@Injectable()
export class IdempotencyPurge {
  private readonly logger = new Logger(IdempotencyPurge.name);

  constructor(private readonly keys: IdempotencyKeysRepository) {}

  /** All that have expired, batch by batch. Never rejects: what one run misses, the next one makes up. */
  async runOnce(): Promise<void> {
    try {
      while ((await this.keys.deleteExpired(BATCH)) === BATCH);
    } catch (error) {
      this.logger.warn({ event: 'idempotency.purge_failed', fault: describeFault(error) });
    }
  }
}
