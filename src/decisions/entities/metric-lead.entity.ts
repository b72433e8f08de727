import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What of a lead is counted in the hours of a campaign. Written by the refresh alone. */
@Entity('cam_metric_leads')
export class MetricLead {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_metric_leads' })
  campaign_id: number;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_metric_leads' })
  lead_id: number;

  /** Null: no mail was sent to it yet. */
  @Column('timestamptz', { nullable: true })
  first_mailed_hour: Date | null;

  @Column('boolean', { default: false })
  replied: boolean;

  /** Of the first mail that made it unsubscribe. */
  @Column('timestamptz', { nullable: true })
  unsubscribed_hour: Date | null;

  /** More has happened to it than being mailed: each further change looks at its mails again. */
  @Column('boolean', { default: false })
  looked_up: boolean;
}
