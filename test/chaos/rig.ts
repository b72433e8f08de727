import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from 'pg';
import { createDataSource } from '../../src/data-source.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import type { Evidence } from './checker.js';
import { Fleet } from './fleet.js';
import { type ChaosCampaign, type ClientRecord, Load } from './load.js';
import type { ChaosPostgres } from './postgres.js';
import { Provider } from './provider.js';
import type { Random } from './random.js';
import { readSnapshot } from './snapshot.js';
import { CHAOS_TIMING } from './timing.js';
import { holdsWithin } from './until.js';
import type { Guard } from './without-guard.js';

export interface RigOptions {
  /** Of its database, its folder and what it writes. */
  readonly name: string;
  readonly folder: string;
  readonly postgres: ChaosPostgres;
  readonly random: Random;
  readonly replicas: number;
  /** 0: none. */
  readonly globalCap: number;
  /** One campaign for each; null: no cap of its own. */
  readonly campaignCaps: readonly (number | null)[];
  readonly guard?: Guard;
}

/** Where a day of a run begins: far from midnight. */
const TIME_ZONE = 'Europe/Berlin';
const LEADS_PER_CAMPAIGN = 20_000;

/** More than the provider forgets in; its real length, because the run moves the clock instead. */
const DEDUPE_WINDOW_MS = 23 * 60 * 60 * 1_000;
const MOST_SENDS = 20;

const REST_DEADLINE_MS = 60_000;
const RECOVERY_DEADLINE_MS = 45_000;
const LONG_OVERDUE_MS = 2_000;
const DEADLOCK = '40P01';

/** One database, one provider, a fleet between them and a client before it. */
export class Rig {
  private constructor(
    private readonly options: RigOptions,
    readonly provider: Provider,
    readonly network: TcpFaultProxy,
    readonly fleet: Fleet,
    readonly load: Load,
    /** Replicas that ended without being asked to, in words. */
    readonly crashes: readonly string[],
    private readonly campaigns: readonly ChaosCampaign[],
  ) {}

  static async start(options: RigOptions): Promise<Rig> {
    const { postgres, name, random, replicas, globalCap, campaignCaps, guard } = options;
    const folder = join(options.folder, name);
    await mkdir(folder);
    await postgres.query('postgres', `CREATE DATABASE ${name}`);
    const campaigns = await setUp(postgres, name, campaignCaps);
    const provider = await Provider.start(join(folder, 'provider.jsonl'), random.between(1, 1_000_000));
    const network = await TcpFaultProxy.start({ host: '127.0.0.1', port: postgres.port });
    const crashes: string[] = [];
    const fleet = new Fleet(replicas, {
      folder,
      environment: {
        DATABASE_URL: `postgres://postgres@127.0.0.1:${network.port}/${name}`,
        AICMO_RESEND_API_KEY: 're_chaos',
        AICMO_RESEND_BASE_URL: provider.url,
        AICMO_RESEND_FROM_EMAIL: 'grace@sender.test',
        AICMO_RESEND_RATE_PER_SECOND: '400',
        AICMO_CAM_EMAIL_DAILY_CAP: String(globalCap),
        AICMO_CAM_EMAIL_BATCH_CAP: '0',
        AICMO_CAM_TIMEZONE: TIME_ZONE,
      },
      ...(guard !== undefined && { guard }),
      onCrash: (text) => crashes.push(text),
    });
    const load = new Load(() => fleet.urls, campaigns, join(folder, 'client.jsonl'), random);
    const rig = new Rig(options, provider, network, fleet, load, crashes, campaigns);
    await rig.moveClock(
      `(((now() AT TIME ZONE '${TIME_ZONE}')::date + time '08:00') AT TIME ZONE '${TIME_ZONE}') - now()`,
    );
    await fleet.start();
    return rig;
  }

  /** Time passes at once, for the database and for the provider. */
  async leap(hours: number): Promise<void> {
    await this.moveClock(`clock_offset + make_interval(hours => ${hours})`);
  }

  /** Of today's global cap. */
  async placesLeft(): Promise<number> {
    const [counter] = await this.query<{ used: number }>(
      `SELECT used FROM cam_quota_counters
        WHERE scope = 'global' AND day = (cam_now() AT TIME ZONE '${TIME_ZONE}')::date`,
    );
    return this.options.globalCap - (counter?.used ?? 0);
  }

  /** True once nothing has been due for long. */
  async recovers(): Promise<boolean> {
    return this.drainsTo(
      `due_at < cam_now() - interval '${LONG_OVERDUE_MS} milliseconds'`,
      RECOVERY_DEADLINE_MS,
    );
  }

