import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who must get no more mail, and why: one row for each cause, so that lifting one leaves the others. */
export class CreateSuppressions1763800000008 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_suppressions (
        id integer GENERATED ALWAYS AS IDENTITY,
        scope text NOT NULL,
        target text NOT NULL,
        cause text NOT NULL,
        evidence text NOT NULL,
        reason text NOT NULL,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        created_by text NOT NULL,
        removed_at timestamptz,
        removed_by text,
        removal_reason text,
        CONSTRAINT pk_suppressions PRIMARY KEY (id),
        CONSTRAINT ck_suppressions_scope CHECK (scope IN ('address', 'domain')),
        CONSTRAINT ck_suppressions_target CHECK (
          target = lower(target) AND target <> '' AND (scope = 'address') = (strpos(target, '@') > 0)
        ),
        CONSTRAINT ck_suppressions_cause CHECK (
          cause IN ('person', 'hard_bounce', 'soft_bounces', 'complaint', 'unsubscribe')
        ),
        CONSTRAINT ck_suppressions_evidence CHECK (evidence <> ''),
        CONSTRAINT ck_suppressions_reason CHECK (char_length(reason) BETWEEN 1 AND 500),
        CONSTRAINT ck_suppressions_soft_ones_expire CHECK (cause <> 'soft_bounces' OR expires_at IS NOT NULL),
        CONSTRAINT ck_suppressions_removal CHECK (num_nulls(removed_at, removed_by, removal_reason) IN (0, 3)),
        CONSTRAINT ck_suppressions_removal_reason CHECK (char_length(removal_reason) BETWEEN 1 AND 500)
      )
    `);
    await queryRunner.query(
      `CREATE UNIQUE INDEX ux_suppressions_in_force ON cam_suppressions (target, scope, cause, evidence)
       WHERE removed_at IS NULL`,
    );
    // Whoever suppresses and whoever accepts or claims mail meet here, whatever address it is about.
    await queryRunner.query(`
      CREATE TABLE cam_suppression_fence (
        only_row boolean PRIMARY KEY DEFAULT true,
        suppressed_at timestamptz,
        CONSTRAINT ck_suppression_fence_only_row CHECK (only_row)
      )
    `);
    await queryRunner.query('INSERT INTO cam_suppression_fence DEFAULT VALUES');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_suppression_fence');
    await queryRunner.query('DROP TABLE cam_suppressions');
  }
}
