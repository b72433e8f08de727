import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** `person`: somebody decided it; the others are what mail itself told. */
export const SUPPRESSION_CAUSES = [
  'person',
  'hard_bounce',
  'soft_bounces',
  'complaint',
  'unsubscribe',
] as const;
export type SuppressionCause = (typeof SUPPRESSION_CAUSES)[number];

/**
 * One reason to send an address, or a whole domain, no more mail. In force until it expires or a person removes it; an
 * address is suppressed while any of its reasons is in force. Rows are never deleted.
 */
@Entity('cam_suppressions')
@Index('ux_suppressions_in_force', ['target', 'scope', 'cause', 'evidence'], {
  unique: true,
  where: 'removed_at IS NULL',
})
@Check('ck_suppressions_scope', `scope IN ('address', 'domain')`)
@Check('ck_suppressions_target', 'see the migration')
@Check(
  'ck_suppressions_cause',
  `cause IN ('person', 'hard_bounce', 'soft_bounces', 'complaint', 'unsubscribe')`,
)
@Check('ck_suppressions_evidence', `evidence <> ''`)
@Check('ck_suppressions_reason', 'char_length(reason) BETWEEN 1 AND 500')
@Check('ck_suppressions_soft_ones_expire', `cause <> 'soft_bounces' OR expires_at IS NOT NULL`)
@Check('ck_suppressions_removal', 'num_nulls(removed_at, removed_by, removal_reason) IN (0, 3)')
@Check('ck_suppressions_removal_reason', 'char_length(removal_reason) BETWEEN 1 AND 500')
export class Suppression {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_suppressions',
  })
  id: number;

  @Column('text')
  scope: 'address' | 'domain';

  /** The address or domain in its one form: lower case, domain in punycode. */
  @Column('text')
  target: string;

  @Column('text')
  cause: SuppressionCause;

  /** What told it: `outbound:12`, `inbound:7`, `event:msg_x`; `person` for a person's own word. */
  @Column('text')
  evidence: string;

  /** For people. */
  @Column('text')
  reason: string;

  /** Null: for good. */
  @Column('timestamptz', { nullable: true })
  expires_at: Date | null;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  /** Name of the caller's API key, empty when the process has none; `cam`: the service itself. */
  @Column('text')
  created_by: string;

  @Column('timestamptz', { nullable: true })
  removed_at: Date | null;

  @Column('text', { nullable: true })
  removed_by: string | null;

  @Column('text', { nullable: true })
  removal_reason: string | null;
}
