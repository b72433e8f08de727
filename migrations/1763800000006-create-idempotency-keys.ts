import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `Idempotency-Key` of our own API: who is running, and what was answered. */
export class CreateIdempotencyKeys1763800000006 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_idempotency_keys (
        scope text NOT NULL,
        key text NOT NULL,
        fingerprint text NOT NULL,
        status_code smallint,
        response_body text,
        locked_until timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT cam_now(),
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (scope, key),
        CONSTRAINT ck_idempotency_keys_answer CHECK ((status_code IS NULL) = (response_body IS NULL))
      )
    `);
    // The purge of expired keys.
    await queryRunner.query(
      'CREATE INDEX ix_idempotency_keys_by_expiry ON cam_idempotency_keys (expires_at)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cam_idempotency_keys');
  }
}
