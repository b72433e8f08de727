import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Campaign } from '../campaigns/campaign.entity.js';
import type { OnPositive } from './enrolment-states.js';

/** The sequence of a campaign: when its steps may leave, and what a positive answer does. At most one for each campaign. */
@Entity('cam_sequences')
@Unique('uq_sequences_campaign', ['campaign_id'])
@Index('ix_sequences_to_replan', ['campaign_id'], { where: 'replan_after IS NOT NULL' })
@Check('ck_sequences_window', 'num_nulls(window_days, window_from, window_to) IN (0, 3)')
@Check('ck_sequences_window_days', 'see the migration')
@Check('ck_sequences_window_hours', 'see the migration')
@Check('ck_sequences_on_positive', `on_positive IN ('stop', 'next_step')`)
@Check('ck_sequences_replan_after', 'replan_after >= 0')
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

  /**
   * The plan or the campaign's time zone has changed: enrolments of a greater id were decided on the old one, and are
   * still to be looked at again. Null: none.
   */
  @Column('integer', { nullable: true })
  replan_after: number | null;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
