import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Campaign } from '../../campaigns/campaign.entity.js';
import type { Rule, Verdict } from '../decision-rules-policy.js';
import type { Counters } from '../metrics/counters.js';

/** What a rule said of a campaign, and on what evidence. Rows are never changed. */
@Entity('cam_decisions')
@Index('ix_decisions_by_campaign', ['campaign_id', 'id'])
@Index('ix_decisions_by_rule', ['campaign_id', 'rule', 'id'])
@Check('ck_decisions_verdict', `verdict IN ('CONTINUE', 'WARN', 'PAUSE')`)
@Check('ck_decisions_applied', `verdict = 'PAUSE' OR NOT applied`)
@Check('ck_decisions_interval', '0 <= low AND low <= rate AND rate <= high AND high <= 1')
@Check('ck_decisions_metrics_object', `jsonb_typeof(metrics) = 'object'`)
export class Decision {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_decisions',
  })
  id: number;

  @Column('integer')
  @ForeignKey(() => Campaign, { name: 'fk_decisions_campaign' })
  campaign_id: number;

  @Column('timestamptz', { default: () => 'cam_now()' })
  decided_at: Date;

  @Column('text')
  rule: Rule;

  @Column('text')
  rule_version: string;

  @Column('text')
  verdict: Verdict;

  /** The decision has paused the campaign. */
  @Column('boolean')
  applied: boolean;

  @Column('integer')
  numerator: number;

  @Column('integer')
  denominator: number;

  /** 0..1; `low` and `high` are its 95 % interval. */
  @Column('double precision')
  rate: number;

  @Column('double precision')
  low: number;

  @Column('double precision')
  high: number;

  @Column('double precision')
  threshold: number;

  @Column('text')
  reason: string;

  /** Older mail did not count; null: all of it did. */
  @Column('timestamptz', { nullable: true })
  window_started_at: Date | null;

  /** Name of the API key of who asked for it; null: the loop decided by itself. */
  @Column('text', { nullable: true })
  asked_by: string | null;

  /** All counts of the campaign in the window of seven days, or since it was resumed. */
  @Column('jsonb')
  metrics: Counters;
}
