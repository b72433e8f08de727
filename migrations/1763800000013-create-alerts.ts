import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the operator is to hear of, each once, and since when a provider's gate has a fault that she was told of. */
export class CreateAlerts1763800000013 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_alerts (
        id integer GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL,
        dedupe_key text NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        due_at timestamptz DEFAULT cam_now(),
        attempts integer NOT NULL DEFAULT 0,
        delivered_at timestamptz,
        gave_up_at timestamptz,
        last_error text,
        CONSTRAINT pk_alerts PRIMARY KEY (id),
        CONSTRAINT uq_alerts_dedupe_key UNIQUE (dedupe_key),
        CONSTRAINT ck_alerts_kind CHECK (
          kind IN ('reply.positive', 'campaign.paused', 'provider.shut', 'emails.unknown')
        ),
        CONSTRAINT ck_alerts_dedupe_key CHECK (dedupe_key <> ''),
        CONSTRAINT ck_alerts_data_object CHECK (jsonb_typeof(data) = 'object'),
        CONSTRAINT ck_alerts_due_until_it_ends CHECK (num_nonnulls(due_at, delivered_at, gave_up_at) = 1),
        CONSTRAINT ck_alerts_attempts CHECK (attempts >= CASE WHEN due_at IS NULL THEN 1 ELSE 0 END),
        CONSTRAINT ck_alerts_last_error CHECK (char_length(last_error) BETWEEN 1 AND 500),
        CONSTRAINT ck_alerts_gave_up_for_a_reason CHECK (gave_up_at IS NULL OR last_error IS NOT NULL)
      )
    `);
    // The claim: what is due, oldest first. Alerts that have ended leave it.
    await queryRunner.query('CREATE INDEX ix_alerts_due ON cam_alerts (due_at, id) WHERE due_at IS NOT NULL');
    await queryRunner.query('ALTER TABLE cam_provider_gates ADD COLUMN faulty_since timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE cam_provider_gates DROP COLUMN faulty_since');
    await queryRunner.query('DROP TABLE cam_alerts');
  }
}
