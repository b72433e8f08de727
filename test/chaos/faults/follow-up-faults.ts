import type { Fault, World } from './fault.js';
import { KILL_DEADLINE_MS, killAt } from './process-faults.js';

/** Replicas that end, or fall asleep, while they make steps into mail. */
export const followUpFaults: readonly Fault[] = [
  {
    name: 'kill -9 with steps leased, nothing stored',
    async strike(world) {
      await killAt(world, world.random.pick(['before-step', 'before-steps-commit']));
      await expectHeir(world);
    },
  },
  {
    name: 'kill -9 with steps leased, some stored',
    async strike(world) {
      await killAt(world, 'after-steps-commit');
      await expectHeir(world);
    },
  },
  {
    name: 'SIGSTOP with steps leased, for longer than that',
    async strike(world) {
      const { fleet, random, report } = world;
      const victim = await fleet.victim(random);
      if (!(await victim.freezeAt('before-step', KILL_DEADLINE_MS))) report('no step came past before-step');
      await expectHeir(world);
      victim.thaw();
    },
  },
];

async function expectHeir({ stepsAreTakenOver, report }: World): Promise<void> {
  if (!(await stepsAreTakenOver())) report('nobody made the steps that it had leased');
}
