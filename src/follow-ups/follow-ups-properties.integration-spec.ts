import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultsOf } from '../../test/support/histories/checker.js';
import { beginning, command } from '../../test/support/histories/commands.js';
import { World } from '../../test/support/histories/world.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { testScale } from '../../test/support/test-scale.js';

/** `CAM_PROPERTY_RUNS=1000` tries more histories than every build has time for, another seed tries others. */
const RUNS = testScale('CAM_PROPERTY_RUNS', 8);
const SEED = testScale('CAM_PROPERTY_SEED', 1_763_800_000);
const LONGEST_RUN_MS = 60_000;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

it(
  'keeps its promises through any history of sends, answers, absences, stops, plans, outages, crashes and clocks',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        beginning,
        fc.array(command, { minLength: 10, maxLength: 60, size: 'max' }),
        async (start, commands) => {
          const world = await World.begin(db, start);
          for (const next of commands) await world.run(next);
          await world.finish();

          const faults = faultsOf(world.history, await world.books(), world.ledger.calls);

          if (faults.length > 0) throw new Error([...faults, ...world.history.log].join('\n'));
          expect(faults).toEqual([]);
        },
      ),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  },
  RUNS * LONGEST_RUN_MS,
);
