import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ProviderName } from '../provider/email-provider.js';
import { OutboundEmail } from './outbound-email.entity.js';

/**
 * Why a row that is not leased is not due yet.
 * cap: the day's places are gone. pause: the campaign is paused. provider: pace, Retry-After or a shut gate.
 * retry: the last attempt's outcome is not known, the retry curve decides.
 */
export type WaitsFor = 'cap' | 'pause' | 'provider' | 'retry';

/**
 * Work that is owed: one row for each open mail, deleted when the mail is settled. Narrow, because it is hot.
 *
 * A crash leaves the row leased; its lease is a visibility time-out (`due_at`), so it is simply due again.
 */
@Entity('cam_dispatch_queue')
@Index('ix_dispatch_queue_claim', ['provider', 'simulated', 'due_at', 'outbound_email_id'])
@Index('ix_dispatch_queue_waiting', ['campaign_id', 'waits_for', 'due_at'], {
  where: `waits_for IN ('cap', 'pause')`,
})
@Check('ck_dispatch_queue_waits_for', `waits_for IN ('cap', 'pause', 'provider', 'retry')`)
@Check('ck_dispatch_queue_lease_waits_for_nothing', 'lease_token IS NULL OR waits_for IS NULL')
@Check('ck_dispatch_queue_lease_holds_place', 'lease_token IS NULL OR cap_day IS NOT NULL')
@Check('ck_dispatch_queue_maybe_sent', '(maybe_sent_since IS NULL) = (maybe_sent_attempt IS NULL)')
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

  /** The local day whose cap places the row holds, `YYYY-MM-DD`. */
  @Column('date', { nullable: true })
  cap_day: string | null;
}
