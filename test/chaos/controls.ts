import { check, type Verdict } from './checker.js';
import { Rig, type RigOptions } from './rig.js';
import { addTally, emptyTally } from './tally.js';
import { CHAOS_TIMING } from './timing.js';
import type { Guard } from './without-guard.js';

/** A run without one guard: a checker that does not see the damage proves nothing. */
interface Control {
  readonly guard: Guard;
  readonly name: string;
  readonly options: Pick<RigOptions, 'replicas' | 'globalCap' | 'campaignCaps' | 'sequences'>;
  /** Gives the damage its occasion. */
  run(rig: Rig): Promise<void>;
  /** What is damaged, in words; null: nothing that the checker saw. */
  damage(verdict: Verdict): string | null;
}

export interface ControlResult {
  readonly name: string;
  readonly damage: string | null;
}

const CONTROLS: readonly Control[] = [
  {
    guard: 'key',
    name: 'a new key for every attempt',
    options: { replicas: 1, globalCap: 0, campaignCaps: [null], sequences: 0 },
    async run({ provider, load }) {
      await provider.meet({ mode: 'accept-then-reset', times: 5 });
      await load.burst(10);
    },
    damage({ tallies }) {
      const { twice } = sumOf(tallies);
      return twice === 0 ? null : `${twice} sent twice`;
    },
  },
  {
    guard: 'cap-lock',
    name: 'count, then send',
    options: {
      replicas: 2,
      globalCap: 17,
      campaignCaps: Array.from({ length: 8 }, () => null),
      sequences: 0,
    },
    async run({ load }) {
      await load.burst(60);
    },
    damage({ tallies }) {
      const { overshoot } = sumOf(tallies);
      return overshoot === 0 ? null : `${overshoot} over the cap`;
    },
  },
  {
    guard: 'fence',
    name: 'failures without a fence',
    options: { replicas: 2, globalCap: 0, campaignCaps: [null], sequences: 0 },
    async run({ provider, load }) {
      await provider.meet({ mode: 'slow', delayMs: CHAOS_TIMING.providerTimeoutMs * 0.8 });
      await provider.meet({ mode: 'answer', status: 429, times: 3 });
      await load.burst(3);
    },
    damage({ problems }) {
      const wrong = problems.filter((problem) => problem.includes('places held'));
      return wrong.length === 0 ? null : wrong.join('; ');
    },
  },
  {
    guard: 'version',
    name: 'steps recorded without their version',
    options: { replicas: 2, globalCap: 0, campaignCaps: [], sequences: 1 },
    async run(rig) {
      const [sleeper] = rig.fleet.replicas;
      if (sleeper === undefined) throw new Error('There is no replica');
      // More than once: who wakes up may find that its connection is gone, and write nothing.
      for (let sleeps = 0; sleeps < 2; sleeps += 1) {
        const asleep = sleeper.freezeAt('before-step', ASLEEP_DEADLINE_MS);
        await rig.sequences.run(1, asleep);
        await rig.stepsAreTakenOver();
        // Otherwise the others, without versions too, might write over what it does.
        await rig.rest();
        sleeper.thaw();
      }
      await rig.finishSequences();
    },
    damage: ({ problems }) => countOf(problems, 'stopped as DUPLICATE, and nothing says so'),
  },
  {
    guard: 'gate',
    name: 'steps claimed without a look at their enrolment',
    options: { replicas: 1, globalCap: 6, campaignCaps: [], sequences: 1 },
    async run(rig) {
      // The first letters take all places of the day; the second ones wait for the next, and are answered first.
      await rig.sequences.enrol(6);
      await rig.rest();
      await rig.recipients.allReply();
      await rig.passDay();
    },
    damage: ({ problems }) => countOf(problems, 'after its stop'),
  },
];

/** By then a step is due at a replica, enrolments coming in. */
const ASLEEP_DEADLINE_MS = 20_000;

/** Runs them at the same time, each on its own database and provider. */
export async function runControls(
  options: Pick<RigOptions, 'folder' | 'postgres' | 'random'>,
): Promise<ControlResult[]> {
  return Promise.all(
    CONTROLS.map(async (control) => {
      const name = `control_${control.guard.replace('-', '_')}`;
      const rig = await Rig.start({ ...options, ...control.options, name, guard: control.guard });
      try {
        await control.run(rig);
        await rig.rest();
        return { name: control.name, damage: control.damage(check(await rig.evidence())) };
      } finally {
        await rig.stop();
      }
    }),
  );
}

function sumOf(tallies: Verdict['tallies']) {
  return [...tallies.values()].reduce(addTally, emptyTally());
}

function countOf(problems: readonly string[], words: string): string | null {
  const count = problems.filter((problem) => problem.includes(words)).length;
  return count === 0 ? null : `${count} ${words}`;
}
