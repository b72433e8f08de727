import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { ProviderName } from '../provider/email-provider.js';
import { OutboundEmail } from './outbound-email.entity.js';

/** One event that the provider told us, stored once however often it is told. */
@Entity('cam_provider_events')
@Unique('uq_provider_events_event_id', ['provider', 'event_id'])
@Index('ix_provider_events_by_email', ['outbound_email_id', 'occurred_at'])
@Check('ck_provider_events_provider', `provider IN ('Resend', 'NoOp', 'SMTP')`)
@Check('ck_provider_events_payload_object', `jsonb_typeof(payload) = 'object'`)
export class ProviderEvent {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_provider_events',
  })
  id: number;

  @Column('text')
  provider: ProviderName;

  /** The provider's own id of the event: the same for each repeat. */
  @Column('text')
  event_id: string;

  /** The provider's word: `email.delivered`. */
  @Column('text')
  type: string;

  /** Null: of a mail that is not ours, or of none. */
  @Column('integer', { nullable: true })
  @ForeignKey(() => OutboundEmail, { name: 'fk_provider_events_outbound_email' })
  outbound_email_id: number | null;

  /** When it happened, as the provider says: events come in any order. */
  @Column('timestamptz')
  occurred_at: Date;

  @Column('jsonb')
  payload: Record<string, unknown>;

  @Column('timestamptz', { default: () => 'cam_now()' })
  received_at: Date;
}
