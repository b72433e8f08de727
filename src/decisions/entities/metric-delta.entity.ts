import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A change of what is counted, written by triggers in the transaction of the fact and never changed: nobody waits for
 * another one. The refresh adds the rows up and deletes them.
 */
@Entity('cam_metric_deltas')
@Check('ck_metric_deltas_fact', 'see the migration')
@Check('ck_metric_deltas_hour', `(fact = 'person') = (hour IS NULL)`)
@Check('ck_metric_deltas_person', `fact <> 'person' OR lead_id IS NOT NULL`)
export class MetricDelta {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_metric_deltas' })
  campaign_id: number;

  @PrimaryColumn('bigint', {
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_metric_deltas',
  })
  id: string;

  /** Of `sent`, one row for each lead, and of `person`. */
  @Column('integer', { nullable: true })
  lead_id: number | null;

  /** A counter, or `person`: the lead answered or unsubscribed, or took one of these back. */
  @Column('text')
  fact: string;

  @Column('timestamptz', { nullable: true })
  hour: Date | null;

  /** May be negative. */
  @Column('integer')
  change: number;
}
