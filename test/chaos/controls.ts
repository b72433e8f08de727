import { addTally, check, emptyTally, type Verdict } from './checker.js';
import { Rig, type RigOptions } from './rig.js';
import { CHAOS_TIMING } from './timing.js';
import type { Guard } from './without-guard.js';

/** A run without one guard: a checker that does not see the damage proves nothing. */
interface Control {
  readonly guard: Guard;
  readonly name: string;
  readonly options: Pick<RigOptions, 'replicas' | 'globalCap' | 'campaignCaps'>;
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
    options: { replicas: 1, globalCap: 0, campaignCaps: [null] },
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
    options: { replicas: 2, globalCap: 17, campaignCaps: Array.from({ length: 8 }, () => null) },
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
    options: { replicas: 2, globalCap: 0, campaignCaps: [null] },
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
];

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
