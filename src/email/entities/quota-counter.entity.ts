import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Places taken of one day's cap, globally (`scope_id` 0) or of one campaign. Simulated mail has counters of its own. */
@Entity('cam_quota_counters')
@Check('ck_quota_counters_scope', `scope IN ('global', 'campaign')`)
@Check('ck_quota_counters_global_id', `(scope = 'global') = (scope_id = 0)`)
@Check('ck_quota_counters_used', 'used >= 0')
export class QuotaCounter {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_quota_counters' })
  scope: 'global' | 'campaign';

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_quota_counters' })
  scope_id: number;

  /** Calendar day in the service's time zone. */
  @PrimaryColumn('date', { primaryKeyConstraintName: 'pk_quota_counters' })
  day: string;

  @PrimaryColumn('boolean', { primaryKeyConstraintName: 'pk_quota_counters' })
  simulated: boolean;

  @Column('integer', { default: 0 })
  used: number;
}