  /** True once nothing has been in doubt for long, but for mails that the provider never answers otherwise. */
  async calms(): Promise<boolean> {
    const hopeless = this.provider.struck
      .filter(({ mode }) => mode === 'sticky-500')
      .map(({ key }) => `'${key?.slice('cam-'.length) ?? ''}'`);
    return this.drainsTo(
      `maybe_sent_since < cam_now() - interval '${LONG_OVERDUE_MS} milliseconds'
       AND outbound_email_id NOT IN (
         SELECT id FROM cam_outbound_emails WHERE send_key::text IN (${['NULL', ...hopeless].join(', ')}))`,
      RECOVERY_DEADLINE_MS,
    );
  }

  /** Waits until nothing is open but what waits for the next day's places; not for ever. */
  async rest(): Promise<void> {
    await this.drainsTo(
      `NOT (waits_for IS NOT DISTINCT FROM 'cap' AND due_at > cam_now())`,
      REST_DEADLINE_MS,
    );
  }

  async evidence(): Promise<Evidence> {
    const { postgres, name, globalCap, campaignCaps } = this.options;
    const client = (await readFile(join(this.folder, 'client.jsonl'), 'utf8')).split('\n').filter(Boolean);
    return {
      client: client.map((line) => JSON.parse(line) as ClientRecord),
      provider: await this.provider.history(),
      database: await readSnapshot(postgres, name, TIME_ZONE),
      limits: {
        globalCap: globalCap === 0 ? null : globalCap,
        campaignCaps: new Map(this.campaigns.map(({ id }, index) => [id, campaignCaps[index] ?? null])),
        leaseMs: CHAOS_TIMING.leaseMs,
        dedupeWindowMs: DEDUPE_WINDOW_MS,
        mostSends: MOST_SENDS,
      },
    };
  }

  async stop(): Promise<void> {
    await this.fleet.stop();
    await this.provider.stop();
    await this.network.stop();
  }

  private get folder(): string {
    return join(this.options.folder, this.options.name);
  }

  private async moveClock(offset: string): Promise<void> {
    await this.betweenTransactions(`UPDATE cam_clock SET clock_offset = ${offset}`);
    const [row] = await this.query<{ offset_ms: number }>(
      'SELECT (EXTRACT(EPOCH FROM clock_offset) * 1000)::float8 AS offset_ms FROM cam_clock',
    );
    await this.provider.setClockOffset(Math.round(row?.offset_ms ?? 0));
  }

  /** A real clock stands still for a transaction; the offset must not change in the middle of one either. */
  private async betweenTransactions(statement: string): Promise<void> {
    const changed = await holdsWithin(RECOVERY_DEADLINE_MS, async () => {
      try {
        await this.query(
          `DO $$ BEGIN
             LOCK TABLE cam_outbound_emails, cam_dispatch_queue IN EXCLUSIVE MODE;
             ${statement};
           END $$`,
        );
        return true;
      } catch (error) {
        // Claims lock the queue first. Whoever loses tries again.
        if (error instanceof DatabaseError && error.code === DEADLOCK) return false;
        throw error;
      }
    });
    if (!changed) throw new Error('The clock could not be moved');
  }

  private async drainsTo(stillThere: string, deadlineMs: number): Promise<boolean> {
    return holdsWithin(deadlineMs, async () => {
      const rows = await this.query(`SELECT 1 FROM cam_dispatch_queue WHERE ${stillThere} LIMIT 1`);
      return rows.length === 0;
    });
  }

  private async query<Row>(sql: string): Promise<Row[]> {
    return this.options.postgres.query<Row>(this.options.name, sql);
  }
}

async function setUp(
  postgres: ChaosPostgres,
  database: string,
  caps: readonly (number | null)[],
): Promise<ChaosCampaign[]> {
  const dataSource = await createDataSource({ kind: 'url', url: postgres.url(database) }).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  await postgres.query(
    database,
    `INSERT INTO cam_email_templates (template_type, subject, body)
     VALUES ('chaos', 'Hello {first_name}', '<p>Hello {first_name}, here we are.</p>')`,
  );
  return Promise.all(
    caps.map(async (cap, index) => {
      const [campaign] = await postgres.query<{ id: number; leads: number[] }>(
        database,
        `WITH campaign AS (
           INSERT INTO cam_campaigns (name, max_emails_per_day) VALUES ($1, $2) RETURNING id
         ), leads AS (
           INSERT INTO cam_leads (email, first_name)
           SELECT 'lead-' || $1 || '-' || n || '@lead.test', 'Lead ' || n FROM generate_series(1, $3) AS n
           RETURNING id
         ), members AS (
           INSERT INTO cam_campaign_leads (campaign_id, lead_id)
           SELECT campaign.id, leads.id FROM campaign, leads
         )
         SELECT campaign.id, ARRAY(SELECT id FROM leads ORDER BY id) AS leads FROM campaign`,
        [`campaign-${index + 1}`, cap, LEADS_PER_CAMPAIGN],
      );
      if (campaign === undefined) throw new Error('The campaign is not there');
      return { ...campaign, isCapped: cap !== null };
    }),
  );
}
