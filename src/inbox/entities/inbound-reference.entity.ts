import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { InboundEmail } from './inbound-email.entity.js';

/** One Message-ID that an inbound mail answers. */
@Entity('cam_inbound_references')
export class InboundReference {
  /** With angle brackets. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_inbound_references' })
  message_id: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_inbound_references' })
  @ForeignKey(() => InboundEmail, { name: 'fk_inbound_references_inbound_email' })
  inbound_email_id: number;
}
