import { ApiProperty } from '@nestjs/swagger';
import { EmailField, EnumField, InstantField, QueryIntegerField, TextField } from '../../../http/fields.js';
import { PageQuery } from '../../../http/page.dto.js';
import { RESOLUTIONS, type Resolution } from '../../dispatch/operator-actions.repository.js';
import { OPERATOR_ACTIONS, type OperatorActionKind } from '../../entities/operator-action.entity.js';
import { STORED_STATUSES, type StoredStatus } from '../../entities/outbound-email.entity.js';

/** SENDING: leased to a process that sends it right now. The others are stored as they are shown. */
export const OUTBOUND_STATUSES = [
  'QUEUED',
  'SENDING',
  'SENT',
  'FAILED',
  'BOUNCED',
  'DROPPED',
  'UNKNOWN',
] as const;
export type OutboundStatus = (typeof OUTBOUND_STATUSES)[number];

const instant = { type: String, format: 'date-time' } as const;
const instantOrNull = { ...instant, nullable: true } as const;
const textOrNull = { type: String, nullable: true } as const;

export class OutboundEmailView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ type: 'integer', example: 1 })
  lead_id: number;

  @ApiProperty({ type: 'integer', example: 1 })
  campaign_id: number;

  @ApiProperty({ example: 'ada@engines.example' })
  to_email: string;

  @ApiProperty({ example: 'Grace <grace@mail.yourcompany.com>' })
  from_email: string;

  @ApiProperty({ description: 'Rendered.', example: 'Hi Ada, a thought about Analytical Engines' })
  subject: string;

  @ApiProperty({ enum: ['Resend', 'NoOp', 'SMTP'] })
  provider: string;

  @ApiProperty(textOrNull)
  provider_message_id: string | null;

  @ApiProperty({ description: 'The Message-ID that we set.' })
  message_id_header: string;

  @ApiProperty({ ...textOrNull, description: 'The Message-ID that the recipient sees, when it is known.' })
  provider_message_id_header: string | null;

  @ApiProperty({ type: 'integer', example: 1 })
  sequence_number: number;

  @ApiProperty({ type: 'integer', nullable: true })
  campaign_sequence_id: number | null;

  @ApiProperty({ enum: OUTBOUND_STATUSES })
  status: OutboundStatus;

  @ApiProperty({ description: 'True when nothing left the house: NoOp, or dry-run.' })
  simulated: boolean;

  @ApiProperty({ ...textOrNull, description: 'Why it is FAILED, BOUNCED, DROPPED or UNKNOWN.' })
  error_code: string | null;

  @ApiProperty(textOrNull)
  error_message: string | null;

  @ApiProperty({ type: 'integer' })
  retry_count: number;

  @ApiProperty({ type: 'integer' })
  max_retries: number;

  @ApiProperty({ ...instantOrNull, description: 'When it is tried next, while it waits for a time.' })
  next_retry_at: Date | null;

  @ApiProperty(instant)
  queued_at: Date;

  @ApiProperty(instantOrNull)
  sent_at: Date | null;

  @ApiProperty(instantOrNull)
  bounced_at: Date | null;

  @ApiProperty(instantOrNull)
  delivered_at: Date | null;

  @ApiProperty(instantOrNull)
  opened_at: Date | null;

  @ApiProperty(instantOrNull)
  clicked_at: Date | null;

  @ApiProperty(instantOrNull)
  complained_at: Date | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Where its words came from, and while it waits, what for: cap, pause, provider or retry.',
  })
  metadata: Record<string, unknown>;
}

export class SendAttemptView {
  @ApiProperty({ type: 'integer', example: 1 })
  attempt: number;

  @ApiProperty(instant)
  started_at: Date;

  @ApiProperty(instantOrNull)
  finished_at: Date | null;

  @ApiProperty({
    enum: [
      'accepted',
      'rejected',
      'deferred',
      'unreachable',
      'ambiguous',
      'conflicting',
      'misconfigured',
      'not_started',
    ],
    nullable: true,
    description: 'null: under way, or cut short by a crash.',
  })
  outcome: string | null;

  @ApiProperty(textOrNull)
  code: string | null;

  @ApiProperty(textOrNull)
  reason: string | null;

  @ApiProperty(textOrNull)
  provider_message_id: string | null;
}

export class OperatorActionView {
  @ApiProperty({ enum: OPERATOR_ACTIONS })
  action: OperatorActionKind;

  @ApiProperty({ enum: STORED_STATUSES, description: 'What the mail was before.' })
  from_status: StoredStatus;

  @ApiProperty({ description: "Name of the person's API key; empty when the service has none." })
  actor: string;

  @ApiProperty(textOrNull)
  reason: string | null;

  @ApiProperty(instant)
  acted_at: Date;
}

export class ProviderEventView {
  @ApiProperty({ description: 'The same for each time that the provider told it.', example: 'msg_2Zf' })
  event_id: string;

  @ApiProperty({ description: "The provider's word.", example: 'email.delivered' })
  type: string;

  @ApiProperty({ ...instant, description: 'When it happened, as the provider says.' })
  occurred_at: Date;

  @ApiProperty(instant)
  received_at: Date;
}

export class OutboundEmailDetails extends OutboundEmailView {
  @ApiProperty({ type: [SendAttemptView] })
  attempts: SendAttemptView[];

  @ApiProperty({ type: [OperatorActionView], description: 'What people did to it, oldest first.' })
  operator_actions: OperatorActionView[];

  @ApiProperty({
    type: [ProviderEventView],
    description: 'What the provider told of it, in the order in which it happened; at most 1,000.',
  })
  provider_events: ProviderEventView[];
}

export class ResolveEmailDto {
  @EnumField(RESOLUTIONS, {
    description:
      'sent: it left when its last attempt began. not_sent: it did not, and becomes FAILED. resend: it is sent again, and may arrive twice.',
    example: 'sent',
  })
  as: Resolution;

  @TextField({ max: 500, description: 'How you know.', example: 'Ada has answered it' })
  reason: string;
}

export class OutboundEmailsQuery extends PageQuery {
  @QueryIntegerField({ optional: true, description: 'Only mails of this campaign.', example: 1 })
  campaign_id?: number;

  @QueryIntegerField({ optional: true, description: 'Only mails to this lead.', example: 1 })
  lead_id?: number;

  @EnumField(OUTBOUND_STATUSES, {
    optional: true,
    description: 'Only mails of this status.',
    example: 'SENT',
  })
  status?: OutboundStatus;

  @EmailField({ optional: true, description: 'Only mails to this address.', example: 'ada@engines.example' })
  to_email?: string;

  @InstantField({
    optional: true,
    description: 'Queued at this time or later.',
    example: '2026-11-01T00:00:00Z',
  })
  from?: Date;

  @InstantField({ optional: true, description: 'Queued before this time.', example: '2026-12-01T00:00:00Z' })
  to?: Date;
}

export class OutboundEmailIdParam {
  @QueryIntegerField({ description: 'Mail.', example: 1 })
  id: number;
}
