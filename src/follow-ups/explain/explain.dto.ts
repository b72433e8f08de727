import { ApiProperty } from '@nestjs/swagger';
import type { CampaignStatus } from '../../campaigns/campaign.entity.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
import { ENROLMENT_STATUSES, type EnrolmentStatus } from '../../sequences/enrolment-states.js';

const CODES =
  'SUPPRESSED, UNSUBSCRIBED, BOUNCED, NOT_ON_ALLOWLIST: she gets no mail. REPLIED and the other stop reasons of an ' +
  'enrolment, EXHAUSTED: its sequence has ended. PAUSED, CAP_DAY, PROVIDER_SHUT, PROVIDER_BUSY: nothing of the campaign ' +
  'goes now. NOT_DUE, OUTSIDE_WINDOW, POSTPONED, RETRY, HELD: it is not its time. TEMPLATE_NOT_FOUND, TEMPLATE_INVALID, ' +
  'MISSING_VARIABLE: no mail can be made. AWAITING_MAIL, SENDING, SENT: there is a mail. UNKNOWN_OUTCOME: a person ' +
  'settles it. OTHER_PROVIDER: only a process with another provider or mode sends it. NOT_ENROLLED, NO_SEQUENCE: nothing ' +
  'goes by itself. A mail that ended shows its `error_code`.';

export class ReasonView {
  @ApiProperty({ description: CODES, example: 'OUTSIDE_WINDOW' })
  code: string;

  @ApiProperty({ description: 'For people.', example: 'It is outside the hours in which mail may leave.' })
  detail: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it is over if nothing changes; null: when somebody acts, or never.',
  })
  until: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'What told it.', example: 'suppression:3' })
  evidence: string | null;
}

export class ExplainedEnrolmentView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ enum: ENROLMENT_STATUSES })
  status: EnrolmentStatus;

  @ApiProperty({ type: String, nullable: true, example: 'REPLIED' })
  stop_reason: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'inbound:7' })
  stop_evidence: string | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 2 })
  next_step: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  next_run_at: Date | null;
}

class OutlookView {
  @ApiProperty({ description: 'True: nothing keeps it back, and it goes as soon as its turn comes.' })
  may_send: boolean;

  @ApiProperty({ type: [ReasonView], description: 'All that keeps it from going now, at once.' })
  reasons: ReasonView[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'The earliest time at which it could go if nothing else changes; null: somebody must act, or it is over.',
  })
  next_possible_at: Date | null;
}

export class EmailExplanationView extends OutlookView {
  @ApiProperty({ type: 'integer', example: 12 })
  id: number;

  @ApiProperty({ type: 'integer', example: 1 })
  sequence_number: number;

  @ApiProperty({ enum: ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'BOUNCED', 'DROPPED', 'UNKNOWN'] })
  status: string;
}

/** `may_send`, `reasons` and `next_possible_at` are those of the next mail of the campaign's sequence to her. */
export class CampaignExplanationView extends OutlookView {
  @ApiProperty({ type: 'integer', example: 1 })
  campaign_id: number;

  @ApiProperty({ enum: ['ACTIVE', 'PAUSED'] })
  campaign_status: CampaignStatus;

  @ApiProperty({ type: ExplainedEnrolmentView, nullable: true })
  enrolment: ExplainedEnrolmentView | null;

  @ApiProperty({
    type: [EmailExplanationView],
    description: 'Open mails and the latest others, newest first.',
  })
  emails: EmailExplanationView[];
}

export class LeadExplanationView {
  @ApiProperty({ type: 'integer', example: 1 })
  lead_id: number;

  @ApiProperty({ enum: ['NEW', 'CONTACTED', 'QUALIFIED', 'SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED'] })
  status: LeadStatus;

  @ApiProperty({ type: String, format: 'date-time', description: "The database's time of this answer." })
  explained_at: Date;

  @ApiProperty({ type: [CampaignExplanationView], description: 'One for each campaign that she is in.' })
  campaigns: CampaignExplanationView[];
}
