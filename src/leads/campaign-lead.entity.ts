import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Campaign } from '../campaigns/campaign.entity.js';
import { Lead } from './lead.entity.js';

/** A lead belongs to a campaign: only then may the campaign mail her. */
@Entity('cam_campaign_leads')
@Index('ix_campaign_leads_by_lead', ['lead_id', 'campaign_id'])
export class CampaignLead {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_campaign_leads' })
  @ForeignKey(() => Campaign, { name: 'fk_campaign_leads_campaign' })
  campaign_id: number;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_campaign_leads' })
  @ForeignKey(() => Lead, { name: 'fk_campaign_leads_lead' })
  lead_id: number;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;
}
