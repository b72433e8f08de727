/**
 * `npm run bench`: all of it; `npm run bench -- accept drain`: those whose names begin so. `--quick` runs briefly,
 * `--cpu-prof=<folder>` leaves a CPU profile of each service process there. A missed target is printed, wrong counts
 * fail the run.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { acceptInHundreds, acceptOneByOne } from './accept-bench.js';
import type { BenchResult } from './bench.js';
import { claimLatency } from './claim-bench.js';
import { drainAtOnce, drainWithLatency } from './drain-bench.js';
import { idle } from './idle-bench.js';
import { drainUnderLimit } from './limit-bench.js';
import { describeMachine } from './machine.js';
import { recovery } from './recovery-bench.js';
import { Stage } from './stage.js';
import { tableOf } from './table.js';

const BENCHES = [
  acceptOneByOne,
  acceptInHundreds,
  drainAtOnce,
  drainWithLatency,
  drainUnderLimit,
  claimLatency,
  recovery,
  idle,
];

const { values: options, positionals: prefixes } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, 'cpu-prof': { type: 'string' } },
});

const chosen = BENCHES.filter(
  ({ name }) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix)),
);
if (chosen.length === 0) throw new Error(`There are: ${BENCHES.map(({ name }) => name).join(', ')}`);

const profileFolder = options['cpu-prof'];
const stage = await Stage.set(profileFolder === undefined ? null : resolve(profileFolder));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stage.strike().finally(() => process.exit(1)));
}
const results: BenchResult[] = [];
try {
  const machine = await describeMachine(stage);
  say(machine.join('\n'));
  for (const bench of chosen) {
    say(`\n== ${bench.name}`);
    const result = await bench.run(stage, { quick: options.quick });
    results.push(result);
    for (const line of [...result.notes, ...result.faults.map((fault) => `WRONG ${fault}`)]) say(line);
  }
} finally {
  await stage.strike();
}

say(`\n${tableOf(results.flatMap(({ rows }) => rows))}`);
const faults = results.flatMap((result) => result.faults);
if (faults.length > 0) {
  say(`\nVoid, for the counts are wrong:\n${faults.join('\n')}`);
  process.exitCode = 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
