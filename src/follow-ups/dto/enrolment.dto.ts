import { ApiProperty } from '@nestjs/swagger';
import {
  BooleanField,
  EnumField,
  IntegerListField,
  MAX_INTEGER,
  QueryIntegerField,
} from '../../http/fields.js';
import { PageQuery } from '../../http/page.dto.js';
import { ENROLMENT_STATUSES, type EnrolmentStatus } from '../../sequences/enrolment-states.js';

export class EnrolDto {
  @IntegerListField({
    optional: true,
    min: 1,
    max: MAX_INTEGER,
    most: 10_000,
    description: 'Leads of the campaign. Either these or `all`.',
    example: [1, 2],
  })
  lead_ids?: number[];

  @BooleanField({ optional: true, description: 'True: every lead of the campaign.' })
  all?: boolean;
}

/** Whole bodies for the documentation: one made of every property would say both who and all. */
export const ENROL_EXAMPLES = {
  some: { summary: 'Some leads', value: { lead_ids: [1] } satisfies EnrolDto },
  all: { summary: 'Every lead of the campaign', value: { all: true } satisfies EnrolDto },
};

export class SkippedLeadView {
  @ApiProperty({ type: 'integer', example: 2 })
  lead_id: number;

  @ApiProperty({
    enum: [
      'already_enrolled',
      'lead_not_found',
      'lead_not_in_campaign',
      'lead_suppressed',
      'lead_unsubscribed',
      'lead_bounced',
    ],
  })
  code: string;
}

export class EnrolledView {
  @ApiProperty({ type: 'integer', description: 'Leads that this call enrolled.', example: 2 })
  enrolled: number;

  @ApiProperty({ type: [SkippedLeadView], description: 'Those that it did not, and why.' })
  skipped: SkippedLeadView[];
}

export class EnrolmentsQuery extends PageQuery {
  @QueryIntegerField({ optional: true, description: 'The enrolments of this lead.', example: 1 })
  lead_id?: number;

  @EnumField(ENROLMENT_STATUSES, { optional: true, description: 'Those of this status.' })
  status?: EnrolmentStatus;
}

export class EnrolmentView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ type: 'integer', example: 1 })
  lead_id: number;

  @ApiProperty({ enum: ENROLMENT_STATUSES })
  status: EnrolmentStatus;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is STOPPED.', example: 'REPLIED' })
  stop_reason: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What told it: a mail that came in, an event of the provider, or a mail of ours.',
    example: 'inbound:7',
  })
  stop_evidence: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'The step that goes next or is on its way; of a stopped one, the step that it did not come to.',
    example: 2,
  })
  next_step: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When that step is due.' })
  next_run_at: Date | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why a step that is due has no mail yet.',
    example: 'MISSING_VARIABLE',
  })
  hold_code: string | null;

  @ApiProperty({ type: 'integer', description: 'How often she was away; a third time ends it.', example: 0 })
  postponements: number;

  @ApiProperty({ description: 'Its mail goes nowhere: the service runs dry or without a provider.' })
  simulated: boolean;
}
