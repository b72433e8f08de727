import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { type Campaigns, setUpCampaigns } from './campaigns.js';
import type { Evidence } from './evidence.js';
import { Fleet } from './fleet.js';
import { type ClientRecord, Load } from './load.js';
import type { ChaosPostgres } from './postgres.js';
import { Provider } from './provider.js';
import type { Random } from './random.js';
import { Recipients } from './recipients.js';
import { RunClock } from './run-clock.js';
import { SequenceLoad, type SequenceRecord } from './sequence-load.js';
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
  /** Further campaigns, which write in sequences and have no caps of their own. */
  readonly sequences: number;
  readonly guard?: Guard;
}

const CLIENT_FILE = 'client.jsonl';
const SEQUENCES_FILE = 'sequences.jsonl';

/** Where a day of a run begins: far from midnight. */
const MORNING = '08:00';
const TIME_ZONE = 'Europe/Berlin';

/** More than the provider forgets in; its real length, because the run moves the clock instead. */
const DEDUPE_WINDOW_MS = 23 * 60 * 60 * 1_000;
const MOST_SENDS = 20;

/** Longer than an enrolment stays leased to a process that has died. */
const LEASE_OF_STEPS_MINUTES = 2;
/** Longer than any delay of a sequence, and than the provider remembers a key. */
const DAY_MINUTES = 25 * 60;
/** After the last fault; a step that waits for a cap may need one more. */
const MOST_DAYS = 4;

const REST_DEADLINE_MS = 120_000;
const RECOVERY_DEADLINE_MS = 45_000;
const LONG_OVERDUE_MS = 2_000;
/** A period of the follow-ups, and some. */
const STEP_OVERDUE_MS = 5_000;
/** Who takes steps over may be cut off from a slow database, and leave them to the next. */
const MOST_HEIRS = 4;
const HEIR_DEADLINE_MS = 15_000;

/** One database, one provider, a fleet between them, clients before it, and those who get its mail. */
export class Rig {
  private constructor(
    private readonly options: RigOptions,
    private readonly campaigns: Campaigns,
    readonly provider: Provider,
    readonly network: TcpFaultProxy,
    readonly fleet: Fleet,
    readonly load: Load,
    readonly sequences: SequenceLoad,
    readonly recipients: Recipients,
    private readonly clock: RunClock,
    /** Replicas that ended without being asked to, in words. */
    readonly crashes: readonly string[],
  ) {}

  static async start(options: RigOptions): Promise<Rig> {
    const { postgres, name, random, replicas, globalCap, campaignCaps, guard } = options;
    const folder = join(options.folder, name);
    await mkdir(folder);
    // Who has nothing to ask for has a record too.
    for (const file of [CLIENT_FILE, SEQUENCES_FILE]) await writeFile(join(folder, file), '');
    await postgres.query('postgres', `CREATE DATABASE ${name}`);
    const campaigns = await setUpCampaigns(postgres, name, campaignCaps, options.sequences);
    const provider = await Provider.start(join(folder, 'provider.jsonl'), random.between(1, 1_000_000));
    const network = await TcpFaultProxy.start({ host: '127.0.0.1', port: postgres.port });
    const webhookSecret = `whsec_${Buffer.from(`chaos of ${name}, a secret of a test`).toString('base64')}`;
    const crashes: string[] = [];
    const fleet = new Fleet(replicas, {
      folder,
      environment: {
        DATABASE_URL: `postgres://postgres@127.0.0.1:${network.port}/${name}`,
        AICMO_RESEND_API_KEY: 're_chaos',
        AICMO_RESEND_BASE_URL: provider.url,
        AICMO_RESEND_FROM_EMAIL: 'grace@sender.test',
        AICMO_RESEND_RATE_PER_SECOND: '400',
        AICMO_RESEND_WEBHOOK_SECRET: webhookSecret,
        AICMO_REPLY_ADDRESS: 'replies@in.sender.test',
        AICMO_PUBLIC_URL: 'https://mail.sender.test',
        AICMO_CAM_EMAIL_DAILY_CAP: String(globalCap),
        AICMO_CAM_EMAIL_BATCH_CAP: '0',
        AICMO_CAM_TIMEZONE: TIME_ZONE,
      },
      ...(guard !== undefined && { guard }),
      onCrash: (text) => crashes.push(text),
    });
    const clock = new RunClock((sql) => postgres.query(name, sql), provider);
    const load = new Load(() => fleet.urls, campaigns.plain, join(folder, CLIENT_FILE), random);
    const sequences = new SequenceLoad(
      () => fleet.urls,
      campaigns.sequences,
      join(folder, SEQUENCES_FILE),
      random,
    );
    const recipients = new Recipients({
      provider,
      load: sequences,
      random,
      leads: campaigns.recipients,
      webhookSecret,
      now: () => clock.now(),
    });
    await clock.set(MORNING, TIME_ZONE);
    await fleet.start();
    await sequences.plan();
    return new Rig(options, campaigns, provider, network, fleet, load, sequences, recipients, clock, crashes);
  }

