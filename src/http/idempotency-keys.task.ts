import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { describeFault } from '../common/fault-report.js';
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js';

const PERIOD_MS = 10 * 60_000;
const BATCH = 1_000;

/** Deletes idempotency keys after their 24 hours. Safe on every replica at once; a missed run is made up by the next. */
@Injectable()
export class IdempotencyKeysTask {
  private readonly logger = new Logger(IdempotencyKeysTask.name);

  constructor(private readonly keys: IdempotencyKeysRepository) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    try {
      while ((await this.keys.deleteExpired(BATCH)) === BATCH);
    } catch (error) {
      this.logger.warn({ event: 'idempotency.purge_failed', fault: describeFault(error) });
    }
  }
}
