import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { OutboundEmail, type StoredStatus } from './outbound-email.entity.js';

export const OPERATOR_ACTIONS = [
  'cancel',
  'retry',
  'resolve_sent',
  'resolve_not_sent',
  'resolve_resend',
] as const;
export type OperatorActionKind = (typeof OPERATOR_ACTIONS)[number];

/** What a person did to a mail, kept for good. */
@Entity('cam_operator_actions')
@Index('ix_operator_actions_by_email', ['outbound_email_id', 'id'])
@Check(
  'ck_operator_actions_action',
  `action IN ('cancel', 'retry', 'resolve_sent', 'resolve_not_sent', 'resolve_resend')`,
)
@Check('ck_operator_actions_reason', 'char_length(reason) BETWEEN 1 AND 500')
@Check('ck_operator_actions_resolved_with_reason', `action NOT LIKE 'resolve%' OR reason IS NOT NULL`)
export class OperatorAction {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'pk_operator_actions' })
  id: number;

  @Column('integer')
  @ForeignKey(() => OutboundEmail, { name: 'fk_operator_actions_outbound_email' })
  outbound_email_id: number;

  @Column('text')
  action: OperatorActionKind;

  /** What the mail was before. */
  @Column('text')
  from_status: StoredStatus;

  /** Name of the caller's API key; empty when the process has none. */
  @Column('text')
  actor: string;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { default: () => 'cam_now()' })
  acted_at: Date;
}
