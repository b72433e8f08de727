import { performance } from 'node:perf_hooks';
import { clientFaults } from './faults/client-faults.js';
import { databaseFaults } from './faults/database-faults.js';
import { dayFaults } from './faults/day-faults.js';
import type { Fault, World } from './faults/fault.js';
import { followUpFaults } from './faults/follow-up-faults.js';
import { processFaults } from './faults/process-faults.js';
import { providerFaults } from './faults/provider-faults.js';
import type { ChaosPostgres } from './postgres.js';
import type { Random } from './random.js';
import type { Strike } from './report.js';
import type { Rig } from './rig.js';

export interface NemesisOptions {
  readonly rig: Rig;
  readonly postgres: ChaosPostgres;
  readonly random: Random;
  readonly holdMs: number;
  readonly stampede: number;
  readonly mailsPerFault: number;
  readonly enrolmentsPerFault: number;
  readonly say: (text: string) => void;
}

const IN_ANY_ORDER = [
  ...processFaults,
  ...followUpFaults,
  ...databaseFaults,
  ...providerFaults,
  ...clientFaults,
];

/** So many rounds, each with every fault once, in an order of its own, and the end of a day. */
export function nemesisRounds(rounds: number, random: Random, only = ''): Fault[] {
  const isWanted = ({ name }: Fault): boolean => name.includes(only);
  return Array.from({ length: rounds }, () => [...random.shuffle(IN_ANY_ORDER), ...dayFaults])
    .flat()
    .filter(isWanted);
}

/** Strikes one fault after the other under load; each must be over before the next begins. */
export async function strikeAll(faults: readonly Fault[], options: NemesisOptions): Promise<Strike[]> {
  const { rig, postgres, random, holdMs, stampede, mailsPerFault, enrolmentsPerFault, say } = options;
  const strikes: Strike[] = [];
  for (const [index, fault] of faults.entries()) {
    const startedAtMs = performance.now();
    const problems: string[] = [];
    const world: World = {
      database: 'chaos',
      postgres,
      network: rig.network,
      provider: rig.provider,
      fleet: rig.fleet,
      load: rig.load,
      random,
      holdMs,
      stampede,
      report: (problem) => problems.push(problem),
      calm: async () => {
        if (!(await rig.calms())) problems.push('mails stay in doubt before it');
      },
      placesLeft: () => rig.placesLeft(),
      leap: (hours) => rig.leap(hours * 60),
      stepsAreTakenOver: () => rig.stepsAreTakenOver(),
    };
    rig.load.fault = index;
    rig.sequences.fault = index;
    const struck = fault.strike(world);
    await Promise.all([
      struck,
      rig.load.run(mailsPerFault, struck),
      rig.sequences.run(enrolmentsPerFault, struck),
    ]);
    if (!(await rig.load.canary())) problems.push('no answer afterwards');
    if (!(await rig.recovers())) problems.push('due mail stays where it is afterwards');
    strikes.push({ name: fault.name, problems });
    const tookS = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    say([`${tookS.padStart(5)} s  ${fault.name}`, ...problems].join('\n         ! '));
  }
  return strikes;
}
