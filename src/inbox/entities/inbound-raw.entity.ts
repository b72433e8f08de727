import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { InboundEmail } from './inbound-email.entity.js';

/** The bytes of a mail that could not be read. */
@Entity('cam_inbound_raw')
export class InboundRaw {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_inbound_raw' })
  @ForeignKey(() => InboundEmail, { name: 'fk_inbound_raw_inbound_email' })
  inbound_email_id: number;

  @Column('bytea')
  raw: Buffer;
}
