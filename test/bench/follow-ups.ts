/**
 * `npm run bench:follow-ups [-- --enrolments 100000 --campaigns 20]`: how fast one process advances enrolments that are
 * all due, on a PostgreSQL of its own. First steps, then second ones, which look at a sent mail and go on with its thread;
 * beside each a floor, the bare INSERT of the very rows that it left. Nothing is sent. Wrong counts fail the run.
 */
import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Database } from '../../src/database/database.js';
import { createDataSource } from '../../src/data-source.js';
import { createEngine, type Engine } from '../support/engine.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { BODY, SUBJECT } from './mail.js';

const MS_PER_TICK = 10;
const ROWS_PER_INSERT = 500;
const TARGET_SECONDS = 60;
/** Of the two tables that a step's mail is written to; columns that only the database fills are copied too. */
const TABLES = ['cam_outbound_emails', 'cam_dispatch_queue'] as const;

const { values } = parseArgs({
  options: {
    enrolments: { type: 'string', default: '100000' },
    campaigns: { type: 'string', default: '20' },
  },
});
const enrolments = Number(values.enrolments);
const campaigns = Number(values.campaigns);

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly databaseCpuSeconds: number;
}

const postgres = await OwnPostgres.start();
const dataSource = await createDataSource({
  kind: 'url',
  url: await postgres.createDatabase('bench'),
}).initialize();
const db = new Database(dataSource);
try {
  say(
    `${cpus()[0]?.model ?? '?'}, ${cpus().length} cores, load before ${loadavg()[0]?.toFixed(2)}, Node ${process.version}`,
  );
  const engine = createEngine({ database: db }, { provider: new FakeEmailProvider() });
  await seed(engine);
  await measure(engine, 1);
  await settle();
  await measure(engine, 2);
} finally {
  await dataSource.destroy();
  await postgres.stop();
}

async function seed({ sequences }: Engine): Promise<void> {
  await db.query(
    `INSERT INTO cam_campaigns (name) SELECT 'Campaign ' || n FROM generate_series(1, $1::integer) AS n`,
    [campaigns],
  );
  await db.query(
    `INSERT INTO cam_leads (email, first_name, last_name, company, title)
     SELECT 'lead-' || n || '@recipients.test', 'First' || n, 'Last' || n, 'Company ' || n, 'Head of Engines'
       FROM generate_series(1, $1::integer) AS n`,
    [enrolments],
  );
  await db.query(
    'INSERT INTO cam_campaign_leads (campaign_id, lead_id) SELECT 1 + id % $1, id FROM cam_leads',
    [campaigns],
  );
  await db.query(
    `INSERT INTO cam_email_templates (template_type, subject, body, cta_link)
     VALUES ('first', $1, $2, 'https://www.sender.test/demo'), ('second', $1, $2, 'https://www.sender.test/page')`,
    [SUBJECT, BODY],
  );
  for (let id = 1; id <= campaigns; id += 1) {
    await sequences.replace(id, {
      steps: [
        { templateType: 'first', delayDays: 0, businessDays: false, thread: 'same' },
        { templateType: 'second', delayDays: 3, businessDays: true, thread: 'same' },
      ],
      window: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' },
      onPositive: 'stop',
    });
    await sequences.enrol(id, null);
  }
  await db.query('VACUUM (ANALYZE)');
}

/** All steps of that number are due: how long until each has its mail? */
async function measure({ followUps }: Engine, step: number): Promise<void> {
  const cost = await costOf(() => followUps.runOnce());
  const [made] = await db.query<{ mails: number; queued: number }>(
    `SELECT count(*)::integer AS mails, count(q.outbound_email_id)::integer AS queued
       FROM cam_outbound_emails AS o LEFT JOIN cam_dispatch_queue AS q ON q.outbound_email_id = o.id
      WHERE o.sequence_number = $1`,
    [step],
  );
  const floor = await costOfFloor(step);
  say(
    `step ${step}: ${describe(cost)}; target < ${TARGET_SECONDS} s: ${cost.seconds < TARGET_SECONDS ? 'yes' : 'NO'}`,
  );
  say(`  floor: ${describe(floor)}; ratio ${(floor.seconds / cost.seconds).toFixed(2)}`);
  if (made?.mails !== enrolments || made.queued !== enrolments) {
    say(`  WRONG: ${made?.mails} mails and ${made?.queued} in the queue`);
    process.exitCode = 1;
  }
}

