import type { MigrationInterface, QueryRunner } from 'typeorm';

const hourOf = (instant: string) => `date_trunc('hour', ${instant}, 'UTC')`;

/** What is true of mails that were really sent, each fact so many times: the columns of a change. */
const factsOfMails = (mails: string, times: number) => `
  SELECT e.campaign_id, f.lead_id, f.fact, ${hourOf('e.sent_at')} AS hour, ${times} AS change
    FROM ${mails} AS e CROSS JOIN LATERAL (VALUES
      ('sent', e.lead_id, true),
      ('delivered', NULL, e.delivered_at IS NOT NULL),
      ('hard_bounces', NULL, e.bounced_at IS NOT NULL),
      ('complaints', NULL, e.complained_at IS NOT NULL),
      ('soft_bounces', NULL, EXISTS (
        SELECT FROM cam_bounces AS b
         WHERE b.outbound_email_id = e.id AND b.kind = 'soft' AND b.address = e.to_email))
    ) AS f (fact, lead_id, holds)
   WHERE e.sent_at IS NOT NULL AND NOT e.simulated AND f.holds`;

const COUNTERS = `
  sent, delivered, hard_bounces, soft_bounces, complaints, unsubscribed, replies, positive, negative, out_of_office,
  leads_mailed, leads_replied`;

/** Counts of each campaign, hour by hour, kept by the database itself; what the rules made of them; who paused it. */
export class CreateMetricsAndDecisions1763800000014 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createCounters(queryRunner);
    await createTriggers(queryRunner);
    await createDecisions(queryRunner);
    await extendCampaigns(queryRunner);
    await queryRunner.query('SELECT cam_rebuild_metrics(id) FROM cam_campaigns ORDER BY id');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_campaign_actions');
    await queryRunner.query(`
      ALTER TABLE cam_campaigns
        DROP CONSTRAINT ck_campaigns_paused_by, DROP CONSTRAINT ck_campaigns_resumed,
        DROP COLUMN paused_by, DROP COLUMN resumed_by, DROP COLUMN resumed_at
    `);
    await queryRunner.query('DROP TABLE cam_decisions');
    await queryRunner.query('DROP TRIGGER tg_suppressions_count ON cam_suppressions');
    await queryRunner.query('DROP TRIGGER tg_inbound_emails_count ON cam_inbound_emails');
    await queryRunner.query('DROP TRIGGER tg_inbound_emails_count_changes ON cam_inbound_emails');
    await queryRunner.query('DROP TRIGGER tg_bounces_count ON cam_bounces');
    await queryRunner.query('DROP TRIGGER tg_outbound_emails_count ON cam_outbound_emails');
    await queryRunner.query('DROP TRIGGER tg_outbound_emails_count_changes ON cam_outbound_emails');
    for (const name of [
      'cam_rebuild_metrics(integer)',
      'cam_metric_person(integer, integer)',
      'cam_count_unsubscribe()',
      'cam_count_inbound_email()',
      'cam_count_reply(cam_inbound_emails, integer)',
      'cam_count_soft_bounce()',
      'cam_count_outbound_changes()',
      'cam_count_outbound_email()',
      'cam_email_of_evidence(text)',
    ]) {
      await queryRunner.query(`DROP FUNCTION ${name}`);
    }
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

