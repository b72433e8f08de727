import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SendOutcome } from '../provider/email-provider.js';
import { OutboundEmail } from './outbound-email.entity.js';

/** The provider's answer, or `not_started`: handed back before the wire. */
export type AttemptOutcome = SendOutcome['kind'] | 'not_started';

/** One lease of a mail for the wire. Written by the claim; a null outcome is an attempt that a crash cut short. */
@Entity('cam_send_attempts')
@Index('ix_send_attempts_by_send_key', ['send_key'])
@Check('ck_send_attempts_attempt', 'attempt > 0')
@Check(
  'ck_send_attempts_outcome',
  `outcome IN ('accepted', 'rejected', 'deferred', 'unreachable', 'ambiguous', 'conflicting', 'misconfigured', 'not_started')`,
)
@Check('ck_send_attempts_finished_at', '(finished_at IS NULL) = (outcome IS NULL)')
@Check(
  'ck_send_attempts_message_id',
  `(outcome IS NOT DISTINCT FROM 'accepted') = (provider_message_id IS NOT NULL)`,
)
@Check('ck_send_attempts_reason', 'char_length(reason) <= 500')
export class SendAttempt {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_send_attempts' })
  @ForeignKey(() => OutboundEmail, { name: 'fk_send_attempts_outbound_email' })
  outbound_email_id: number;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_send_attempts' })
  attempt: number;

  @Column('uuid')
  send_key: string;

  /** Fingerprint of the provider account that it went to; null: made by a release that did not record it. */
  @Column('text', { nullable: true })
  account: string | null;

  @Column('timestamptz')
  started_at: Date;

  @Column('timestamptz', { nullable: true })
  finished_at: Date | null;

  @Column('text', { nullable: true })
  outcome: AttemptOutcome | null;

  @Column('text', { nullable: true })
  code: string | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text', { nullable: true })
  provider_message_id: string | null;
}
