import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the provider told of mails after it took them, each event once, and the bounces that came to light. */
export class CreateDeliveryEvents1763800000009 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_provider_events (
        id integer GENERATED ALWAYS AS IDENTITY,
        provider text NOT NULL,
        event_id text NOT NULL,
        type text NOT NULL,
        outbound_email_id integer,
        occurred_at timestamptz NOT NULL,
        payload jsonb NOT NULL,
        received_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_provider_events PRIMARY KEY (id),
        CONSTRAINT fk_provider_events_outbound_email FOREIGN KEY (outbound_email_id) REFERENCES cam_outbound_emails (id),
        CONSTRAINT uq_provider_events_event_id UNIQUE (provider, event_id),
        CONSTRAINT ck_provider_events_provider CHECK (provider IN ('Resend', 'NoOp', 'SMTP')),
        CONSTRAINT ck_provider_events_payload_object CHECK (jsonb_typeof(payload) = 'object')
      )
    `);
    await queryRunner.query(
      'CREATE INDEX ix_provider_events_by_email ON cam_provider_events (outbound_email_id, occurred_at)',
    );
    await queryRunner.query(`
      CREATE TABLE cam_bounces (
        id integer GENERATED ALWAYS AS IDENTITY,
        address text NOT NULL,
        kind text NOT NULL,
        outbound_email_id integer,
        status_code text,
        diagnostic text,
        evidence text NOT NULL,
        occurred_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_bounces PRIMARY KEY (id),
        CONSTRAINT fk_bounces_outbound_email FOREIGN KEY (outbound_email_id) REFERENCES cam_outbound_emails (id),
        CONSTRAINT uq_bounces_evidence UNIQUE (evidence, address),
        CONSTRAINT ck_bounces_address CHECK (address = lower(address)),
        CONSTRAINT ck_bounces_kind CHECK (kind IN ('hard', 'soft', 'policy')),
        CONSTRAINT ck_bounces_status_code CHECK (char_length(status_code) <= 20),
        CONSTRAINT ck_bounces_diagnostic CHECK (char_length(diagnostic) <= 500)
      )
    `);
    await queryRunner.query('CREATE INDEX ix_bounces_by_address ON cam_bounces (address, occurred_at)');
    await queryRunner.query('CREATE INDEX ix_bounces_by_email ON cam_bounces (outbound_email_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_bounces');
    await queryRunner.query('DROP TABLE cam_provider_events');
  }
}
