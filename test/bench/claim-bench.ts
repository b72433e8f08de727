import { createDataSource } from '../../src/data-source.js';
import { Database } from '../../src/database/database.js';
import { createEngine, type Engine } from '../support/engine.js';
import { TestDatabase } from '../support/test-database.js';
import { type Bench, type BenchOptions, type Row } from './bench.js';
import { PRODUCT_CAMPAIGN, type Stage } from './stage.js';
import { quantile } from './statistics.js';

const FUTURE_ROWS = 1_000_000;
const CLAIM_SIZE = 50;

/** How long a claim takes when a million other rows wait for a later day. */
export const claimLatency: Bench = {
  name: 'claim',
  run: async (stage, options) => {
    const alone = await claimAll(stage, options, 0);
    const among = await claimAll(stage, options, FUTURE_ROWS);
    const plan = await explainClaim(stage);
    await stage.clear();
    const count = `claim of ${CLAIM_SIZE}`;
    return {
      rows: [
        latencyRow(`${count}, p50, without / with 1,000,000 later rows`, alone.times, among.times, 0.5),
        latencyRow(`${count}, p99, without / with 1,000,000 later rows`, alone.times, among.times, 0.99),
      ],
      faults: [...alone.faults, ...among.faults],
      notes: [`claim: its plan among the later rows\n${plan}`],
    };
  },
};

interface Claims {
  /** Milliseconds of each call. */
  readonly times: readonly number[];
  readonly faults: readonly string[];
}

async function claimAll(stage: Stage, { quick }: BenchOptions, futureRows: number): Promise<Claims> {
  const claims = quick ? 40 : 200;
  // One claim more than is measured: the plan is taken from the last.
  await prepare(stage, (claims + 1) * CLAIM_SIZE, futureRows);
  return onEngine(stage, async (engine) => {
    const times: number[] = [];
    let leased = 0;
    for (let index = 0; index < claims; index += 1) {
      const startedAtMs = performance.now();
      const { emails } = await engine.claims.claim(ownerOf(engine), CLAIM_SIZE);
      times.push(performance.now() - startedAtMs);
      leased += emails.length;
    }
    const attempts = await stage.count('cam_send_attempts');
    const isRight = leased === claims * CLAIM_SIZE && attempts === leased;
    const faults = isRight
      ? []
      : [`claim: ${leased} leases and ${attempts} attempts of ${claims * CLAIM_SIZE} due mails`];
    return { times, faults };
  });
}

async function prepare(stage: Stage, due: number, futureRows: number): Promise<void> {
  await stage.clear();
  await stage.preload({ mails: due, provider: 'Resend', ...PRODUCT_CAMPAIGN });
  const client = await stage.db.connect();
  try {
    // Later rows need no mail: the claim never looks at them.
    await client.query(`SET session_replication_role = 'replica'`);
    await client.query(
      `INSERT INTO cam_dispatch_queue (outbound_email_id, campaign_id, provider, simulated, due_at)
       SELECT 1000000000 + n, 1, 'Resend', false, cam_now() + interval '1 day' + n * interval '1 millisecond'
         FROM generate_series(1, $1::integer) AS n`,
      [futureRows],
    );
    await client.query(`SET session_replication_role = 'origin'`);
  } finally {
    client.release();
  }
  await stage.db.query('VACUUM (ANALYZE) cam_dispatch_queue');
  await stage.db.query('CHECKPOINT');
}

/** PostgreSQL's own words on the statement that picks the due rows, from one claim more. */
async function explainClaim(stage: Stage): Promise<string> {
  return stage.explaining('SKIP LOCKED', () =>
    onEngine(stage, async (engine) => {
      await engine.claims.claim(ownerOf(engine), CLAIM_SIZE);
    }),
  );
}

async function onEngine<Result>(stage: Stage, use: (engine: Engine) => Promise<Result>): Promise<Result> {
  const dataSource = await createDataSource({ kind: 'url', url: stage.databaseUrl }).initialize();
  try {
    return await use(
      createEngine(new TestDatabase('bench', stage.databaseUrl, dataSource, new Database(dataSource))),
    );
  } finally {
    await dataSource.destroy();
  }
}

function ownerOf(engine: Engine): Engine['owner'] {
  return { ...engine.owner, provider: 'Resend', simulated: false };
}

/** Slower is worse: the ratio says how many times. */
function latencyRow(bench: string, alone: readonly number[], among: readonly number[], share: number): Row {
  const [floor, product] = [quantile(alone, share), quantile(among, share)];
  return { bench, unit: 'ms', floor, product, ratio: product / floor, target: null };
}
