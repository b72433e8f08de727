import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `cam_now()`: the one clock of the service. Only tests, the demo and chaos runs set the offset. */
export class CreateClock1763800000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE cam_clock (
        only_row boolean PRIMARY KEY DEFAULT true,
        clock_offset interval NOT NULL DEFAULT interval '0',
        CONSTRAINT ck_clock_only_row CHECK (only_row)
      )
    `);
    await queryRunner.query('INSERT INTO cam_clock DEFAULT VALUES');
    await queryRunner.query(`
      CREATE FUNCTION cam_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT now() + (SELECT clock_offset FROM cam_clock)
      $$
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION cam_now()');
    await queryRunner.query('DROP TABLE cam_clock');
  }
}
