import type { QueryRunner } from 'typeorm';

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

/** The functions and triggers of migration 14. */
export async function createCounting(queryRunner: QueryRunner): Promise<void> {
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
        SELECT of_campaign, f.fact, mails.hour, f.change
          FROM (SELECT ${hourOf('sent_at')} AS hour, count(*) AS sent, count(delivered_at) AS delivered,
                       count(bounced_at) AS hard_bounces, count(complained_at) AS complaints
                  FROM cam_outbound_emails
                 WHERE campaign_id = of_campaign AND sent_at IS NOT NULL AND NOT simulated GROUP BY hour) AS mails
         CROSS JOIN LATERAL (VALUES
           ('sent', sent), ('delivered', delivered), ('hard_bounces', hard_bounces), ('complaints', complaints)
         ) AS f (fact, change)
         WHERE f.change > 0
      ), soft_bounces AS (
        INSERT INTO cam_metric_deltas (campaign_id, fact, hour, change)
        SELECT of_campaign, 'soft_bounces', ${hourOf('o.sent_at')} AS hour, count(DISTINCT o.id)
          FROM cam_bounces AS b JOIN cam_outbound_emails AS o ON o.id = b.outbound_email_id AND o.to_email = b.address
         WHERE b.kind = 'soft' AND o.campaign_id = of_campaign AND o.sent_at IS NOT NULL AND NOT o.simulated
         GROUP BY hour
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

/** What {@link createCounting} made. */
export async function dropCounting(queryRunner: QueryRunner): Promise<void> {
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
}
