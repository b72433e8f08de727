import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 25;

/** Looks again and again until the condition holds. @returns false when it does not within `deadlineMs` */
export async function holdsWithin(
  deadlineMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const endsAtMs = performance.now() + deadlineMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= endsAtMs) return false;
    await sleep(LOOK_EVERY_MS);
  }
}
