import { Pool } from 'pg';
import { OwnPostgres } from '../support/own-postgres.js';
import type { GeneratorHandlers } from './generator.js';
import { BODY, SUBJECT } from './mail.js';
import { type Preload, preload } from './preload.js';
import { Product } from './product.js';
import type { StandInHandlers } from './stand-in.js';
import { until } from './until.js';
import { Worker } from './worker.js';

/** Leads of each of the two campaigns: the product's and the floor's. */
export const LEADS = 20_000;

export const PRODUCT_CAMPAIGN = { campaignId: 1, firstLeadId: 1 };
export const FLOOR_CAMPAIGN = { campaignId: 2, firstLeadId: 1 + LEADS };

/** Above what any process here reaches: the pace is then no limit. */
const UNLIMITED = 1_000_000;

const QUEUE_DEADLINE_MS = 240_000;

/** Everything around the service: database, provider and load, each in a process of its own. */
export class Stage {
  private readonly products = new Set<Product>();

  private constructor(
    private readonly postgres: OwnPostgres,
    readonly databaseUrl: string,
    readonly db: Pool,
    readonly standIn: Worker<StandInHandlers>,
    readonly generator: Worker<GeneratorHandlers>,
    readonly providerUrl: string,
    private readonly profileFolder: string | null,
  ) {}

  static async set(profileFolder: string | null): Promise<Stage> {
    const postgres = await OwnPostgres.start({
      max_connections: 200,
      shared_preload_libraries: 'pg_stat_statements',
    });
    await postgres.set('pg_stat_statements.track', 'none');
    const databaseUrl = await postgres.createDatabase('bench');
    const db = new Pool({ connectionString: databaseUrl, max: 2 });
    db.on('error', () => undefined); // the next query tells
    await seed(db);
    const standIn = await Worker.start<StandInHandlers>('stand-in.js');
    const generator = await Worker.start<GeneratorHandlers>('generator.js');
    const providerUrl = await standIn.ask('url', undefined);
    return new Stage(postgres, databaseUrl, db, standIn, generator, providerUrl, profileFolder);
  }

  async startProduct(ratePerSecond = UNLIMITED): Promise<Product> {
    const { databaseUrl, providerUrl, profileFolder } = this;
    const product = await Product.start({ databaseUrl, providerUrl, ratePerSecond, profileFolder });
    this.products.add(product);
    return product;
  }

  async rows<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.db.query(sql, parameters)).rows as Row[];
  }

  /** @param from a table and its condition */
  async count(from: string): Promise<number> {
    const [row] = await this.rows<{ rows: number }>(`SELECT count(*)::integer AS rows FROM ${from}`);
    return row?.rows ?? 0;
  }

  /** Queues mails to as many leads in turn as there are. */
  async preload(plan: Omit<Preload, 'leads'>): Promise<void> {
    await preload(this.db, { ...plan, leads: LEADS });
  }

  /** Every open mail has come to its end. */
  async untilQueueIsEmpty(): Promise<void> {
    await until('the queue is empty', QUEUE_DEADLINE_MS, async () => {
      const [queue] = await this.rows<{ is_empty: boolean }>(
        'SELECT NOT EXISTS (SELECT FROM cam_dispatch_queue) AS is_empty',
      );
      return queue?.is_empty;
    });
  }

  /** The plan of the first statement that holds `part`, among those that new connections run during `work`. */
  async explaining(part: string, work: () => Promise<void>): Promise<string> {
    await this.postgres.set('session_preload_libraries', 'auto_explain');
    await this.postgres.set('auto_explain.log_min_duration', '0');
    await this.postgres.set('auto_explain.log_analyze', 'on');
    await this.postgres.set('auto_explain.log_buffers', 'on');
    await work();
    await this.postgres.set('session_preload_libraries', null);
    const plans = this.postgres.log
      .split(/^(?=\d{4}-\d\d-\d\d )/m)
      .filter((entry) => entry.includes('plan:'));
    return plans.find((plan) => plan.includes(part)) ?? 'was not found in the log';
  }

  /** No mail, no counter, and a disk that has nothing left to write. */
  async clear(): Promise<void> {
    await this.db.query('TRUNCATE cam_outbound_emails, cam_quota_counters CASCADE');
    await this.db.query('CHECKPOINT');
  }

  async shutGate(): Promise<void> {
    await this.db.query(
      `UPDATE cam_provider_gates SET shut_until = clock_timestamp() + interval '1 day', shut_reason = 'bench'`,
    );
  }

  async openGate(): Promise<void> {
    await this.db.query('UPDATE cam_provider_gates SET shut_until = NULL, shut_reason = NULL');
  }

  /** Counts statements from now on; see {@link statements}. */
  async countStatements(): Promise<void> {
    await this.db.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await this.postgres.set('pg_stat_statements.track', 'top');
    await this.db.query('SELECT pg_stat_statements_reset()');
  }

  /** Every statement since {@link countStatements}, the most expensive first; ends the counting. */
  async statements(): Promise<{ calls: number; total_ms: number; query: string }[]> {
    await this.postgres.set('pg_stat_statements.track', 'none');
    return this.rows(
      `SELECT calls::integer, total_exec_time AS total_ms, query FROM pg_stat_statements
        WHERE query NOT LIKE '%pg_stat_statements%' ORDER BY total_exec_time DESC`,
    );
  }

  async strike(): Promise<void> {
    await Promise.all([...this.products].map((product) => product.stop()));
    await this.standIn.stop();
    await this.generator.stop();
    await this.db.end();
    await this.postgres.stop();
  }
}

async function seed(db: Pool): Promise<void> {
  await db.query(`INSERT INTO cam_campaigns (name) VALUES ('product'), ('floor')`);
  await db.query(
    `INSERT INTO cam_leads (email, first_name, last_name, company, title)
     SELECT 'lead-' || n || '@recipients.test', 'First' || n, 'Last' || n, 'Company ' || n, 'Head of Engines'
       FROM generate_series(1, $1::integer) AS n`,
    [2 * LEADS],
  );
  await db.query(
    `INSERT INTO cam_campaign_leads (campaign_id, lead_id)
     SELECT CASE WHEN id <= $1 THEN 1 ELSE 2 END, id FROM cam_leads`,
    [LEADS],
  );
  await db.query(
    `INSERT INTO cam_email_templates (campaign_id, template_type, subject, body, cta_link)
     VALUES (1, 'bench', $1, $2, 'https://www.sender.test/demo')`,
    [SUBJECT, BODY],
  );
  await db.query('VACUUM (ANALYZE)');
}
