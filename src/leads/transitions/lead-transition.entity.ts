import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Campaign } from '../../campaigns/campaign.entity.js';
import { Lead, type LeadStatus } from '../lead.entity.js';

/** What moves a lead, or could. `person`: somebody set the status; the others are what mail told. */
export const TRANSITION_CAUSES = [
  'positive_reply',
  'negative_reply',
  'neutral_reply',
  'out_of_office',
  'unsubscribe',
  'complaint',
  'hard_bounce',
  'soft_bounce',
  'person',
] as const;
export type TransitionCause = (typeof TRANSITION_CAUSES)[number];

/** One event in the life of a lead, also when her status stayed. Rows are never deleted; who was wrong undoes them. */
@Entity('cam_lead_transitions')
@Index('ux_lead_transitions_evidence', ['evidence', 'cause', 'lead_id'], {
  unique: true,
  where: 'undone_at IS NULL',
})
@Index('ix_lead_transitions_by_lead', ['lead_id', 'id'])
@Check('ck_lead_transitions_cause', 'see the migration')
@Check('ck_lead_transitions_statuses', 'see the migration')
@Check('ck_lead_transitions_move', 'to_status = from_status OR to_status IS NOT DISTINCT FROM asked_status')
@Check('ck_lead_transitions_evidence', `evidence <> ''`)
@Check('ck_lead_transitions_actor', `(cause = 'person') = (actor IS NOT NULL)`)
@Check('ck_lead_transitions_undone', 'num_nulls(undone_at, undone_by) IN (0, 2)')
export class LeadTransition {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_lead_transitions',
  })
  id: number;

  @Column('integer')
  @ForeignKey(() => Lead, { name: 'fk_lead_transitions_lead' })
  lead_id: number;

  @Column('text')
  cause: TransitionCause;

  /** The status that the event asks for; she gets it unless hers is stronger. Null: it asks for none. */
  @Column('text', { nullable: true })
  asked_status: LeadStatus | null;

  @Column('text')
  from_status: LeadStatus;

  @Column('text')
  to_status: LeadStatus;

  /** What told it: `inbound:7`, `event:msg_x`, `outbound:12` for the link in a mail, `person:<uuid>`. */
  @Column('text')
  evidence: string;

  /** The campaign whose mail it is about; null: not known, or none. */
  @Column('integer', { nullable: true })
  @ForeignKey(() => Campaign, { name: 'fk_lead_transitions_campaign' })
  campaign_id: number | null;

  /** Name of the API key of the person who set the status, empty when the process has none. */
  @Column('text', { nullable: true })
  actor: string | null;

  @Column('timestamptz')
  occurred_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  recorded_at: Date;

  @Column('timestamptz', { nullable: true })
  undone_at: Date | null;

  /** Name of the API key of who corrected the evidence; `cam`: the service itself. */
  @Column('text', { nullable: true })
  undone_by: string | null;
}
