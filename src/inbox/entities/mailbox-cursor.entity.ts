import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a mailbox is read (RFC 9051, 2.3.1.1). Moved in the transaction that stores the mail. */
@Entity('cam_mailbox_cursors')
@Check('ck_mailbox_cursors_last_uid', 'last_uid >= 0')
export class MailboxCursor {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_mailbox_cursors' })
  account: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_mailbox_cursors' })
  mailbox: string;

  /** Another value means that all UIDs are new. The driver reads bigint as text. */
  @Column('bigint')
  uid_validity: string;

  @Column('bigint', { default: 0 })
  last_uid: string;

  @Column('timestamptz', { default: () => 'cam_now()' })
  moved_at: Date;
}
