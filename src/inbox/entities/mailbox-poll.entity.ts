import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Whose turn it is to read an account's mailboxes: one replica at a time, by a lease. */
@Entity('cam_mailbox_polls')
@Check('ck_mailbox_polls_lease', '(lease_token IS NULL) = (leased_until IS NULL)')
@Check('ck_mailbox_polls_failures', 'failures >= 0 AND (failures = 0) = (last_error IS NULL)')
export class MailboxPoll {
  /** Tells accounts apart and shows no address: a hash of server and user. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_mailbox_polls' })
  account: string;

  @Column('uuid', { nullable: true })
  lease_token: string | null;

  @Column('timestamptz', { nullable: true })
  leased_until: Date | null;

  @Column('timestamptz', { default: () => `'-infinity'` })
  poll_after: Date;

  /** In a row. */
  @Column('integer', { default: 0 })
  failures: number;

  @Column('text', { nullable: true })
  last_error: string | null;

  @Column('timestamptz', { nullable: true })
  last_success_at: Date | null;
}
