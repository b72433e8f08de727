import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { CampaignLead } from '../leads/campaign-lead.entity.js';
import type { EnrolmentStatus, HoldCode, StopReason } from './enrolment-states.js';

/**
 * One lead's way through the sequence of a campaign. Whoever stops or postpones it holds the lead's row lock; whoever
 * makes or claims mail for it holds that too and reads it afterwards. So a stop wins against every mail that is not
 * claimed when it commits.
 */
@Entity('cam_enrolments')
@ForeignKey(() => CampaignLead, ['campaign_id', 'lead_id'], ['campaign_id', 'lead_id'], {
  name: 'fk_enrolments_campaign_lead',
})
@Unique('uq_enrolments_lead', ['campaign_id', 'lead_id', 'simulated'])
@Index('ix_enrolments_to_look_at', ['simulated', 'look_at'], { where: 'look_at IS NOT NULL' })
@Index('ix_enrolments_paused', ['campaign_id'], { where: `hold_code = 'PAUSED'` })
@Index('ix_enrolments_by_lead', ['lead_id', 'id'])
@Index('ix_enrolments_by_campaign', ['campaign_id', 'id'])
@Check('ck_enrolments_status', `status IN ('ACTIVE', 'POSTPONED', 'STOPPED', 'EXHAUSTED')`)
@Check('ck_enrolments_stop_reason', `(status = 'STOPPED') = (stop_reason IS NOT NULL)`)
@Check('ck_enrolments_stop_reason_known', 'see the migration')
@Check('ck_enrolments_live_has_next_time', 'see the migration')
@Check('ck_enrolments_next_step', `next_step > 0 AND (next_step IS NULL) = (status = 'EXHAUSTED')`)
@Check('ck_enrolments_postponed', `status <> 'POSTPONED' OR postponed_until IS NOT NULL`)
@Check('ck_enrolments_postponements', 'postponements BETWEEN 0 AND 2')
@Check('ck_enrolments_hurried', 'num_nulls(hurried_at, hurried_by) IN (0, 2)')
@Check('ck_enrolments_hold_code', 'see the migration')
export class Enrolment {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_enrolments',
  })
  id: number;

  @Column('integer')
  campaign_id: number;

  @Column('integer')
  lead_id: number;

  /** Made by a process whose mail is simulated: only such a process carries it on. */
  @Column('boolean')
  simulated: boolean;

  @Column('text', { default: 'ACTIVE' })
  status: EnrolmentStatus;

  @Column('text', { nullable: true })
  stop_reason: StopReason | null;

  /** What told it: `inbound:7`, `event:msg_x`, `outbound:12`. */
  @Column('text', { nullable: true })
  stop_evidence: string | null;

  /** The step that goes next, or whose mail is open; of a stopped one, the step that it did not come to. */
  @Column('integer', { nullable: true, default: 1 })
  next_step: number | null;

  /** When that step is due. Null once the enrolment has ended. */
  @Column('timestamptz', { nullable: true, default: () => 'cam_now()' })
  next_run_at: Date | null;

  /** When the service looks at it again; also its lease while one process does. */
  @Column('timestamptz', { nullable: true, default: () => 'cam_now()' })
  look_at: Date | null;

  @Column('text', { nullable: true })
  hold_code: HoldCode | null;

  /** She is away: no step before then. */
  @Column('timestamptz', { nullable: true })
  postponed_until: Date | null;

  @Column('integer', { default: 0 })
  postponements: number;

  /** She answered with interest: the step after what she had got by then does not wait for its delay. */
  @Column('timestamptz', { nullable: true })
  hurried_at: Date | null;

  /** What told of her interest: `inbound:7`. */
  @Column('text', { nullable: true })
  hurried_by: string | null;

  /** Grows with each change of its state: who decided on an older one has been overtaken. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
