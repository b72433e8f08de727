import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who goes first, whose account an open mail belongs to, a breaker for the fleet, and what people did to mails. */
export class ExtendDispatch1763800000007 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE cam_dispatch_queue
        ADD COLUMN follow_up boolean NOT NULL DEFAULT false,
        ADD COLUMN priority smallint NOT NULL DEFAULT 2,
        ADD COLUMN lost_leases integer NOT NULL DEFAULT 0,
        ADD COLUMN maybe_sent_account text,
        ADD CONSTRAINT ck_dispatch_queue_lost_leases CHECK (lost_leases >= 0)
    `);
    // Of mail that was on its way before this release nobody knows the account: it counts as another one's.
    await queryRunner.query(`
      UPDATE cam_dispatch_queue SET maybe_sent_account = 'not recorded', priority = 0
       WHERE maybe_sent_since IS NOT NULL
    `);
    await queryRunner.query(`
      ALTER TABLE cam_dispatch_queue
        ADD CONSTRAINT ck_dispatch_queue_priority CHECK (
          priority = CASE WHEN maybe_sent_since IS NOT NULL THEN 0 WHEN follow_up THEN 1 ELSE 2 END
        ),
        DROP CONSTRAINT ck_dispatch_queue_maybe_sent,
        ADD CONSTRAINT ck_dispatch_queue_maybe_sent CHECK (
          num_nulls(maybe_sent_since, maybe_sent_attempt, maybe_sent_account) IN (0, 3)
        )
    `);
    await queryRunner.query('DROP INDEX ix_dispatch_queue_claim');
    // The claim: what is due for this process's provider and mode, class by class, oldest first.
    await queryRunner.query(
      'CREATE INDEX ix_dispatch_queue_claim ON cam_dispatch_queue (provider, simulated, priority, due_at, outbound_email_id)',
    );

    await queryRunner.query(`
      ALTER TABLE cam_send_attempts
        ADD COLUMN account text,
        DROP CONSTRAINT ck_send_attempts_outcome,
        ADD CONSTRAINT ck_send_attempts_outcome CHECK (
          outcome IN (
            'accepted', 'rejected', 'deferred', 'unreachable', 'ambiguous', 'conflicting', 'misconfigured', 'not_started'
          )
        )
    `);
    // A provider's event names the send key of the attempt, which a resend has replaced by then.
    await queryRunner.query('CREATE INDEX ix_send_attempts_by_send_key ON cam_send_attempts (send_key)');

    await queryRunner.query(`
      ALTER TABLE cam_provider_gates
        ADD COLUMN failure_streak integer NOT NULL DEFAULT 0,
        ADD COLUMN breaker_trips integer NOT NULL DEFAULT 0,
        ADD COLUMN probe_until timestamptz,
        ADD COLUMN reconciled_at timestamptz,
        ADD CONSTRAINT ck_provider_gates_failure_streak CHECK (failure_streak >= 0),
        ADD CONSTRAINT ck_provider_gates_breaker_trips CHECK (breaker_trips >= 0)
    `);

    await queryRunner.query(`
      CREATE TABLE cam_operator_actions (
        id integer GENERATED ALWAYS AS IDENTITY,
        outbound_email_id integer NOT NULL,
        action text NOT NULL,
        from_status text NOT NULL,
        actor text NOT NULL,
        reason text,
        acted_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_operator_actions PRIMARY KEY (id),
        CONSTRAINT fk_operator_actions_outbound_email FOREIGN KEY (outbound_email_id)
          REFERENCES cam_outbound_emails (id),
        CONSTRAINT ck_operator_actions_action CHECK (
          action IN ('cancel', 'retry', 'resolve_sent', 'resolve_not_sent', 'resolve_resend')
        ),
        CONSTRAINT ck_operator_actions_reason CHECK (char_length(reason) BETWEEN 1 AND 500),
        CONSTRAINT ck_operator_actions_resolved_with_reason CHECK (
          action NOT LIKE 'resolve%' OR reason IS NOT NULL
        )
      )
    `);
    await queryRunner.query(
      'CREATE INDEX ix_operator_actions_by_email ON cam_operator_actions (outbound_email_id, id)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_operator_actions');
    await queryRunner.query(`
      ALTER TABLE cam_provider_gates
        DROP COLUMN failure_streak, DROP COLUMN breaker_trips, DROP COLUMN probe_until, DROP COLUMN reconciled_at
    `);
    await queryRunner.query('DROP INDEX ix_send_attempts_by_send_key');
    // The older release knows fewer outcomes; what is said of the mail stays true.
    await queryRunner.query(`
      UPDATE cam_send_attempts
         SET outcome = CASE outcome WHEN 'unreachable' THEN 'deferred' ELSE 'ambiguous' END
       WHERE outcome IN ('unreachable', 'conflicting')
    `);
    await queryRunner.query(`
      ALTER TABLE cam_send_attempts
        DROP COLUMN account,
        DROP CONSTRAINT ck_send_attempts_outcome,
        ADD CONSTRAINT ck_send_attempts_outcome CHECK (
          outcome IN ('accepted', 'rejected', 'deferred', 'ambiguous', 'misconfigured', 'not_started')
        )
    `);
    await queryRunner.query('DROP INDEX ix_dispatch_queue_claim');
    await queryRunner.query(`
      ALTER TABLE cam_dispatch_queue
        DROP CONSTRAINT ck_dispatch_queue_maybe_sent,
        DROP COLUMN priority, DROP COLUMN follow_up, DROP COLUMN lost_leases, DROP COLUMN maybe_sent_account,
        ADD CONSTRAINT ck_dispatch_queue_maybe_sent CHECK ((maybe_sent_since IS NULL) = (maybe_sent_attempt IS NULL))
    `);
    await queryRunner.query(
      'CREATE INDEX ix_dispatch_queue_claim ON cam_dispatch_queue (provider, simulated, due_at, outbound_email_id)',
    );
  }
}
