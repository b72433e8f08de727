/**
 * The chaos run: replicas as processes, PostgreSQL and Resend's stand-in under every fault that we can think of, and a
 * checker that holds the records of client, provider and database against each other.
 *
 * `--quick` strikes each fault once, `--only <words>` those whose name has the words; `--seed N` repeats a run's plan,
 * `--no-controls` leaves the negative controls out. Ends with 1 when a promise was broken.
 */
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { check, type Verdict } from './checker.js';
import { runControls } from './controls.js';
import { nemesisRounds, strikeAll } from './nemesis.js';
import { ChaosPostgres } from './postgres.js';
import { Random } from './random.js';
import { listOf, problemsOf, tableOf } from './report.js';
import { Rig } from './rig.js';
import { STEPS_AT_ONCE } from './sequence-load.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000_000)) },
    only: { type: 'string' },
    'no-controls': { type: 'boolean', default: false },
  },
});

const plan = values.quick
  ? {
      rounds: 1,
      replicas: 3,
      mailsPerFault: 15,
      enrolmentsPerFault: 2,
      holdMs: 600,
      stampede: 150,
      leastMails: 400,
    }
  : {
      rounds: 2,
      replicas: 4,
      mailsPerFault: 80,
      enrolmentsPerFault: 5,
      holdMs: 2_000,
      stampede: 1_000,
      leastMails: 4_000,
    };

/** Sequences that end in one way or the other; fewer show nothing. */
const LEAST_ENDS = 10;

const startedAtMs = performance.now();
const random = new Random(Number(values.seed));
say(`seed ${values.seed}`);
const folder = await mkdtemp(join(tmpdir(), 'cam-chaos-'));
const postgres = await ChaosPostgres.start();
// The replicas end with us; the server would not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void postgres.stop().finally(() => process.exit(1)));
}
let succeeded = false;
try {
  succeeded = await run();
} finally {
  await postgres.stop();
  if (succeeded) await rm(folder, { recursive: true });
  else say(`The records are in ${folder}`);
}
process.exitCode = succeeded ? 0 : 1;

async function run(): Promise<boolean> {
  const faults = nemesisRounds(plan.rounds, random, values.only);
  const faultsPerDay = faults.length / plan.rounds;
  const mailsPerDay = Math.max(100, plan.mailsPerFault * faultsPerDay);
  const stepsPerDay = plan.enrolmentsPerFault * STEPS_AT_ONCE * faultsPerDay;
  const rig = await Rig.start({
    name: 'chaos',
    folder,
    postgres,
    random,
    replicas: plan.replicas,
    globalCap: Math.round(mailsPerDay * 1.6 + stepsPerDay),
    campaignCaps: [null, null, Math.round(mailsPerDay * 0.2), Math.round(mailsPerDay * 0.1)],
    sequences: 2,
  });
  rig.recipients.start();
  say(`${plan.replicas} replicas serve after ${seconds()} s`);
  const strikes = await strikeAll(faults, { ...plan, rig, postgres, random, say });
  // The controls have databases, providers and replicas of their own: they need not wait until the others rest.
  const [verdict, controls] = await Promise.all([
    verdictOf(rig),
    values['no-controls'] ? [] : runControls({ folder, postgres, random }),
  ]);
  const accepted = [...verdict.tallies.values()].reduce((sum, tally) => sum + tally.accepted, 0);
  const others = [...rig.crashes, ...rig.load.surprises, ...rig.sequences.surprises];
  if (values.only === undefined && accepted < plan.leastMails) others.push(`only ${accepted} mails accepted`);
  const { enrolled, exhausted, stopped, failed, told, sent } = verdict.sequences;
  if (values.only === undefined && Math.min(exhausted, stopped) < LEAST_ENDS) {
    others.push(`only ${exhausted} sequences came to their end, and ${stopped} were stopped`);
  }
  const problems = problemsOf(strikes, verdict, others, controls);

  say(`\n${tableOf(strikes, verdict)}\n`);
  say(`${verdict.requests} requests of the client, ${verdict.indeterminate} without an answer.`);
  say(
    `${enrolled} enrolments with ${sent} letters: ${exhausted} came to their end, ${stopped} were stopped by their leads, ${failed} by a letter that did not go; ${told} stops were answered.`,
  );
  for (const { name, damage } of controls) say(`Negative control "${name}": ${damage ?? 'NOT CAUGHT'}.`);
  say(`${strikes.length} faults and ${accepted} mails in ${seconds()} s, seed ${values.seed}.`);
  say(problems.length === 0 ? 'Every promise held.' : `${problems.length} problems:\n${listOf(problems)}`);
  return problems.length === 0;
}

/** Waits until the service has come to rest, and ends it. */
async function verdictOf(rig: Rig): Promise<Verdict> {
  await rig.fleet.isWhole();
  await rig.finishSequences();
  await rig.recipients.stop();
  await rig.rest();
  const verdict = check(await rig.evidence());
  await rig.stop();
  return verdict;
}

function seconds(): string {
  return ((performance.now() - startedAtMs) / 1_000).toFixed(1);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
