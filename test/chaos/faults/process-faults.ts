import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit, Replica } from '../fleet.js';
import type { KillPoint } from '../kill-points.js';
import { CHAOS_TIMING, EXIT_DEADLINE_MS } from '../timing.js';
import type { Fault, World } from './fault.js';

/** Longer than a stopped process's leases last. */
const FREEZE_MS = CHAOS_TIMING.leaseMs + 1_000;

/** A process told to die at a point gets there within this time, under load. */
export const KILL_DEADLINE_MS = 20_000;

/** Long enough for requests of the load to be under way. */
const GET_GOING_MS = 300;

/** Replicas that are killed, frozen and asked to end. */
export const processFaults: readonly Fault[] = [
  {
    name: 'kill -9 at random',
    async strike({ fleet, random, holdMs }) {
      const victim = await fleet.victim(random);
      await sleep(random.between(0, holdMs));
      await victim.signal('SIGKILL');
      fleet.revive(victim);
    },
  },
  {
    name: 'kill -9 between provider acceptance and commit',
    async strike(world) {
      await world.fleet.victim(world.random);
      const victim = await whoHangs(world, { times: 1 });
      if (victim === null) return;
      await victim.signal('SIGKILL');
      world.fleet.revive(victim);
    },
  },
  killedAt('before-send', 'kill -9 between claim and send'),
  killedAt('after-send', 'kill -9 between answer and commit'),
  killedAt('before-accept-commit', 'kill -9 in accept, before COMMIT'),
  killedAt('after-accept-commit', 'kill -9 in accept, after COMMIT'),
  {
    name: 'SIGSTOP longer than the lease',
    async strike({ fleet, random }) {
      const victim = await fleet.victim(random);
      victim.freeze();
      await sleep(FREEZE_MS);
      victim.thaw();
    },
  },
  {
    name: 'SIGTERM with sends in flight',
    async strike(world) {
      await world.provider.meet({ mode: 'slow', delayMs: CHAOS_TIMING.providerTimeoutMs / 2 });
      const victim = await world.fleet.victim(world.random);
      await sleep(GET_GOING_MS);
      const exit = await endsInTime(world, victim, () => victim.signal('SIGTERM'));
      if (exit !== null && exit.code !== 0) world.report(`exit ${exitText(exit)} instead of 0`);
      await world.provider.behave();
    },
  },
  {
    name: 'SIGTERM while the provider hangs',
    async strike(world) {
      await world.fleet.victim(world.random);
      const victim = await whoHangs(world, {});
      if (victim === null) return;
      const exit = await endsInTime(world, victim, () => victim.signal('SIGTERM'));
      if (exit !== null && exit.code !== 0) world.report(`exit ${exitText(exit)} instead of 0`);
      await world.provider.behave();
    },
  },
  {
    name: 'SIGTERM with a half-sent request open',
    async strike(world) {
      const victim = await world.fleet.victim(world.random);
      const { port } = new URL(victim.url ?? '');
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined); // its end is what we wait for
      await once(socket, 'connect');
      socket.write(
        'POST /api/cam/email/send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      await sleep(GET_GOING_MS);
      await endsInTime(world, victim, () => victim.signal('SIGTERM'));
      socket.destroy();
    },
  },
  {
    name: 'SIGTERM twice, SIGINT and SIGTERM',
    async strike(world) {
      const victim = await world.fleet.victim(world.random);
      const [first, second] = world.random.pick([
        ['SIGTERM', 'SIGTERM'],
        ['SIGINT', 'SIGTERM'],
      ] as const);
      const exit = await endsInTime(world, victim, async () => {
        const ended = victim.signal(first);
        void victim.signal(second);
        return ended;
      });
      if (exit !== null && exit.code !== 0) world.report(`exit ${exitText(exit)} instead of 0`);
    },
  },
  {
    name: 'kill -9 of all replicas, cold start',
    async strike({ fleet }) {
      await fleet.isWhole();
      await Promise.all(fleet.replicas.map((replica) => replica.signal('SIGKILL')));
      await fleet.start();
    },
  },
];

function killedAt(point: KillPoint, name: string): Fault {
  return { name, strike: (world) => killAt(world, point) };
}

/** The next work of a replica that comes to the point is its last; it is started again. */
export async function killAt({ fleet, random, report }: World, point: KillPoint): Promise<void> {
  const victim = await fleet.victim(random);
  const exit = await Promise.race([victim.dieAt(point), sleep(KILL_DEADLINE_MS, null, { ref: false })]);
  if (exit === null) {
    report(`nothing came past ${point}`);
    await victim.signal('SIGKILL');
  } else if (exit.signal !== 'SIGKILL') {
    report(`exit ${exitText(exit)} instead of SIGKILL`);
  }
  fleet.revive(victim);
}

/** Lets the provider accept and hang. @returns the replica whose mail was the first to meet it */
async function whoHangs(
  { provider, fleet, report }: World,
  timing: { readonly times?: number },
): Promise<Replica | null> {
  const before = provider.struck.length;
  await provider.meet({ mode: 'accept-then-hang', ...timing });
  if (!(await provider.hasStruck(1, before))) report('no mail met the fault');
  return fleet.replicas.find(({ name }) => name === provider.struck[before]?.caller) ?? null;
}

/** Asks a replica to end; one that does not by the deadline is killed, and that is reported. */
async function endsInTime(
  { fleet, report }: World,
  victim: Replica,
  ask: () => Promise<Exit>,
): Promise<Exit | null> {
  const askedAtMs = performance.now();
  const exit = await Promise.race([ask(), sleep(EXIT_DEADLINE_MS, null, { ref: false })]);
  if (exit === null) {
    report(`still there ${Math.round(performance.now() - askedAtMs)} ms after the signal`);
    await victim.signal('SIGKILL');
  }
  fleet.revive(victim);
  return exit;
}

function exitText({ code, signal }: Exit): string {
  return String(code ?? signal);
}
