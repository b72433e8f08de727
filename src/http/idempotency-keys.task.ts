import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { IdempotencyPurge } from './idempotency-purge.service.js';

const PERIOD_MS = 10 * 60_000;

/** Harmless on every replica; a missed run is made up by the next. */
@Injectable()
export class IdempotencyKeysTask {
  constructor(private readonly purge: IdempotencyPurge) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    await this.purge.runOnce();
  }
}
