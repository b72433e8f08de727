import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns, people, and who belongs to which campaign. */
export class CreateCampaignsAndLeads1763800000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_campaigns (
        id integer GENERATED ALWAYS AS IDENTITY,
        name text NOT NULL,
        status text NOT NULL DEFAULT 'ACTIVE',
        timezone text,
        max_emails_per_day integer,
        from_email text,
        paused_at timestamptz,
        pause_reason text,
        resume_reason text,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        updated_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_campaigns PRIMARY KEY (id),
        CONSTRAINT ck_campaigns_status CHECK (status IN ('ACTIVE', 'PAUSED')),
        CONSTRAINT ck_campaigns_paused_at CHECK ((status = 'PAUSED') = (paused_at IS NOT NULL)),
        CONSTRAINT ck_campaigns_pause_reason CHECK (status = 'PAUSED' OR pause_reason IS NULL),
        CONSTRAINT ck_campaigns_resume_reason CHECK (status = 'ACTIVE' OR resume_reason IS NULL),
        CONSTRAINT ck_campaigns_max_emails_per_day CHECK (max_emails_per_day > 0)
      )
    `);
    await queryRunner.query(`
      CREATE TABLE cam_leads (
        id integer GENERATED ALWAYS AS IDENTITY,
        email text NOT NULL,
        first_name text,
        last_name text,
        company text,
        title text,
        timezone text,
        attributes jsonb NOT NULL DEFAULT '{}',
        status text NOT NULL DEFAULT 'NEW',
        last_contacted_at timestamptz,
        last_replied_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        updated_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_leads PRIMARY KEY (id),
        CONSTRAINT uq_leads_email UNIQUE (email),
        CONSTRAINT ck_leads_email_lower_case CHECK (email = lower(email)),
        CONSTRAINT ck_leads_attributes_object CHECK (jsonb_typeof(attributes) = 'object'),
        CONSTRAINT ck_leads_status CHECK (
          status IN ('NEW', 'CONTACTED', 'QUALIFIED', 'SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED')
        )
      )
    `);
    // GET leads?status=…, newest first.
    await queryRunner.query('CREATE INDEX ix_leads_by_status ON cam_leads (status, id)');
    await queryRunner.query(`
      CREATE TABLE cam_campaign_leads (
        campaign_id integer NOT NULL,
        lead_id integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_campaign_leads PRIMARY KEY (campaign_id, lead_id),
        CONSTRAINT fk_campaign_leads_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
        CONSTRAINT fk_campaign_leads_lead FOREIGN KEY (lead_id) REFERENCES cam_leads (id)
      )
    `);
    // campaign_ids of a lead.
    await queryRunner.query(
      'CREATE INDEX ix_campaign_leads_by_lead ON cam_campaign_leads (lead_id, campaign_id)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_campaign_leads');
    await queryRunner.query('DROP TABLE cam_leads');
    await queryRunner.query('DROP TABLE cam_campaigns');
  }
}
