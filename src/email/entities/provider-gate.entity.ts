import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProviderName } from '../provider/email-provider.js';

/** One provider account, shared by the fleet: when the next request may leave, and whether it is shut. */
@Entity('cam_provider_gates')
@Check('ck_provider_gates_provider', `provider IN ('Resend', 'NoOp', 'SMTP')`)
@Check('ck_provider_gates_shut', '(shut_until IS NULL) = (shut_reason IS NULL)')
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
}
