import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One `Idempotency-Key` of one caller and route: running (`status_code` null) or answered. */
@Entity('cam_idempotency_keys')
@Index('ix_idempotency_keys_by_expiry', ['expires_at'])
@Check('ck_idempotency_keys_answer', '(status_code IS NULL) = (response_body IS NULL)')
export class IdempotencyKey {
  /** API key name, method and path. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  scope: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  key: string;

  /** Hex SHA-256 of the canonical, validated body. */
  @Column('text')
  fingerprint: string;

  @Column('smallint', { nullable: true })
  status_code: number | null;

  /** Replayed byte for byte. */
  @Column('text', { nullable: true })
  response_body: string | null;

  /** A runner that has not answered by then is taken for dead. */
  @Column('timestamptz')
  locked_until: Date;

  @Column('timestamptz')
  expires_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;
}
