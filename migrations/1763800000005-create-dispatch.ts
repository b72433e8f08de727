import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is still owed: the queue of open mails, their attempts, the day's places and the provider's gate. */
export class CreateDispatch1763800000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_dispatch_queue (
        outbound_email_id integer NOT NULL,
        campaign_id integer NOT NULL,
        provider text NOT NULL,
        simulated boolean NOT NULL,
        due_at timestamptz NOT NULL,
        waits_for text,
        attempt integer NOT NULL DEFAULT 0,
        retry_count integer NOT NULL DEFAULT 0,
        lease_token uuid,
        maybe_sent_since timestamptz,
        maybe_sent_attempt integer,
        cap_day date,
        CONSTRAINT pk_dispatch_queue PRIMARY KEY (outbound_email_id),
        CONSTRAINT fk_dispatch_queue_outbound_email FOREIGN KEY (outbound_email_id) REFERENCES cam_outbound_emails (id),
        CONSTRAINT ck_dispatch_queue_waits_for CHECK (waits_for IN ('cap', 'pause', 'provider', 'retry')),
        CONSTRAINT ck_dispatch_queue_lease_waits_for_nothing CHECK (lease_token IS NULL OR waits_for IS NULL),
        CONSTRAINT ck_dispatch_queue_lease_holds_place CHECK (lease_token IS NULL OR cap_day IS NOT NULL),
        CONSTRAINT ck_dispatch_queue_maybe_sent CHECK ((maybe_sent_since IS NULL) = (maybe_sent_attempt IS NULL)),
        CONSTRAINT ck_dispatch_queue_attempt CHECK (attempt >= 0 AND maybe_sent_attempt BETWEEN 1 AND attempt),
        CONSTRAINT ck_dispatch_queue_retry_count CHECK (retry_count >= 0)
      ) WITH (
        fillfactor = 50,
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0
      )
    `);
    // The claim: what is due for this process's provider and mode, oldest first.
    await queryRunner.query(
      'CREATE INDEX ix_dispatch_queue_claim ON cam_dispatch_queue (provider, simulated, due_at, outbound_email_id)',
    );
    // A lifted pause or a cap with room again releases what waits for it.
    await queryRunner.query(
      `CREATE INDEX ix_dispatch_queue_waiting ON cam_dispatch_queue (campaign_id, waits_for, due_at)
       WHERE waits_for IN ('cap', 'pause')`,
    );
    await queryRunner.query(`
      CREATE TABLE cam_send_attempts (
        outbound_email_id integer NOT NULL,
        attempt integer NOT NULL,
        send_key uuid NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        outcome text,
        code text,
        reason text,
        provider_message_id text,
        CONSTRAINT pk_send_attempts PRIMARY KEY (outbound_email_id, attempt),
        CONSTRAINT fk_send_attempts_outbound_email FOREIGN KEY (outbound_email_id) REFERENCES cam_outbound_emails (id),
        CONSTRAINT ck_send_attempts_attempt CHECK (attempt > 0),
        CONSTRAINT ck_send_attempts_outcome CHECK (
          outcome IN ('accepted', 'rejected', 'deferred', 'ambiguous', 'misconfigured', 'not_started')
        ),
        CONSTRAINT ck_send_attempts_finished_at CHECK ((finished_at IS NULL) = (outcome IS NULL)),
        CONSTRAINT ck_send_attempts_message_id CHECK (
          (outcome IS NOT DISTINCT FROM 'accepted') = (provider_message_id IS NOT NULL)
        ),
        CONSTRAINT ck_send_attempts_reason CHECK (char_length(reason) <= 500)
      )
    `);
    await queryRunner.query(`
      CREATE TABLE cam_quota_counters (
        scope text NOT NULL,
        scope_id integer NOT NULL,
        day date NOT NULL,
        simulated boolean NOT NULL,
        used integer NOT NULL DEFAULT 0,
        CONSTRAINT pk_quota_counters PRIMARY KEY (scope, scope_id, day, simulated),
        CONSTRAINT ck_quota_counters_scope CHECK (scope IN ('global', 'campaign')),
        CONSTRAINT ck_quota_counters_global_id CHECK ((scope = 'global') = (scope_id = 0)),
        CONSTRAINT ck_quota_counters_used CHECK (used >= 0)
      ) WITH (fillfactor = 20)
    `);
    await queryRunner.query(`
      CREATE TABLE cam_provider_gates (
        provider text NOT NULL,
        next_free_at timestamptz NOT NULL DEFAULT '-infinity',
        shut_until timestamptz,
        shut_reason text,
        CONSTRAINT pk_provider_gates PRIMARY KEY (provider),
        CONSTRAINT ck_provider_gates_provider CHECK (provider IN ('Resend', 'NoOp', 'SMTP')),
        CONSTRAINT ck_provider_gates_shut CHECK ((shut_until IS NULL) = (shut_reason IS NULL))
      ) WITH (fillfactor = 20)
    `);
    await queryRunner.query(
      `INSERT INTO cam_provider_gates (provider) VALUES ('Resend'), ('NoOp'), ('SMTP')`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_provider_gates');
    await queryRunner.query('DROP TABLE cam_quota_counters');
    await queryRunner.query('DROP TABLE cam_send_attempts');
    await queryRunner.query('DROP TABLE cam_dispatch_queue');
  }
}
