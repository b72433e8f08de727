import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayField,
  BooleanField,
  EnumField,
  IntegerField,
  IntegerListField,
  ObjectField,
  TextField,
} from '../../http/fields.js';
import {
  ON_POSITIVE,
  type OnPositive,
  STEP_THREADS,
  type StepThread,
} from '../../sequences/enrolment-states.js';

const MAX_STEPS = 50;

const HOURS = { max: 5, pattern: /^([01]\d|2[0-3]):[0-5]\d$/ };

export class SequenceStepDto {
  @TextField({
    max: 64,
    description: "Type of a stored template: the campaign's own, else the global one.",
    example: 'initial_outreach',
  })
  template_type: string;

  @IntegerField({
    min: 0,
    max: 365,
    description: 'Days after the mail before it was sent; of the first step, after the enrolment.',
    example: 3,
  })
  delay_days: number;

  @BooleanField({ optional: true, description: 'Saturdays and Sundays do not count; false unless told.' })
  business_days?: boolean;

  @EnumField(STEP_THREADS, {
    optional: true,
    description:
      '`same`, the default: in the thread of the mails before, under their subject. `new`: its own.',
  })
  thread?: StepThread;
}

export class SendWindowDto {
  @IntegerListField({
    min: 1,
    max: 7,
    most: 7,
    description: 'Weekdays, 1 Monday to 7 Sunday.',
    example: [1, 2, 3, 4, 5],
  })
  days: number[];

  @TextField({ ...HOURS, description: "In the lead's time zone, else the campaign's.", example: '09:00' })
  from: string;

  @TextField({
    max: 5,
    pattern: /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    description: 'Later than `from`; 24:00 is the end of the day.',
    example: '17:00',
  })
  to: string;
}

export class PutSequenceDto {
  @ArrayField(() => SequenceStepDto, { min: 1, max: MAX_STEPS, description: 'In their order.' })
  steps: SequenceStepDto[];

  @ObjectField(() => SendWindowDto, {
    optional: true,
    nullable: true,
    description: 'When its mail may leave; none: at any time.',
  })
  window?: SendWindowDto | null;

  @EnumField(ON_POSITIVE, {
    optional: true,
    description: 'What a positive answer does: `stop`, the default, or the next step at once.',
  })
  on_positive?: OnPositive;
}

/** Whole bodies for the documentation. */
export const PUT_SEQUENCE_EXAMPLES = {
  three_steps: {
    summary: 'Two follow-ups in working hours',
    value: {
      steps: [
        { template_type: 'initial_outreach', delay_days: 0 },
        { template_type: 'initial_outreach', delay_days: 3, business_days: true },
        { template_type: 'initial_outreach', delay_days: 6, thread: 'new' },
      ],
      window: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' },
      on_positive: 'stop',
    } satisfies PutSequenceDto,
  },
};

export class SequenceStepView {
  @ApiProperty({ example: 'initial_outreach' })
  template_type: string;

  @ApiProperty({ type: 'integer', example: 3 })
  delay_days: number;

  @ApiProperty()
  business_days: boolean;

  @ApiProperty({ enum: STEP_THREADS })
  thread: StepThread;
}

export class SendWindowView {
  @ApiProperty({ type: 'array', items: { type: 'integer' }, example: [1, 2, 3, 4, 5] })
  days: readonly number[];

  @ApiProperty({ example: '09:00' })
  from: string;

  @ApiProperty({ example: '17:00' })
  to: string;
}

export class SequenceView {
  @ApiProperty({ type: 'integer', description: '`campaign_sequence_id` of its mails.', example: 1 })
  id: number;

  @ApiProperty({ type: 'integer', example: 1 })
  campaign_id: number;

  @ApiProperty({ type: [SequenceStepView] })
  steps: SequenceStepView[];

  @ApiProperty({ type: SendWindowView, nullable: true })
  window: SendWindowView | null;

  @ApiProperty({ enum: ON_POSITIVE })
  on_positive: OnPositive;
}
