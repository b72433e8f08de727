import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createCounting, dropCounting } from './1763800000014-counting.js';

const COUNTERS = `
  sent, delivered, hard_bounces, soft_bounces, complaints, unsubscribed, replies, positive, negative, out_of_office,
  leads_mailed, leads_replied`;

/** Counts of each campaign, hour by hour, kept by the database itself; what the rules made of them; who paused it. */
export class CreateMetricsAndDecisions1763800000014 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createCounters(queryRunner);
    await createCounting(queryRunner);
    await createDecisions(queryRunner);
    await extendCampaigns(queryRunner);
    // One by one: a statement has eight seconds.
    const { records: campaigns } = await queryRunner.query(
      'SELECT id FROM cam_campaigns ORDER BY id',
      [],
      true,
    );
    for (const { id } of campaigns as { id: number }[]) {
      await queryRunner.query('SELECT cam_rebuild_metrics($1)', [id]);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_campaign_actions');
    await queryRunner.query(`
      ALTER TABLE cam_campaigns
        DROP CONSTRAINT ck_campaigns_paused_by, DROP CONSTRAINT ck_campaigns_resumed,
        DROP COLUMN paused_by, DROP COLUMN resumed_by, DROP COLUMN resumed_at
    `);
    await queryRunner.query('DROP TABLE cam_decisions');
    await dropCounting(queryRunner);
    await queryRunner.query('DROP TABLE cam_decision_turns');
    await queryRunner.query('DROP TABLE cam_metric_deltas');
    await queryRunner.query('DROP TABLE cam_metric_leads');
    await queryRunner.query('DROP TABLE cam_metric_hours');
  }
}

async function createCounters(queryRunner: QueryRunner): Promise<void> {
  const counters = COUNTERS.split(',').map((name) => `${name.trim()} integer NOT NULL DEFAULT 0`);
  await queryRunner.query(`
    CREATE TABLE cam_metric_hours (
      campaign_id integer NOT NULL,
      hour timestamptz NOT NULL,
      ${counters.join(', ')},
      CONSTRAINT pk_metric_hours PRIMARY KEY (campaign_id, hour),
      CONSTRAINT fk_metric_hours_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id)
    ) WITH (fillfactor = 70)
  `);
  // The rule over all campaigns reads the last days.
  await queryRunner.query('CREATE INDEX ix_metric_hours_by_hour ON cam_metric_hours (hour)');
  // Derived like the hours, and written in bulk: so without foreign keys.
  await queryRunner.query(`
    CREATE TABLE cam_metric_leads (
      campaign_id integer NOT NULL,
      lead_id integer NOT NULL,
      first_mailed_hour timestamptz,
      replied boolean NOT NULL DEFAULT false,
      unsubscribed_hour timestamptz,
      looked_up boolean NOT NULL DEFAULT false,
      CONSTRAINT pk_metric_leads PRIMARY KEY (campaign_id, lead_id)
    )
  `);
  // Written with every mail that is sent, and emptied again and again.
  await queryRunner.query(`
    CREATE TABLE cam_metric_deltas (
      campaign_id integer NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      lead_id integer,
      fact text NOT NULL,
      hour timestamptz,
      change integer NOT NULL,
      CONSTRAINT pk_metric_deltas PRIMARY KEY (campaign_id, id),
      CONSTRAINT ck_metric_deltas_fact CHECK (
        fact IN (
          'sent', 'delivered', 'hard_bounces', 'soft_bounces', 'complaints', 'replies', 'positive', 'negative',
          'out_of_office', 'leads_mailed', 'person'
        )
      ),
      CONSTRAINT ck_metric_deltas_hour CHECK ((fact = 'person') = (hour IS NULL)),
      CONSTRAINT ck_metric_deltas_person CHECK (fact <> 'person' OR lead_id IS NOT NULL)
    ) WITH (
      autovacuum_vacuum_scale_factor = 0,
      autovacuum_vacuum_threshold = 2000,
      autovacuum_vacuum_cost_delay = 0
    )
  `);
  await queryRunner.query(`
    CREATE TABLE cam_decision_turns (
      campaign_id integer NOT NULL,
      reviewed_at timestamptz NOT NULL DEFAULT '-infinity',
      CONSTRAINT pk_decision_turns PRIMARY KEY (campaign_id),
      CONSTRAINT fk_decision_turns_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id)
    )
  `);
}

async function createDecisions(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE cam_decisions (
      id integer GENERATED ALWAYS AS IDENTITY,
      campaign_id integer NOT NULL,
      decided_at timestamptz NOT NULL DEFAULT cam_now(),
      rule text NOT NULL,
      rule_version text NOT NULL,
      verdict text NOT NULL,
      applied boolean NOT NULL,
      numerator integer NOT NULL,
      denominator integer NOT NULL,
      rate double precision NOT NULL,
      low double precision NOT NULL,
      high double precision NOT NULL,
      threshold double precision NOT NULL,
      reason text NOT NULL,
      window_started_at timestamptz,
      asked_by text,
      metrics jsonb NOT NULL,
      CONSTRAINT pk_decisions PRIMARY KEY (id),
      CONSTRAINT fk_decisions_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
      CONSTRAINT ck_decisions_verdict CHECK (verdict IN ('CONTINUE', 'WARN', 'PAUSE')),
      CONSTRAINT ck_decisions_applied CHECK (verdict = 'PAUSE' OR NOT applied),
      CONSTRAINT ck_decisions_interval CHECK (0 <= low AND low <= rate AND rate <= high AND high <= 1),
      CONSTRAINT ck_decisions_metrics_object CHECK (jsonb_typeof(metrics) = 'object')
    )
  `);
  await queryRunner.query('CREATE INDEX ix_decisions_by_campaign ON cam_decisions (campaign_id, id)');
  // What a rule said last.
  await queryRunner.query('CREATE INDEX ix_decisions_by_rule ON cam_decisions (campaign_id, rule, id)');
}

async function extendCampaigns(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE cam_campaigns
      ADD COLUMN paused_by text,
      ADD COLUMN resumed_by text,
      ADD COLUMN resumed_at timestamptz,
      ADD CONSTRAINT ck_campaigns_paused_by CHECK (status = 'PAUSED' OR paused_by IS NULL),
      ADD CONSTRAINT ck_campaigns_resumed CHECK ((resumed_by IS NULL) = (resumed_at IS NULL))
  `);
  await queryRunner.query(`
    CREATE TABLE cam_campaign_actions (
      id integer GENERATED ALWAYS AS IDENTITY,
      campaign_id integer NOT NULL,
      action text NOT NULL,
      actor text NOT NULL,
      reason text,
      acted_at timestamptz NOT NULL DEFAULT cam_now(),
      CONSTRAINT pk_campaign_actions PRIMARY KEY (id),
      CONSTRAINT fk_campaign_actions_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
      CONSTRAINT ck_campaign_actions_action CHECK (action IN ('pause', 'resume')),
      CONSTRAINT ck_campaign_actions_reason CHECK (char_length(reason) BETWEEN 1 AND 500)
    )
  `);
  await queryRunner.query(
    'CREATE INDEX ix_campaign_actions_by_campaign ON cam_campaign_actions (campaign_id, id)',
  );
}