async function createTriggers(queryRunner: QueryRunner): Promise<void> {
  // One statement for a batch, without a join: transition tables have no statistics.
  await queryRunner.query(`
    CREATE FUNCTION cam_count_outbound_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO cam_metric_deltas (campaign_id, lead_id, fact, hour, change)
      SELECT campaign_id, lead_id, fact, hour, sum(change)
        FROM (${factsOfMails('new_rows', 1)} UNION ALL ${factsOfMails('old_rows', -1)}) AS changes
       GROUP BY campaign_id, lead_id, fact, hour HAVING sum(change) <> 0;
      RETURN NULL;
    END $$
  `);
  await queryRunner.query(`
    CREATE TRIGGER tg_outbound_emails_count_changes AFTER UPDATE ON cam_outbound_emails
      REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION cam_count_outbound_changes()
  `);
  // Mail is stored before it is sent: accepting it costs the look at one column.
  await queryRunner.query(`
    CREATE FUNCTION cam_count_outbound_email() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO cam_metric_deltas (campaign_id, lead_id, fact, hour, change)
      ${factsOfMails('(SELECT NEW.*)', 1)};
      RETURN NULL;
    END $$
  `);
  await queryRunner.query(`
    CREATE TRIGGER tg_outbound_emails_count AFTER INSERT ON cam_outbound_emails
      FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL) EXECUTE FUNCTION cam_count_outbound_email()
  `);
  // The lock makes the mail's own trigger see this bounce, or this one see the mail as sent.
  await queryRunner.query(`
    CREATE FUNCTION cam_count_soft_bounce() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      mail record;
    BEGIN
      SELECT campaign_id, sent_at INTO mail FROM cam_outbound_emails
       WHERE id = NEW.outbound_email_id AND to_email = NEW.address AND NOT simulated FOR NO KEY UPDATE;
      IF mail.sent_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM cam_bounces
         WHERE outbound_email_id = NEW.outbound_email_id AND kind = 'soft' AND address = NEW.address AND id <> NEW.id
      ) THEN
        INSERT INTO cam_metric_deltas (campaign_id, fact, hour, change)
        VALUES (mail.campaign_id, 'soft_bounces', ${hourOf('mail.sent_at')}, 1);
      END IF;
      RETURN NULL;
    END $$
  `);
  await queryRunner.query(`
    CREATE TRIGGER tg_bounces_count AFTER INSERT ON cam_bounces
      FOR EACH ROW WHEN (NEW.kind = 'soft' AND NEW.outbound_email_id IS NOT NULL)
      EXECUTE FUNCTION cam_count_soft_bounce()
  `);
  await createReplyTriggers(queryRunner);
  await createUnsubscribeTrigger(queryRunner);
  await createRecount(queryRunner);
}

async function createReplyTriggers(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE FUNCTION cam_count_reply(mail cam_inbound_emails, times integer) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      IF mail.campaign_id IS NULL OR mail.lead_id IS NULL OR EXISTS (
        SELECT FROM cam_outbound_emails WHERE id = mail.in_reply_to_outbound_email_id AND simulated
      ) THEN
        RETURN;
      END IF;
      INSERT INTO cam_metric_deltas (campaign_id, lead_id, fact, hour, change)
      SELECT mail.campaign_id, f.lead_id, f.fact, f.hour, f.change
        FROM (VALUES
          ('replies', NULL, ${hourOf('mail.received_at')}, times, NOT mail.automatic),
          ('positive', NULL, ${hourOf('mail.received_at')}, times,
            NOT mail.automatic AND mail.classification = 'POSITIVE'),
          ('negative', NULL, ${hourOf('mail.received_at')}, times,
            NOT mail.automatic AND mail.classification = 'NEGATIVE'),
          ('out_of_office', NULL, ${hourOf('mail.received_at')}, times, mail.classification = 'OOO'),
          ('person', mail.lead_id, NULL, 0, true)
        ) AS f (fact, lead_id, hour, change, holds)
       WHERE f.holds;
    END $$
  `);
  await queryRunner.query(`
    CREATE FUNCTION cam_count_inbound_email() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN PERFORM cam_count_reply(OLD, -1); END IF;
      PERFORM cam_count_reply(NEW, 1);
      RETURN NULL;
    END $$
  `);
  await queryRunner.query(`
    CREATE TRIGGER tg_inbound_emails_count AFTER INSERT ON cam_inbound_emails
      FOR EACH ROW WHEN (NEW.campaign_id IS NOT NULL) EXECUTE FUNCTION cam_count_inbound_email()
  `);
  await queryRunner.query(`
    CREATE TRIGGER tg_inbound_emails_count_changes
      AFTER UPDATE OF campaign_id, lead_id, in_reply_to_outbound_email_id, automatic, classification, received_at
      ON cam_inbound_emails FOR EACH ROW EXECUTE FUNCTION cam_count_inbound_email()
  `);
}

async function createUnsubscribeTrigger(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE FUNCTION cam_email_of_evidence(evidence text) RETURNS bigint LANGUAGE sql STABLE AS $$
      SELECT CASE
        WHEN evidence ~ '^outbound:[0-9]{1,10}$' THEN substr(evidence, 10)::bigint
        WHEN evidence ~ '^inbound:[0-9]{1,10}$' THEN (
          SELECT in_reply_to_outbound_email_id FROM cam_inbound_emails WHERE id = substr(evidence, 9)::bigint)
      END
    $$
  `);
  await queryRunner.query(`
    CREATE FUNCTION cam_count_unsubscribe() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO cam_metric_deltas (campaign_id, lead_id, fact, change)
      SELECT campaign_id, lead_id, 'person', 0 FROM cam_outbound_emails
       WHERE id = cam_email_of_evidence(NEW.evidence) AND NOT simulated;
      RETURN NULL;
    END $$
  `);
  await queryRunner.query(`
    CREATE TRIGGER tg_suppressions_count AFTER INSERT OR UPDATE OF removed_at ON cam_suppressions
      FOR EACH ROW WHEN (NEW.cause = 'unsubscribe') EXECUTE FUNCTION cam_count_unsubscribe()
  `);
}

