import { Check, Column, Entity, ForeignKey, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Campaign } from '../campaigns/campaign.entity.js';
import type { OnPositive } from './enrolment-states.js';

/** The sequence of a campaign: when its steps may leave, and what a positive answer does. At most one for each campaign. */
@Entity('cam_sequences')
@Unique('uq_sequences_campaign', ['campaign_id'])
@Check('ck_sequences_window', 'num_nulls(window_days, window_from, window_to) IN (0, 3)')
@Check('ck_sequences_window_days', 'see the migration')
@Check('ck_sequences_window_hours', 'see the migration')
@Check('ck_sequences_on_positive', `on_positive IN ('stop', 'next_step')`)
export class Sequence {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_sequences',
  })
  id: number;

  @Column('integer')
  @ForeignKey(() => Campaign, { name: 'fk_sequences_campaign' })
  campaign_id: number;

  /** ISO weekdays, 1 Monday to 7 Sunday; null, as are the hours: mail leaves at any time. */
  @Column('smallint', { array: true, nullable: true })
  window_days: number[] | null;

  /** `HH:MM`, local time of the recipient. */
  @Column('text', { nullable: true })
  window_from: string | null;

  /** `HH:MM`, later than `window_from`; `24:00` is the end of the day. */
  @Column('text', { nullable: true })
  window_to: string | null;

  @Column('text', { default: 'stop' })
  on_positive: OnPositive;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
