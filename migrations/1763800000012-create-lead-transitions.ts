import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a lead has the status she has: every event that could move it, and who took it back. */
export class CreateLeadTransitions1763800000012 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_lead_transitions (
        id integer GENERATED ALWAYS AS IDENTITY,
        lead_id integer NOT NULL,
        cause text NOT NULL,
        asked_status text,
        from_status text NOT NULL,
        to_status text NOT NULL,
        evidence text NOT NULL,
        campaign_id integer,
        actor text,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT cam_now(),
        undone_at timestamptz,
        undone_by text,
        CONSTRAINT pk_lead_transitions PRIMARY KEY (id),
        CONSTRAINT fk_lead_transitions_lead FOREIGN KEY (lead_id) REFERENCES cam_leads (id),
        CONSTRAINT fk_lead_transitions_campaign FOREIGN KEY (campaign_id) REFERENCES cam_campaigns (id),
        CONSTRAINT ck_lead_transitions_cause CHECK (
          cause IN (
            'positive_reply', 'negative_reply', 'neutral_reply', 'out_of_office', 'unsubscribe', 'complaint',
            'hard_bounce', 'soft_bounce', 'person'
          )
        ),
        CONSTRAINT ck_lead_transitions_statuses CHECK (
          ARRAY[from_status, to_status, COALESCE(asked_status, from_status)]
          <@ ARRAY['NEW', 'CONTACTED', 'QUALIFIED', 'SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED']
        ),
        CONSTRAINT ck_lead_transitions_move CHECK (
          to_status = from_status OR to_status IS NOT DISTINCT FROM asked_status
        ),
        CONSTRAINT ck_lead_transitions_evidence CHECK (evidence <> ''),
        CONSTRAINT ck_lead_transitions_actor CHECK ((cause = 'person') = (actor IS NOT NULL)),
        CONSTRAINT ck_lead_transitions_undone CHECK (num_nulls(undone_at, undone_by) IN (0, 2))
      )
    `);
    // Each event counts once; a relabel finds what its mail had caused.
    await queryRunner.query(`
      CREATE UNIQUE INDEX ux_lead_transitions_evidence ON cam_lead_transitions (evidence, cause, lead_id)
        WHERE undone_at IS NULL
    `);
    // What holds the status of a lead.
    await queryRunner.query('CREATE INDEX ix_lead_transitions_by_lead ON cam_lead_transitions (lead_id, id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_lead_transitions');
  }
}