  /** Time passes at once, for the database and for the provider. */
  async leap(minutes: number): Promise<void> {
    await this.clock.leap(minutes);
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
    return (
      (await this.drainsTo(
        `due_at < cam_now() - interval '${LONG_OVERDUE_MS} milliseconds'`,
        RECOVERY_DEADLINE_MS,
      )) &&
      this.stepsAreMade(
        `look_at < cam_now() - interval '${STEP_OVERDUE_MS} milliseconds'`,
        RECOVERY_DEADLINE_MS,
      )
    );
  }

  /** Ends the leases of the dead and the sleeping. @returns true once others have made the steps that were theirs */
  async stepsAreTakenOver(): Promise<boolean> {
    for (let heirs = 0; heirs < MOST_HEIRS; heirs += 1) {
      await this.leap(LEASE_OF_STEPS_MINUTES);
      if (await this.stepsAreMade(unmadeFor(STEP_OVERDUE_MS), HEIR_DEADLINE_MS)) return true;
    }
    return false;
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

  /**
   * Waits until nothing is open but what waits for the next day's places, and no step is due.
   *
   * @returns false when something still is after all that time: the checker finds it
   */
  async rest(): Promise<boolean> {
    return this.isGone(
      `SELECT FROM cam_dispatch_queue WHERE NOT (waits_for IS NOT DISTINCT FROM 'cap' AND due_at > cam_now())
       UNION ALL SELECT FROM cam_enrolments AS e WHERE ${unmadeFor(0)} LIMIT 1`,
      REST_DEADLINE_MS,
    );
  }

  /** Days pass, in which nothing goes wrong, until every sequence has come to its end; not for ever. */
  async finishSequences(): Promise<void> {
    await this.leap(LEASE_OF_STEPS_MINUTES);
    for (let days = 0; ; days += 1) {
      // Another day would make UNKNOWN of what is stuck.
      if (!(await this.rest())) return;
      const live = await this.query(`SELECT FROM cam_enrolments WHERE next_run_at IS NOT NULL LIMIT 1`);
      if (live.length === 0 || days === MOST_DAYS) return;
      await this.passDay();
    }
  }

  /** Longer than any delay of a sequence. */
  async passDay(): Promise<void> {
    await this.leap(DAY_MINUTES);
  }

  async evidence(): Promise<Evidence> {
    const { postgres, name, globalCap, campaignCaps } = this.options;
    const { plain } = this.campaigns;
    return {
      client: await this.records<ClientRecord>(CLIENT_FILE),
      sequences: await this.records<SequenceRecord>(SEQUENCES_FILE),
      provider: await this.provider.history(),
      database: await readSnapshot(postgres, name, TIME_ZONE),
      limits: {
        globalCap: globalCap === 0 ? null : globalCap,
        campaignCaps: new Map(plain.map(({ id }, index) => [id, campaignCaps[index] ?? null])),
        leaseMs: CHAOS_TIMING.leaseMs,
        dedupeWindowMs: DEDUPE_WINDOW_MS,
        mostSends: MOST_SENDS,
      },
    };
  }

  async stop(): Promise<void> {
    await this.recipients.stop();
    await this.fleet.stop();
    await this.provider.stop();
    await this.network.stop();
  }

  private async records<Kind>(file: string): Promise<Kind[]> {
    const text = await readFile(join(this.options.folder, this.options.name, file), 'utf8');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Kind);
  }

  private async stepsAreMade(stillThere: string, deadlineMs: number): Promise<boolean> {
    return this.isGone(`SELECT FROM cam_enrolments AS e WHERE ${stillThere} LIMIT 1`, deadlineMs);
  }

  private async drainsTo(stillThere: string, deadlineMs: number): Promise<boolean> {
    return this.isGone(`SELECT FROM cam_dispatch_queue WHERE ${stillThere} LIMIT 1`, deadlineMs);
  }

  private async isGone(search: string, deadlineMs: number): Promise<boolean> {
    return holdsWithin(deadlineMs, async () => (await this.query(search)).length === 0);
  }

  private async query<Row>(sql: string): Promise<Row[]> {
    return this.options.postgres.query<Row>(this.options.name, sql);
  }
}

/** SQL: it has been due for so long, and its step has no mail that is under way. */
function unmadeFor(ms: number): string {
  return `e.next_run_at <= cam_now() - interval '${ms} milliseconds' AND NOT EXISTS (
            SELECT FROM cam_outbound_emails AS o
             WHERE o.enrolment_id = e.id AND o.sequence_number = e.next_step AND o.status = 'QUEUED')`;
}
