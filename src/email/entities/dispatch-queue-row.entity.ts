import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ProviderName } from '../provider/email-provider.js';
import { OutboundEmail } from './outbound-email.entity.js';

/**
 * Why a row that is not leased is not due yet.
 * cap: the day's places are gone. pause: the campaign is paused. provider: pace, Retry-After or a shut gate.
 * retry: the last attempt's outcome is not known, the retry curve decides. window: her working hours are over.
 * postponed: she is away.
 */
export type WaitsFor = 'cap' | 'pause' | 'provider' | 'retry' | 'window' | 'postponed';

/**
 * Work that is owed: one row for each open mail, deleted when the mail is settled. Narrow, because it is hot.
 *
 * A crash leaves the row leased; its lease is a visibility time-out (`due_at`), so it is simply due again.
 */
@Entity('cam_dispatch_queue')
@Index('ix_dispatch_queue_claim', ['provider', 'simulated', 'priority', 'due_at', 'outbound_email_id'])
@Index('ix_dispatch_queue_waiting', ['campaign_id', 'waits_for', 'due_at'], {
  where: `waits_for IN ('cap', 'pause')`,
})
@Check(
  'ck_dispatch_queue_waits_for',
  `waits_for IN ('cap', 'pause', 'provider', 'retry', 'window', 'postponed')`,
)
@Check('ck_dispatch_queue_lease_waits_for_nothing', 'lease_token IS NULL OR waits_for IS NULL')
@Check('ck_dispatch_queue_lease_holds_place', 'lease_token IS NULL OR cap_day IS NOT NULL')
@Check(
  'ck_dispatch_queue_maybe_sent',
  'num_nulls(maybe_sent_since, maybe_sent_attempt, maybe_sent_account) IN (0, 3)',
)
@Check(
  'ck_dispatch_queue_priority',
  'priority = CASE WHEN maybe_sent_since IS NOT NULL THEN 0 WHEN follow_up THEN 1 ELSE 2 END',
)
@Check('ck_dispatch_queue_lost_leases', 'lost_leases >= 0')
@Check('ck_dispatch_queue_attempt', 'attempt >= 0 AND maybe_sent_attempt BETWEEN 1 AND attempt')
@Check('ck_dispatch_queue_retry_count', 'retry_count >= 0')
export class DispatchQueueRow {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_dispatch_queue' })
  @ForeignKey(() => OutboundEmail, { name: 'fk_dispatch_queue_outbound_email' })
  outbound_email_id: number;

  @Column('integer')
  campaign_id: number;

  @Column('text')
  provider: ProviderName;

  @Column('boolean')
  simulated: boolean;

  /** True for the later steps of a sequence: they go before first mails. */
  @Column('boolean', { default: false })
  follow_up: boolean;

  /** Claimed in this order: 0 may have been accepted, 1 follow-up, 2 first mail. Always what the check says. */
  @Column('smallint', { default: 2 })
  priority: number;

  /** Not claimable before. While leased: the end of the lease. */
  @Column('timestamptz')
  due_at: Date;

  @Column('text', { nullable: true })
  waits_for: WaitsFor | null;

  /** Attempts begun, those included that a crash cut short; only ever grows. */
  @Column('integer', { default: 0 })
  attempt: number;

  /** Retries that count against `max_retries`. */
  @Column('integer', { default: 0 })
  retry_count: number;

  /** The fence: new at every claim; a failure is settled only by the holder. */
  @Column('uuid', { nullable: true })
  lease_token: string | null;

  /** Start of the first attempt that is not known to have been refused. Set by the claim, before the wire. */
  @Column('timestamptz', { nullable: true })
  maybe_sent_since: Date | null;

  @Column('integer', { nullable: true })
  maybe_sent_attempt: number | null;

  /** Fingerprint of the account that the attempts since then went to: only it remembers the send key. */
  @Column('text', { nullable: true })
  maybe_sent_account: string | null;

  /** Leases that ended without an answer: a mail that kills every process that holds it must not do so for ever. */
  @Column('integer', { default: 0 })
  lost_leases: number;

  /** The local day whose cap places the row holds, `YYYY-MM-DD`. */
  @Column('date', { nullable: true })
  cap_day: string | null;
}
