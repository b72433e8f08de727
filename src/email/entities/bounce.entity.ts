import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { OutboundEmail } from './outbound-email.entity.js';

/** `hard`: the address will never take mail. `soft`: it may later. `policy`: we were refused, not the address. */
export type BounceKind = 'hard' | 'soft' | 'policy';

/** One report that mail to an address came back, by a provider's event or a delivery report. */
@Entity('cam_bounces')
@Unique('uq_bounces_evidence', ['evidence', 'address'])
@Index('ix_bounces_by_address', ['address', 'occurred_at'])
@Index('ix_bounces_by_email', ['outbound_email_id'])
@Check('ck_bounces_address', 'address = lower(address)')
@Check('ck_bounces_kind', `kind IN ('hard', 'soft', 'policy')`)
@Check('ck_bounces_status_code', 'char_length(status_code) <= 20')
@Check('ck_bounces_diagnostic', 'char_length(diagnostic) <= 500')
export class Bounce {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_bounces',
  })
  id: number;

  @Column('text')
  address: string;

  @Column('text')
  kind: BounceKind;

  /** Null: the report names none of our mails. */
  @Column('integer', { nullable: true })
  @ForeignKey(() => OutboundEmail, { name: 'fk_bounces_outbound_email' })
  outbound_email_id: number | null;

  /** Enhanced status code (RFC 3463) or the provider's own type. */
  @Column('text', { nullable: true })
  status_code: string | null;

  /** What the remote server said. */
  @Column('text', { nullable: true })
  diagnostic: string | null;

  /** What told it: `inbound:7`, `event:msg_x`. */
  @Column('text')
  evidence: string;

  @Column('timestamptz')
  occurred_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;
}
