import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every mail that was ever accepted: its frozen content, and what became of it. */
export class CreateOutboundEmails1763800000004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_outbound_emails (
        id integer GENERATED ALWAYS AS IDENTITY,
        lead_id integer NOT NULL,
        campaign_id integer NOT NULL,
        to_email text NOT NULL,
        from_email text NOT NULL,
        subject text NOT NULL,
        html_body text NOT NULL,
        text_body text NOT NULL,
        reply_to text,
        headers jsonb NOT NULL,
        body_sha256 text NOT NULL,
        content_hash text NOT NULL,
        send_key uuid NOT NULL,
        public_token text NOT NULL,
        simulated boolean NOT NULL,
        provider text NOT NULL,
        provider_message_id text,
        message_id_header text NOT NULL,
        provider_message_id_header text,
        sequence_number integer NOT NULL DEFAULT 1,
        campaign_sequence_id integer,
        status text NOT NULL,
        error_code text,
        error_message text,
        retry_count integer NOT NULL DEFAULT 0,
        max_retries integer NOT NULL,
        queued_at timestamptz NOT NULL,
        sent_at timestamptz,
        bounced_at timestamptz,
        delivered_at timestamptz,
        opened_at timestamptz,
        clicked_at timestamptz,
        complained_at timestamptz,
        email_metadata jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        updated_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_outbound_emails PRIMARY KEY (id),
        CONSTRAINT fk_outbound_emails_lead FOREIGN KEY (lead_id) REFERENCES cam_leads (id),
        CONSTRAINT fk_outbound_emails_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
        CONSTRAINT uq_outbound_emails_content UNIQUE (lead_id, content_hash, sequence_number, simulated),
        CONSTRAINT uq_outbound_emails_send_key UNIQUE (send_key),
        CONSTRAINT uq_outbound_emails_public_token UNIQUE (public_token),
        CONSTRAINT uq_outbound_emails_provider_message_id UNIQUE (provider_message_id),
        CONSTRAINT uq_outbound_emails_message_id_header UNIQUE (message_id_header),
        CONSTRAINT uq_outbound_emails_provider_message_id_header UNIQUE (provider_message_id_header),
        CONSTRAINT ck_outbound_emails_to_email CHECK (to_email = lower(to_email)),
        CONSTRAINT ck_outbound_emails_provider CHECK (provider IN ('Resend', 'NoOp', 'SMTP')),
        CONSTRAINT ck_outbound_emails_status CHECK (
          status IN ('QUEUED', 'SENT', 'FAILED', 'BOUNCED', 'DROPPED', 'UNKNOWN')
        ),
        CONSTRAINT ck_outbound_emails_sent_at CHECK (
          CASE
            WHEN status IN ('SENT', 'BOUNCED') THEN sent_at IS NOT NULL
            WHEN status IN ('QUEUED', 'DROPPED', 'UNKNOWN') THEN sent_at IS NULL
            ELSE true
          END
        ),
        CONSTRAINT ck_outbound_emails_bounced_at CHECK (status <> 'BOUNCED' OR bounced_at IS NOT NULL),
        CONSTRAINT ck_outbound_emails_error_code CHECK (
          CASE
            WHEN status IN ('FAILED', 'DROPPED', 'UNKNOWN') THEN error_code IS NOT NULL
            WHEN status IN ('QUEUED', 'SENT') THEN error_code IS NULL
            ELSE true
          END
        ),
        CONSTRAINT ck_outbound_emails_error_message CHECK (char_length(error_message) <= 500),
        CONSTRAINT ck_outbound_emails_body_sha256 CHECK (body_sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_outbound_emails_content_hash CHECK (content_hash ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_outbound_emails_public_token CHECK (public_token ~ '^[a-z2-7]{26}$'),
        CONSTRAINT ck_outbound_emails_sequence_number CHECK (sequence_number > 0),
        CONSTRAINT ck_outbound_emails_retry_count CHECK (retry_count >= 0),
        CONSTRAINT ck_outbound_emails_max_retries CHECK (max_retries >= 0),
        CONSTRAINT ck_outbound_emails_headers_object CHECK (jsonb_typeof(headers) = 'object'),
        CONSTRAINT ck_outbound_emails_metadata_object CHECK (jsonb_typeof(email_metadata) = 'object')
      )
    `);
    // GET emails/outbound: newest first, one index for each filter that callers page by.
    await queryRunner.query(
      'CREATE INDEX ix_outbound_emails_by_campaign ON cam_outbound_emails (campaign_id, id)',
    );
    await queryRunner.query(
      'CREATE INDEX ix_outbound_emails_by_campaign_status ON cam_outbound_emails (campaign_id, status, id)',
    );
    await queryRunner.query('CREATE INDEX ix_outbound_emails_by_lead ON cam_outbound_emails (lead_id, id)');
    await queryRunner.query(
      'CREATE INDEX ix_outbound_emails_by_recipient ON cam_outbound_emails (to_email, id)',
    );
    // status=SENT without another filter walks the primary key: nearly every row matches.
    await queryRunner.query(
      `CREATE INDEX ix_outbound_emails_by_status ON cam_outbound_emails (status, id) WHERE status <> 'SENT'`,
    );
    await queryRunner.query(
      'CREATE INDEX ix_outbound_emails_by_queued_at ON cam_outbound_emails (queued_at)',
    );
    await queryRunner.query('CREATE INDEX ix_outbound_emails_by_sent_at ON cam_outbound_emails (sent_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_outbound_emails');
  }
}
