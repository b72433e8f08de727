import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Asks until the answer is neither undefined nor false. */
export async function until<Result>(
  what: string,
  deadlineMs: number,
  ask: () => Promise<Result | undefined | false>,
): Promise<Result> {
  const endMs = performance.now() + deadlineMs;
  while (performance.now() < endMs) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(POLL_MS);
  }
  throw new Error(`Not within ${deadlineMs / 1_000} s: ${what}`);
}
