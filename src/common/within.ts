import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `work` has settled, however it did, or after `limitMs` at the latest; the work goes on by itself. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const settled = Promise.allSettled([work]).then(() => {
    patience.abort();
  });
  const limit = sleep(limitMs, undefined, { signal: patience.signal }).catch((error: unknown) => {
    if (!patience.signal.aborted) throw error;
  });
  await Promise.race([settled, limit]);
}
