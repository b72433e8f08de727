import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Campaign } from './campaign.entity.js';

/** Who paused or resumed a campaign, kept for good. */
@Entity('cam_campaign_actions')
@Index('ix_campaign_actions_by_campaign', ['campaign_id', 'id'])
@Check('ck_campaign_actions_action', `action IN ('pause', 'resume')`)
@Check('ck_campaign_actions_reason', 'char_length(reason) BETWEEN 1 AND 500')
export class CampaignAction {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'pk_campaign_actions' })
  id: number;

  @Column('integer')
  @ForeignKey(() => Campaign, { name: 'fk_campaign_actions_campaign' })
  campaign_id: number;

  @Column('text')
  action: 'pause' | 'resume';

  /** Name of the caller's API key, empty when the process has none; `rule:HARD_BOUNCE` for a rule. */
  @Column('text')
  actor: string;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { default: () => 'cam_now()' })
  acted_at: Date;
}
