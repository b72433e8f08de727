import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Campaign } from '../../campaigns/campaign.entity.js';
import type { Counters } from '../metrics/counters.js';

/**
 * What is counted of a campaign in one hour: facts about a mail in the hour in which it was sent, so that the parts of
 * any span of hours belong to its whole; answers in the hour in which they came; leads in the hour of their first mail.
 * Changes that came in later lie in {@link MetricDelta}. Simulated mail counts nowhere.
 */
@Entity('cam_metric_hours')
@Index('ix_metric_hours_by_hour', ['hour'])
export class MetricHour implements Counters {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_metric_hours' })
  @ForeignKey(() => Campaign, { name: 'fk_metric_hours_campaign' })
  campaign_id: number;

  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'pk_metric_hours' })
  hour: Date;

  @Column('integer', { default: 0 })
  sent: number;

  @Column('integer', { default: 0 })
  delivered: number;

  @Column('integer', { default: 0 })
  hard_bounces: number;

  @Column('integer', { default: 0 })
  soft_bounces: number;

  @Column('integer', { default: 0 })
  complaints: number;

  @Column('integer', { default: 0 })
  unsubscribed: number;

  @Column('integer', { default: 0 })
  replies: number;

  @Column('integer', { default: 0 })
  positive: number;

  @Column('integer', { default: 0 })
  negative: number;

  @Column('integer', { default: 0 })
  out_of_office: number;

  @Column('integer', { default: 0 })
  leads_mailed: number;

  @Column('integer', { default: 0 })
  leads_replied: number;
}
