import type { Fault } from './fault.js';

/** Clients that do what clients do. */
export const clientFaults: readonly Fault[] = [
  {
    name: 'one key, very many clients at once',
    async strike({ load, stampede }) {
      await load.stampede(stampede);
    },
  },
];