async function createRecount(queryRunner: QueryRunner): Promise<void> {
  // What is true of one lead of a campaign, from the mails themselves.
  await queryRunner.query(`
    CREATE FUNCTION cam_metric_person(of_campaign integer, of_lead integer)
    RETURNS TABLE (first_mailed_hour timestamptz, replied boolean, unsubscribed_hour timestamptz)
    LANGUAGE sql STABLE AS $$
      SELECT ${hourOf('min(o.sent_at)')},
             EXISTS (
               SELECT FROM cam_inbound_emails AS i
                WHERE i.lead_id = of_lead AND i.campaign_id = of_campaign AND NOT i.automatic AND NOT EXISTS (
                  SELECT FROM cam_outbound_emails AS m WHERE m.id = i.in_reply_to_outbound_email_id AND m.simulated)),
             ${hourOf(`min(o.sent_at) FILTER (WHERE EXISTS (
               SELECT FROM cam_suppressions AS s
                WHERE s.target = o.to_email AND s.scope = 'address' AND s.cause = 'unsubscribe' AND s.removed_at IS NULL
                  AND s.evidence IN (
                    SELECT 'outbound:' || o.id UNION ALL
                    SELECT 'inbound:' || i.id FROM cam_inbound_emails AS i
                     WHERE i.in_reply_to_outbound_email_id = o.id)))`)}
        FROM cam_outbound_emails AS o
       WHERE o.lead_id = of_lead AND o.campaign_id = of_campaign AND o.sent_at IS NOT NULL AND NOT o.simulated
    $$
  `);
  // Counts a campaign anew, from one snapshot: what commits meanwhile is left as a delta. Takes the campaign's turn.
  await queryRunner.query(`
    CREATE FUNCTION cam_rebuild_metrics(of_campaign integer) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      replies integer;
    BEGIN
      INSERT INTO cam_decision_turns (campaign_id) VALUES (of_campaign) ON CONFLICT DO NOTHING;
      PERFORM FROM cam_decision_turns WHERE campaign_id = of_campaign FOR UPDATE;
      DELETE FROM cam_metric_hours WHERE campaign_id = of_campaign;
      DELETE FROM cam_metric_leads WHERE campaign_id = of_campaign;
      WITH counted_before AS (
        DELETE FROM cam_metric_deltas WHERE campaign_id = of_campaign
      ), mails AS (
        INSERT INTO cam_metric_deltas (campaign_id, fact, hour, change)
        SELECT of_campaign, fact, hour, sum(change)
          FROM (${factsOfMails('(SELECT * FROM cam_outbound_emails WHERE campaign_id = of_campaign)', 1)}) AS facts
         GROUP BY fact, hour
      ), leads AS (
        INSERT INTO cam_metric_leads (campaign_id, lead_id, first_mailed_hour)
        SELECT of_campaign, lead_id, ${hourOf('min(sent_at)')} FROM cam_outbound_emails
         WHERE campaign_id = of_campaign AND sent_at IS NOT NULL AND NOT simulated GROUP BY lead_id
        RETURNING first_mailed_hour
      ), leads_mailed AS (
        INSERT INTO cam_metric_deltas (campaign_id, fact, hour, change)
        SELECT of_campaign, 'leads_mailed', first_mailed_hour, count(*) FROM leads GROUP BY first_mailed_hour
      ), unsubscribed AS (
        INSERT INTO cam_metric_deltas (campaign_id, lead_id, fact, change)
        SELECT DISTINCT of_campaign, o.lead_id, 'person', 0
          FROM cam_suppressions AS s JOIN cam_outbound_emails AS o ON o.id = cam_email_of_evidence(s.evidence)
         WHERE s.cause = 'unsubscribe' AND s.removed_at IS NULL AND o.campaign_id = of_campaign AND NOT o.simulated
      )
      SELECT count(cam_count_reply(i, 1)) INTO replies FROM cam_inbound_emails AS i WHERE i.campaign_id = of_campaign;
    END $$
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