/** The mails are sent, and their next steps due. */
async function settle(): Promise<void> {
  await db.query('DELETE FROM cam_dispatch_queue');
  let settled = ROWS_PER_INSERT;
  for (let from = 0; settled > 0; from += ROWS_PER_INSERT) {
    const rows = await db.query(
      `UPDATE cam_outbound_emails SET status = 'SENT', sent_at = cam_now(), provider_message_id = gen_random_uuid()
        WHERE id > $1 AND id <= $2 RETURNING 1`,
      [from, from + ROWS_PER_INSERT],
    );
    settled = rows.length;
  }
  await db.query(`UPDATE cam_clock SET clock_offset = interval '7 days'`);
  await db.query('VACUUM (ANALYZE)');
  await db.query('CHECKPOINT');
}

/** The same rows once more, into tables with the same checks and indexes, and no more than that. */
async function costOfFloor(step: number): Promise<Cost> {
  for (const table of TABLES) {
    await db.query(`DROP TABLE IF EXISTS floor_${table}`);
    await db.query(`CREATE TABLE floor_${table} (LIKE ${table} INCLUDING ALL)`);
  }
  const total = { seconds: 0, cpuSeconds: 0, databaseCpuSeconds: 0 };
  for (let after = 0; ;) {
    const mails = await db.query<{ id: number; row: unknown; entry: unknown }>(
      `SELECT o.id, to_jsonb(o) AS row, to_jsonb(q) AS entry
         FROM cam_outbound_emails AS o JOIN cam_dispatch_queue AS q ON q.outbound_email_id = o.id
        WHERE o.sequence_number = $1 AND o.id > $2 ORDER BY o.id LIMIT $3`,
      [step, after, ROWS_PER_INSERT],
    );
    const last = mails.at(-1);
    if (last === undefined) return total;
    after = last.id;
    const cost = await costOf(() =>
      db.transaction(async (tx) => {
        for (const [table, rows] of [
          [TABLES[0], mails.map(({ row }) => row)],
          [TABLES[1], mails.map(({ entry }) => entry)],
        ] as const) {
          await tx.query(
            `INSERT INTO floor_${table} OVERRIDING SYSTEM VALUE
             SELECT * FROM jsonb_populate_recordset(NULL::floor_${table}, $1::jsonb)`,
            [JSON.stringify(rows)],
          );
        }
      }),
    );
    total.seconds += cost.seconds;
    total.cpuSeconds += cost.cpuSeconds;
    total.databaseCpuSeconds += cost.databaseCpuSeconds;
  }
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const [startMs, cpu, databaseMs] = [performance.now(), process.cpuUsage(), await databaseCpuMs()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - startMs) / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    databaseCpuSeconds: ((await databaseCpuMs()) - databaseMs) / 1_000,
  };
}

/** What the server's processes have spent: those that have ended, and those that serve our pool. */
async function databaseCpuMs(): Promise<number> {
  const backends = await db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`,
  );
  const living = await Promise.all(backends.map(({ pid }) => statOf(pid)));
  const [backend] = living;
  if (backend === undefined) throw new Error('Nobody asked the server');
  const { endedTicks } = await statOf(backend.parent);
  return (living.reduce((sum, { ticks }) => sum + ticks, 0) + endedTicks) * MS_PER_TICK;
}

/** Of Linux: `proc_pid_stat(5)`. */
async function statOf(pid: number): Promise<{ parent: number; ticks: number; endedTicks: number }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = NaN] = fields;
  const [user = NaN, system = NaN, endedUser = NaN, endedSystem = NaN] = fields.slice(11);
  return { parent, ticks: user + system, endedTicks: endedUser + endedSystem };
}

function describe({ seconds, cpuSeconds, databaseCpuSeconds }: Cost): string {
  const rate = Math.round(enrolments / seconds).toLocaleString('en');
  return (
    `${enrolments.toLocaleString('en')} in ${seconds.toFixed(1)} s, ${rate}/s, ` +
    `CPU ${cpuSeconds.toFixed(1)} s here and ${databaseCpuSeconds.toFixed(1)} s in the database`
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
