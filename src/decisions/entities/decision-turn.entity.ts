import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Campaign } from '../../campaigns/campaign.entity.js';

/** Whoever counts or judges a campaign holds its row locked: one replica at a time. */
@Entity('cam_decision_turns')
export class DecisionTurn {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_decision_turns' })
  @ForeignKey(() => Campaign, { name: 'fk_decision_turns_campaign' })
  campaign_id: number;

  @Column('timestamptz', { default: () => `'-infinity'` })
  reviewed_at: Date;
}
