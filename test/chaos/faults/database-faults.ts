import { setTimeout as sleep } from 'node:timers/promises';
import { QUERY_TIMEOUT_MS } from '../timing.js';
import type { Fault } from './fault.js';

/** PostgreSQL that dies, stands still or is lost behind the network. */
export const databaseFaults: readonly Fault[] = [
  {
    name: 'PostgreSQL crashes under load',
    async strike({ postgres, random, holdMs }) {
      await sleep(random.between(0, holdMs));
      await postgres.crash();
    },
  },
  {
    name: 'PostgreSQL frozen',
    async strike({ postgres }) {
      const thaw = await postgres.freeze();
      await sleep(QUERY_TIMEOUT_MS + 1_000);
      thaw();
    },
  },
  {
    name: 'half-open database connections',
    async strike({ network, random, holdMs }) {
      await sleep(random.between(0, holdMs));
      network.blackholeExisting();
    },
  },
  {
    name: 'database connections reset, new ones refused',
    async strike({ network, holdMs }) {
      network.refuseNew();
      network.resetExisting();
      await sleep(holdMs);
      network.pass();
    },
  },
  {
    name: 'pg_terminate_backend of all backends',
    async strike({ postgres, database, holdMs }) {
      for (let round = 0; round < 3; round += 1) {
        await sleep(holdMs / 3);
        await postgres.query(
          'postgres',
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1',
          [database],
        );
      }
    },
  },
];
