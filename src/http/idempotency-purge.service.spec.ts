import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { IdempotencyPurge } from './idempotency-purge.service.js';
import type { IdempotencyKeysRepository } from './idempotency-keys.repository.js';

/** Deletes what it is told to, call by call. */
class FakeKeys implements Pick<IdempotencyKeysRepository, 'deleteExpired'> {
  constructor(readonly left: (number | Error)[]) {}

  deleteExpired(): Promise<number> {
    const next = this.left.shift() ?? 0;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  }
}

function purgeOf(keys: FakeKeys): IdempotencyPurge {
  return new IdempotencyPurge(keys as unknown as IdempotencyKeysRepository);
}

describe('IdempotencyPurge', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it('goes on until a batch is not full', async () => {
    const keys = new FakeKeys([1_000, 1_000, 3, 1_000]);

    await purgeOf(keys).runOnce();

    expect(keys.left).toEqual([1_000]);
  });

  it('leaves to the next run what the database keeps it from', async () => {
    const keys = new FakeKeys([1_000, new Error('gone'), 1_000]);

    await expect(purgeOf(keys).runOnce()).resolves.toBeUndefined();
    expect(keys.left).toEqual([1_000]);
  });
});
