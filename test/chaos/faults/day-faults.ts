import { holdsWithin } from '../until.js';
import type { Fault } from './fault.js';

/** Longer than the provider remembers a key. */
const HOURS_OFF = 25;

/** Past the next midnight, and less than what the provider remembers. */
const HOURS_TO_MORNING = 20;

const MAILS_IN_DOUBT = 5;
const MAILS_TOO_MANY = 60;

/** By then the mails that wait for their places have got them. */
const FULL_DEADLINE_MS = 60_000;

/** The end of a day, in this order. */
export const dayFaults: readonly Fault[] = [
  {
    name: 'all off while the provider forgets its keys',
    async strike({ fleet, provider, calm, leap, report }) {
      await fleet.isWhole();
      await calm();
      const before = provider.struck.length;
      await provider.meet({ mode: 'accept-then-hang' });
      if (!(await provider.hasStruck(MAILS_IN_DOUBT, before))) report('too few mails met the fault');
      await Promise.all(fleet.replicas.map((replica) => replica.signal('SIGKILL')));
      await provider.behave();
      await leap(HOURS_OFF);
      await fleet.start();
    },
  },
  {
    name: 'more mail than the day has places, then midnight',
    async strike({ load, placesLeft, leap, report }) {
      await load.rush((await placesLeft()) + MAILS_TOO_MANY);
      if (!(await holdsWithin(FULL_DEADLINE_MS, async () => (await placesLeft()) === 0))) {
        report(`the day has ${await placesLeft()} places left`);
      }
      await leap(HOURS_TO_MORNING);
    },
  },
];
