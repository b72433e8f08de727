import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The steps of a campaign, who is in which of them, and which mail belongs to which step. */
export class CreateSequences1763800000011 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_sequences (
        id integer GENERATED ALWAYS AS IDENTITY,
        campaign_id integer NOT NULL,
        window_days smallint[],
        window_from text,
        window_to text,
        on_positive text NOT NULL DEFAULT 'stop',
        replan_after integer,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        updated_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_sequences PRIMARY KEY (id),
        CONSTRAINT fk_sequences_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
        CONSTRAINT uq_sequences_campaign UNIQUE (campaign_id),
        CONSTRAINT ck_sequences_window CHECK (num_nulls(window_days, window_from, window_to) IN (0, 3)),
        CONSTRAINT ck_sequences_window_days CHECK (
          window_days <@ '{1,2,3,4,5,6,7}'::smallint[] AND cardinality(window_days) > 0
        ),
        CONSTRAINT ck_sequences_window_hours CHECK (
          window_from ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
          AND window_to ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
          AND window_from COLLATE "C" < window_to COLLATE "C"
        ),
        CONSTRAINT ck_sequences_on_positive CHECK (on_positive IN ('stop', 'next_step')),
        CONSTRAINT ck_sequences_replan_after CHECK (replan_after >= 0)
      )
    `);
    await queryRunner.query(
      'CREATE INDEX ix_sequences_to_replan ON cam_sequences (campaign_id) WHERE replan_after IS NOT NULL',
    );
    await queryRunner.query(`
      CREATE TABLE cam_sequence_steps (
        sequence_id integer NOT NULL,
        position integer NOT NULL,
        template_type text NOT NULL,
        delay_days integer NOT NULL,
        business_days boolean NOT NULL DEFAULT false,
        thread text NOT NULL DEFAULT 'same',
        CONSTRAINT pk_sequence_steps PRIMARY KEY (sequence_id, position),
        CONSTRAINT fk_sequence_steps_sequence FOREIGN KEY (sequence_id) REFERENCES cam_sequences (id),
        CONSTRAINT ck_sequence_steps_position CHECK (position > 0),
        CONSTRAINT ck_sequence_steps_delay_days CHECK (delay_days BETWEEN 0 AND 365),
        CONSTRAINT ck_sequence_steps_thread CHECK (thread IN ('same', 'new'))
      )
    `);
    await queryRunner.query(`
      CREATE TABLE cam_enrolments (
        id integer GENERATED ALWAYS AS IDENTITY,
        campaign_id integer NOT NULL,
        lead_id integer NOT NULL,
        simulated boolean NOT NULL,
        status text NOT NULL DEFAULT 'ACTIVE',
        stop_reason text,
        stop_evidence text,
        next_step integer DEFAULT 1,
        next_run_at timestamptz DEFAULT cam_now(),
        look_at timestamptz DEFAULT cam_now(),
        hold_code text,
        postponed_until timestamptz,
        postponements integer NOT NULL DEFAULT 0,
        hurried_at timestamptz,
        hurried_by text,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        updated_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_enrolments PRIMARY KEY (id),
        CONSTRAINT fk_enrolments_campaign_lead FOREIGN KEY (campaign_id, lead_id)
          REFERENCES cam_campaign_leads (campaign_id, lead_id),
        CONSTRAINT uq_enrolments_lead UNIQUE (campaign_id, lead_id, simulated),
        CONSTRAINT ck_enrolments_status CHECK (status IN ('ACTIVE', 'POSTPONED', 'STOPPED', 'EXHAUSTED')),
        CONSTRAINT ck_enrolments_stop_reason CHECK ((status = 'STOPPED') = (stop_reason IS NOT NULL)),
        CONSTRAINT ck_enrolments_stop_reason_known CHECK (
          stop_reason IN (
            'REPLIED', 'UNSUBSCRIBED', 'COMPLAINED', 'BOUNCED', 'SUPPRESSED', 'OUT_OF_OFFICE', 'NOT_ON_ALLOWLIST',
            'DUPLICATE', 'FAILED', 'DROPPED', 'UNKNOWN'
          )
        ),
        CONSTRAINT ck_enrolments_live_has_next_time CHECK (
          (status IN ('ACTIVE', 'POSTPONED')) = (next_run_at IS NOT NULL)
          AND (next_run_at IS NULL OR (next_step IS NOT NULL AND look_at IS NOT NULL))
        ),
        CONSTRAINT ck_enrolments_next_step CHECK (next_step > 0 AND (next_step IS NULL) = (status = 'EXHAUSTED')),
        CONSTRAINT ck_enrolments_postponed CHECK (status <> 'POSTPONED' OR postponed_until IS NOT NULL),
        CONSTRAINT ck_enrolments_postponements CHECK (postponements BETWEEN 0 AND 2),
        CONSTRAINT ck_enrolments_hurried CHECK (num_nulls(hurried_at, hurried_by) IN (0, 2)),
        CONSTRAINT ck_enrolments_hold_code CHECK (hold_code IN ('PAUSED', 'TEMPLATE_NOT_FOUND', 'MISSING_VARIABLE', 'TEMPLATE_INVALID'))
      ) WITH (
        fillfactor = 70,
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0
      )
    `);
    // Which ones to look at next.
    await queryRunner.query(
      'CREATE INDEX ix_enrolments_to_look_at ON cam_enrolments (simulated, look_at) WHERE look_at IS NOT NULL',
    );
    // A resumed campaign releases what waits for it.
    await queryRunner.query(
      `CREATE INDEX ix_enrolments_paused ON cam_enrolments (campaign_id) WHERE hold_code = 'PAUSED'`,
    );
    // A stop meets all enrolments of its lead.
    await queryRunner.query('CREATE INDEX ix_enrolments_by_lead ON cam_enrolments (lead_id, id)');
    // GET campaigns/:id/enrolments, newest first.
    await queryRunner.query('CREATE INDEX ix_enrolments_by_campaign ON cam_enrolments (campaign_id, id)');

    await queryRunner.query(`
      ALTER TABLE cam_outbound_emails
        ADD COLUMN enrolment_id integer,
        ADD COLUMN thread_parent_id integer,
        ADD CONSTRAINT fk_outbound_emails_enrolment FOREIGN KEY (enrolment_id) REFERENCES cam_enrolments (id),
        ADD CONSTRAINT fk_outbound_emails_thread_parent FOREIGN KEY (thread_parent_id)
          REFERENCES cam_outbound_emails (id)
    `);
    // No step twice.
    await queryRunner.query(
      `CREATE UNIQUE INDEX ux_outbound_emails_enrolment_step ON cam_outbound_emails (enrolment_id, sequence_number)
       WHERE enrolment_id IS NOT NULL`,
    );
    await queryRunner.query(`
      CREATE FUNCTION cam_wake_enrolment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE cam_enrolments SET look_at = cam_now(), version = version + 1
         WHERE id = NEW.enrolment_id AND status <> 'EXHAUSTED'
           AND (status <> 'STOPPED' OR stop_reason IN ('FAILED', 'DROPPED', 'UNKNOWN'));
        RETURN NULL;
      END $$
    `);
    // Whoever settles a step's mail, its enrolment is looked at next.
    await queryRunner.query(`
      CREATE TRIGGER tr_outbound_emails_wake_enrolment AFTER UPDATE OF status ON cam_outbound_emails
        FOR EACH ROW WHEN (NEW.enrolment_id IS NOT NULL AND NEW.status IS DISTINCT FROM OLD.status)
        EXECUTE FUNCTION cam_wake_enrolment()
    `);

    await queryRunner.query(`
      ALTER TABLE cam_dispatch_queue
        DROP CONSTRAINT ck_dispatch_queue_waits_for,
        ADD CONSTRAINT ck_dispatch_queue_waits_for CHECK (
          waits_for IN ('cap', 'pause', 'provider', 'retry', 'window', 'postponed')
        )
    `);
    await createReleases(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropReleases(queryRunner);
    // What waits for a window or a return is asked again at once: the older release knows neither.
    await queryRunner.query(`
      UPDATE cam_dispatch_queue SET waits_for = NULL, due_at = cam_now() WHERE waits_for IN ('window', 'postponed')
    `);
    await queryRunner.query(`
      ALTER TABLE cam_dispatch_queue
        DROP CONSTRAINT ck_dispatch_queue_waits_for,
        ADD CONSTRAINT ck_dispatch_queue_waits_for CHECK (waits_for IN ('cap', 'pause', 'provider', 'retry'))
    `);
    await queryRunner.query('DROP TRIGGER tr_outbound_emails_wake_enrolment ON cam_outbound_emails');
    await queryRunner.query('DROP FUNCTION cam_wake_enrolment()');
    await queryRunner.query(`
      ALTER TABLE cam_outbound_emails DROP COLUMN enrolment_id, DROP COLUMN thread_parent_id
    `);
    await queryRunner.query('DROP TABLE cam_enrolments');
    await queryRunner.query('DROP TABLE cam_sequence_steps');
    await queryRunner.query('DROP TABLE cam_sequences');
  }
}

/**
 * What waits for its hours is asked again when they change, whoever changes them: the claim and `nextMove` then say until
 * when it waits. Each trigger holds the row that a claim locks before it reads the hours: what a claim parks by the old
 * ones is committed by then. An entry of the queue that somebody else holds is passed over, for a queue's lock comes
 * before all others; its holder reads the new hours.
 */
async function createReleases(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE FUNCTION cam_release_hours_of_campaign(of_campaign integer) RETURNS void LANGUAGE sql AS $$
      UPDATE cam_dispatch_queue SET due_at = cam_now(), waits_for = NULL
       WHERE outbound_email_id IN (
         SELECT outbound_email_id FROM cam_dispatch_queue
          WHERE campaign_id = of_campaign AND waits_for IN ('window', 'postponed') FOR UPDATE SKIP LOCKED)
    $$
  `);
  await queryRunner.query(`
    CREATE FUNCTION cam_sequence_hours_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM FROM cam_campaigns WHERE id = NEW.campaign_id FOR NO KEY UPDATE;
      PERFORM cam_release_hours_of_campaign(NEW.campaign_id);
      RETURN NULL;
    END $$
  `);
  // Whoever replaces a sequence has its enrolments looked at for other reasons, too.
  await queryRunner.query(`
    CREATE TRIGGER tr_sequences_release_hours AFTER UPDATE OF window_days, window_from, window_to ON cam_sequences
      FOR EACH ROW WHEN (
        (NEW.window_days, NEW.window_from, NEW.window_to)
        IS DISTINCT FROM (OLD.window_days, OLD.window_from, OLD.window_to)
      )
      EXECUTE FUNCTION cam_sequence_hours_changed()
  `);
  await queryRunner.query(`
    CREATE FUNCTION cam_campaign_zone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE cam_sequences SET replan_after = 0 WHERE campaign_id = NEW.id;
      PERFORM cam_release_hours_of_campaign(NEW.id);
      RETURN NULL;
    END $$
  `);
  await queryRunner.query(`
    CREATE TRIGGER tr_campaigns_release_hours AFTER UPDATE OF timezone ON cam_campaigns
      FOR EACH ROW WHEN (NEW.timezone IS DISTINCT FROM OLD.timezone) EXECUTE FUNCTION cam_campaign_zone_changed()
  `);
  await queryRunner.query(`
    CREATE FUNCTION cam_release_hours_of_lead(of_lead integer) RETURNS void LANGUAGE sql AS $$
      UPDATE cam_dispatch_queue SET due_at = cam_now(), waits_for = NULL
       WHERE outbound_email_id IN (
         SELECT q.outbound_email_id
           FROM cam_outbound_emails AS o JOIN cam_dispatch_queue AS q ON q.outbound_email_id = o.id
          WHERE o.lead_id = of_lead AND o.status = 'QUEUED' AND q.waits_for IN ('window', 'postponed')
            FOR UPDATE OF q SKIP LOCKED)
    $$
  `);
  await queryRunner.query(`
    CREATE FUNCTION cam_lead_zone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE cam_enrolments SET look_at = cam_now(), version = version + 1
       WHERE id IN (
         SELECT id FROM cam_enrolments WHERE lead_id = NEW.id AND status IN ('ACTIVE', 'POSTPONED')
          ORDER BY id FOR NO KEY UPDATE);
      PERFORM cam_release_hours_of_lead(NEW.id);
      RETURN NULL;
    END $$
  `);
  await queryRunner.query(`
    CREATE TRIGGER tr_leads_release_hours AFTER UPDATE OF timezone ON cam_leads
      FOR EACH ROW WHEN (NEW.timezone IS DISTINCT FROM OLD.timezone) EXECUTE FUNCTION cam_lead_zone_changed()
  `);
  await queryRunner.query(`
    CREATE FUNCTION cam_absence_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM cam_release_hours_of_lead(NEW.lead_id);
      RETURN NULL;
    END $$
  `);
  // Whoever moves an absence holds the lead, and says when the enrolment is looked at.
  await queryRunner.query(`
    CREATE TRIGGER tr_enrolments_release_hours AFTER UPDATE OF postponed_until ON cam_enrolments
      FOR EACH ROW WHEN (NEW.postponed_until IS DISTINCT FROM OLD.postponed_until)
      EXECUTE FUNCTION cam_absence_changed()
  `);
}

async function dropReleases(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query('DROP TRIGGER tr_sequences_release_hours ON cam_sequences');
  await queryRunner.query('DROP TRIGGER tr_campaigns_release_hours ON cam_campaigns');
  await queryRunner.query('DROP TRIGGER tr_leads_release_hours ON cam_leads');
  await queryRunner.query('DROP TRIGGER tr_enrolments_release_hours ON cam_enrolments');
  for (const name of [
    'cam_sequence_hours_changed()',
    'cam_campaign_zone_changed()',
    'cam_lead_zone_changed()',
    'cam_absence_changed()',
    'cam_release_hours_of_campaign(integer)',
    'cam_release_hours_of_lead(integer)',
  ]) {
    await queryRunner.query(`DROP FUNCTION ${name}`);
  }
}
