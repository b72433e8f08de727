import { describe, expect, it } from '@jest/globals';
import { Wake } from './wake.js';

const LONG_MS = 1_000_000;

describe('Wake', () => {
  it('ends a wait before its time', async () => {
    const wake = new Wake();
    const waiting = wake.wait(LONG_MS);

    wake.call();

    await expect(waiting).resolves.toBeUndefined();
  });

  it('keeps a call that nobody waited for, once', async () => {
    const wake = new Wake();
    wake.call();
    wake.call();

    await wake.wait(LONG_MS);

    const waiting = wake.wait(LONG_MS).then(() => 'woken');
    expect(await Promise.race([waiting, Promise.resolve('asleep')])).toBe('asleep');
    wake.call();
    expect(await waiting).toBe('woken');
  });

  it('wakes by itself when its time is over', async () => {
    await expect(new Wake().wait(1)).resolves.toBeUndefined();
  });
});
