/**
 * The flood: Resend's events about a fleet's mails, shuffled, repeated and at the same time, while one of two replicas
 * is killed with -9 in the middle. What is left must equal, row by row, what the same events leave that are told once,
 * in the order in which they happened.
 *
 * `--quick` tells 1,000 events three times over instead of 10,000 ten times; `--events N`, `--rounds N`, `--seed N`.
 * Ends with 1 when a round ends otherwise than the ordered one.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { Random } from '../chaos/random.js';
import { ServiceProcess } from '../e2e/service-process.js';
import type { WebhookEvent } from '../support/fake-resend/events.mjs';
import { OwnPostgres } from '../support/own-postgres.js';
import { differences, type EndState, readEndState, sizeOf } from './end-state.js';
import { seed } from './seed.js';
import { tellStories } from './story.js';
import { tellAll } from './telling.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    events: { type: 'string' },
    rounds: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000_000)) },
  },
});

const SECRET = `whsec_${Buffer.alloc(32, 'flood').toString('base64')}`;
const REPLICAS = 2;
const WIDTH = 16;
/** Every so manieth event is told twice more. */
const REPEATED = 3;
const MAIN = join(import.meta.dirname, '../../src/main.js');

const eventCount = Number(values.events ?? (values.quick ? 1_000 : 10_000));
const rounds = Number(values.rounds ?? (values.quick ? 3 : 10));
const random = new Random(Number(values.seed));
say(`seed ${values.seed}: ${eventCount} events, ${rounds} rounds`);

const folder = await mkdtemp(join(tmpdir(), 'cam-flood-'));
const running = new Set<ServiceProcess>();
// What a killed process has written is the server's, and that one lives on: a quick run need not wait for the disk.
const postgres = await OwnPostgres.start(values.quick ? { fsync: 'off', synchronous_commit: 'off' } : {});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const service of running) service.signal('SIGKILL');
    void postgres.stop().finally(() => process.exit(1));
  });
}
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  for (const service of running) await service.kill('SIGKILL');
  await postgres.stop();
  await rm(folder, { recursive: true });
}

async function run(): Promise<boolean> {
  const seeded = await postgres.createDatabase('seeded');
  const mails = await withClient(seeded, (client) => seed(client, Math.ceil(eventCount / 4)));
  const events = tellStories(mails, eventCount, random);

  const ordered = await tellRound('ordered', events, { width: 1, kill: false });
  say(`It leaves ${sizeOf(ordered)}.`);
  let allEqual = ordered.get('events')?.length === eventCount;
  if (!allEqual) say('Not every event is stored.');
  for (let round = 1; round <= rounds; round += 1) {
    const told = random.shuffle([...events, ...repeatsOf(events)]);
    const left = await tellRound(`flood_${round}`, told, { width: WIDTH, kill: true });
    const found = differences(ordered, left);
    for (const line of found.slice(0, 10)) say(line);
    if (found.length > 0) say(`${found.length} rows differ from the ordered run.`);
    allEqual &&= found.length === 0;
  }
  say(allEqual ? 'Every round left what the ordered one did.' : 'NOT EQUAL.');
  return allEqual;
}

function repeatsOf(events: readonly WebhookEvent[]): WebhookEvent[] {
  return events.flatMap((event, index) => (index % REPEATED === 0 ? [event, event] : []));
}

/** The events against replicas over a database as the seed left it. */
async function tellRound(
  name: string,
  events: readonly WebhookEvent[],
  { width, kill }: { width: number; kill: boolean },
): Promise<EndState> {
  await withClient(postgres.url(), (client) => client.query(`CREATE DATABASE ${name} TEMPLATE seeded`));
  const url = postgres.url(name);
  const services = await Promise.all(Array.from({ length: REPLICAS }, () => startService(url)));
  const urls = await Promise.all(services.map((service) => service.listening()));

  const killAt = Math.floor(events.length * (0.35 + 0.3 * random.next()));
  const replacements: Promise<void>[] = [];
  const replace = async (): Promise<void> => {
    const victim = services[0];
    if (victim === undefined) throw new Error('There is nobody to kill');
    const { signal } = await victim.kill('SIGKILL');
    if (signal !== 'SIGKILL') throw new Error(`The replica ended by itself: ${victim.errors}`);
    running.delete(victim);
    services[0] = await startService(url);
    urls[0] = await services[0].listening();
  };

  let calls = 0;
  const startedAtMs = performance.now();
  const tally = await tellAll(events, {
    secret: SECRET,
    width,
    nextUrl: () => `${urls[(calls += 1) % urls.length] ?? ''}/webhooks/resend`,
    onTold: (count) => {
      if (kill && count === killAt) replacements.push(replace());
    },
  });
  const seconds = (performance.now() - startedAtMs) / 1_000;
  await Promise.all(replacements);
  for (const service of services) {
    await service.kill('SIGTERM');
    running.delete(service);
  }
  say(
    `${name}: ${tally.told} told in ${seconds.toFixed(1)} s, ${Math.round(tally.told / seconds)} a second` +
      (kill ? `, kill -9 after ${killAt}, ${tally.refused} calls unanswered and told again` : ''),
  );
  const left = await withClient(url, readEndState);
  await withClient(postgres.url(), (client) => client.query(`DROP DATABASE ${name}`));
  return left;
}

async function startService(databaseUrl: string): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      AICMO_RESEND_WEBHOOK_SECRET: SECRET,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const service = new ServiceProcess(child);
  running.add(service);
  await service.listening();
  return service;
}

async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
