import { setTimeout as delay } from 'node:timers/promises';
import { tellEvent, type WebhookEvent } from '../support/fake-resend/events.mjs';

/** How an event that was not answered with 200 is told again, far sooner than by Resend. */
const RETRY_MS = 100;
const MOST_TELLINGS = 300;

export interface Tally {
  told: number;
  /** Calls that got no answer, or another than 200. */
  refused: number;
}

export interface Telling {
  readonly secret: string;
  /** Calls at the same time. */
  readonly width: number;
  /** Where the next call goes. */
  readonly nextUrl: () => string;
  /** Called after each event that was answered. */
  readonly onTold: (count: number) => void;
}

/** Tells the events in the order given, until each was answered with 200. */
export async function tellAll(events: readonly WebhookEvent[], telling: Telling): Promise<Tally> {
  const tally: Tally = { told: 0, refused: 0 };
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let event = events[next]; event !== undefined; event = events[next]) {
      next += 1;
      await tellUntilTaken(event, telling, tally);
      tally.told += 1;
      telling.onTold(tally.told);
    }
  };
  await Promise.all(Array.from({ length: telling.width }, worker));
  return tally;
}

async function tellUntilTaken(event: WebhookEvent, telling: Telling, tally: Tally): Promise<void> {
  for (let tellings = 0; tellings < MOST_TELLINGS; tellings += 1) {
    const status = await tellEvent({ url: telling.nextUrl(), secret: telling.secret }, event);
    if (status === 200) return;
    tally.refused += 1;
    await delay(RETRY_MS);
  }
  throw new Error(`The event ${event.id} is not taken`);
}
