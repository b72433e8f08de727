import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Templates by type: a campaign's own, or global (`campaign_id` NULL). */
export class CreateEmailTemplates1763800000003 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_email_templates (
        id integer GENERATED ALWAYS AS IDENTITY,
        campaign_id integer,
        template_type text NOT NULL,
        subject text NOT NULL,
        body text NOT NULL,
        text text,
        cta_link text,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        updated_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_email_templates PRIMARY KEY (id),
        CONSTRAINT fk_email_templates_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
        CONSTRAINT uq_email_templates_type UNIQUE NULLS NOT DISTINCT (campaign_id, template_type)
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_email_templates');
  }
}
