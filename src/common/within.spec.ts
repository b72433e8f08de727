import { describe, expect, it } from '@jest/globals';
import { within } from './within.js';

const LONG_MS = 60_000;

describe('within', () => {
  it('ends with the work', async () => {
    let done = false;
    const work = Promise.resolve().then(() => {
      done = true;
    });

    await within(LONG_MS, work);

    expect(done).toBe(true);
  });

  it('ends with work that fails, without failing itself', async () => {
    await expect(within(LONG_MS, Promise.reject(new Error('no')))).resolves.toBeUndefined();
  });

  it('does not wait longer than it may', async () => {
    const never = new Promise<never>(() => undefined);

    await expect(within(1, never)).resolves.toBeUndefined();
  });
});
