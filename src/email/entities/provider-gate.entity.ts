import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProviderName } from '../provider/email-provider.js';

/** One provider account, shared by the fleet: when the next request may leave, and whether it is shut. */
@Entity('cam_provider_gates')
@Check('ck_provider_gates_provider', `provider IN ('Resend', 'NoOp', 'SMTP')`)
@Check('ck_provider_gates_shut', '(shut_until IS NULL) = (shut_reason IS NULL)')
@Check('ck_provider_gates_failure_streak', 'failure_streak >= 0')
@Check('ck_provider_gates_breaker_trips', 'breaker_trips >= 0')
export class ProviderGate {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_provider_gates' })
  provider: ProviderName;

  /** Real time (`clock_timestamp()`), not `cam_now()`: it paces the wire. */
  @Column('timestamptz', { default: () => `'-infinity'` })
  next_free_at: Date;

  @Column('timestamptz', { nullable: true })
  shut_until: Date | null;

  /** Why: a key, a domain, a quota. For log and health; never an address. */
  @Column('text', { nullable: true })
  shut_reason: string | null;

  /** Requests in a row without a sign of life; enough of them trip the breaker. */
  @Column('integer', { default: 0 })
  failure_streak: number;

  /** How often the breaker tripped since the last good answer: each time shuts for longer. */
  @Column('integer', { default: 0 })
  breaker_trips: number;

  /** Half open: until then one request is on its way to find out, and no other may leave. */
  @Column('timestamptz', { nullable: true })
  probe_until: Date | null;

  /**
   * Shut by a fault of the set-up or by the breaker, and not reopened since: the operator was told then. Null: it is open,
   * or has only been asked to slow down.
   */
  @Column('timestamptz', { nullable: true })
  faulty_since: Date | null;

  /** When the provider's own list of mails was last compared with ours. */
  @Column('timestamptz', { nullable: true })
  reconciled_at: Date | null;
}
