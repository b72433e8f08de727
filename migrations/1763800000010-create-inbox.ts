import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every mail that came in, each once; how far each mailbox is read, and whose turn it is to read it. */
export class CreateInbox1763800000010 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_inbound_emails (
        id integer GENERATED ALWAYS AS IDENTITY,
        lead_id integer,
        campaign_id integer,
        provider text NOT NULL,
        provider_msg_uid text NOT NULL,
        identity_hash text NOT NULL,
        message_id_header text,
        repeats_message_id boolean NOT NULL DEFAULT false,
        from_email text,
        to_email text,
        subject text NOT NULL,
        in_reply_to_message_id text,
        in_reply_to_outbound_email_id integer,
        match_method text,
        match_confidence real,
        sender_is_recipient boolean NOT NULL DEFAULT false,
        body_text text,
        body_html text,
        visible_text text,
        classification text NOT NULL,
        classification_confidence real NOT NULL,
        classification_reason text NOT NULL,
        classifier_version text NOT NULL,
        automatic boolean NOT NULL,
        labelled_by text,
        labelled_at timestamptz,
        needs_review boolean NOT NULL,
        parse_error text,
        received_at timestamptz NOT NULL,
        ingested_at timestamptz NOT NULL DEFAULT cam_now(),
        email_metadata jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        updated_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_inbound_emails PRIMARY KEY (id),
        CONSTRAINT fk_inbound_emails_lead FOREIGN KEY (lead_id) REFERENCES cam_leads (id),
        CONSTRAINT fk_inbound_emails_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
        CONSTRAINT fk_inbound_emails_outbound_email FOREIGN KEY (in_reply_to_outbound_email_id)
          REFERENCES cam_outbound_emails (id),
        CONSTRAINT uq_inbound_emails_provider_msg_uid UNIQUE (provider, provider_msg_uid),
        CONSTRAINT uq_inbound_emails_identity_hash UNIQUE (identity_hash),
        CONSTRAINT ck_inbound_emails_provider CHECK (provider IN ('IMAP', 'Resend', 'API')),
        CONSTRAINT ck_inbound_emails_identity_hash CHECK (identity_hash ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_inbound_emails_from_email CHECK (from_email = lower(from_email)),
        CONSTRAINT ck_inbound_emails_match_method CHECK (
          match_method IN ('token', 'references', 'report', 'sender', 'person')
        ),
        CONSTRAINT ck_inbound_emails_match CHECK (
          num_nulls(lead_id, match_method, match_confidence) IN (0, 3)
          AND (in_reply_to_outbound_email_id IS NULL OR lead_id IS NOT NULL)
        ),
        CONSTRAINT ck_inbound_emails_match_confidence CHECK (match_confidence BETWEEN 0 AND 1),
        CONSTRAINT ck_inbound_emails_classification CHECK (
          classification IN ('POSITIVE', 'NEGATIVE', 'OOO', 'BOUNCE', 'UNSUB', 'NEUTRAL')
        ),
        CONSTRAINT ck_inbound_emails_classification_confidence CHECK (classification_confidence BETWEEN 0 AND 1),
        CONSTRAINT ck_inbound_emails_label CHECK ((labelled_by IS NULL) = (labelled_at IS NULL)),
        CONSTRAINT ck_inbound_emails_parse_error CHECK (
          parse_error IN ('timeout', 'memory', 'malformed', 'crashed', 'too_large')
        ),
        CONSTRAINT ck_inbound_emails_metadata_object CHECK (jsonb_typeof(email_metadata) = 'object')
      )
    `);
    await queryRunner.query('CREATE INDEX ix_inbound_emails_by_lead ON cam_inbound_emails (lead_id, id)');
    await queryRunner.query(
      'CREATE INDEX ix_inbound_emails_by_campaign ON cam_inbound_emails (campaign_id, id)',
    );
    await queryRunner.query(
      'CREATE INDEX ix_inbound_emails_by_classification ON cam_inbound_emails (classification, id)',
    );
    await queryRunner.query(
      'CREATE INDEX ix_inbound_emails_by_outbound_email ON cam_inbound_emails (in_reply_to_outbound_email_id)',
    );
    await queryRunner.query(
      'CREATE INDEX ix_inbound_emails_by_message_id ON cam_inbound_emails (message_id_header)',
    );
    await queryRunner.query(
      'CREATE INDEX ix_inbound_emails_to_review ON cam_inbound_emails (id) WHERE needs_review',
    );
    // The unmatched tray, and what may find a better match yet.
    await queryRunner.query(
      `CREATE INDEX ix_inbound_emails_unsure ON cam_inbound_emails (id)
       WHERE lead_id IS NULL OR match_method IN ('report', 'sender')`,
    );

    // Which Message-IDs a mail answers: one that becomes known later finds its answers here.
    await queryRunner.query(`
      CREATE TABLE cam_inbound_references (
        message_id text NOT NULL,
        inbound_email_id integer NOT NULL,
        CONSTRAINT pk_inbound_references PRIMARY KEY (message_id, inbound_email_id),
        CONSTRAINT fk_inbound_references_inbound_email FOREIGN KEY (inbound_email_id) REFERENCES cam_inbound_emails (id)
      )
    `);
    // The bytes of what could not be read, for who mends the reader.
    await queryRunner.query(`
      CREATE TABLE cam_inbound_raw (
        inbound_email_id integer NOT NULL,
        raw bytea NOT NULL,
        CONSTRAINT pk_inbound_raw PRIMARY KEY (inbound_email_id),
        CONSTRAINT fk_inbound_raw_inbound_email FOREIGN KEY (inbound_email_id) REFERENCES cam_inbound_emails (id)
      )
    `);
    await queryRunner.query(`
      CREATE TABLE cam_mailbox_polls (
        account text NOT NULL,
        lease_token uuid,
        leased_until timestamptz,
        poll_after timestamptz NOT NULL DEFAULT '-infinity',
        failures integer NOT NULL DEFAULT 0,
        last_error text,
        last_success_at timestamptz,
        CONSTRAINT pk_mailbox_polls PRIMARY KEY (account),
        CONSTRAINT ck_mailbox_polls_lease CHECK ((lease_token IS NULL) = (leased_until IS NULL)),
        CONSTRAINT ck_mailbox_polls_failures CHECK (failures >= 0 AND (failures = 0) = (last_error IS NULL))
      )
    `);
    await queryRunner.query(`
      CREATE TABLE cam_mailbox_cursors (
        account text NOT NULL,
        mailbox text NOT NULL,
        uid_validity bigint NOT NULL,
        last_uid bigint NOT NULL DEFAULT 0,
        moved_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_mailbox_cursors PRIMARY KEY (account, mailbox),
        CONSTRAINT ck_mailbox_cursors_last_uid CHECK (last_uid >= 0)
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_mailbox_cursors');
    await queryRunner.query('DROP TABLE cam_mailbox_polls');
    await queryRunner.query('DROP TABLE cam_inbound_raw');
    await queryRunner.query('DROP TABLE cam_inbound_references');
    await queryRunner.query('DROP TABLE cam_inbound_emails');
  }
}
