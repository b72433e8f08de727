import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayField,
  EmailField,
  EnumField,
  IntegerField,
  MAX_INTEGER,
  ObjectField,
  ScalarMapField,
  TextField,
} from '../../../http/fields.js';
import type { LeadAttributes } from '../../../leads/lead.entity.js';
import { InlineTemplateDto } from '../../templates/dto/template.dto.js';

const MAX_BATCH = 1_000;

const id = { min: 1, max: MAX_INTEGER, example: 1 };
const personalization = {
  optional: true,
  description: 'Template variables of this mail, before those of the lead.',
  example: { first_name: 'Ada' },
};

/** What one mail and a batch share: which campaign, which words, which place in a sequence. */
class MailingDto {
  @IntegerField({ ...id, description: 'Campaign.' })
  campaign_id: number;

  @TextField({
    max: 64,
    optional: true,
    description:
      "Type of a stored template: the campaign's own, else the global one. Either this or `template`.",
    example: 'initial_outreach',
  })
  template_type?: string;

  @ObjectField(() => InlineTemplateDto, { optional: true, description: 'A template on the spot.' })
  template?: InlineTemplateDto;

  @IntegerField({
    ...id,
    optional: true,
    description: 'The same content goes to the same lead once for each number.',
  })
  sequence_number?: number;

  @IntegerField({ ...id, optional: true, nullable: true, description: 'Step of a sequence.' })
  campaign_sequence_id?: number | null;
}

export class SendEmailDto extends MailingDto {
  @IntegerField({ ...id, description: 'Lead; must belong to the campaign.' })
  lead_id: number;

  @ScalarMapField(personalization)
  personalization?: LeadAttributes;

  @EmailField({
    optional: true,
    nullable: true,
    description: "Where it goes instead of the lead's own address.",
  })
  to_email?: string | null;
}

/** Whole bodies for the documentation: one made of every property would name a template twice. */
export const SEND_EMAIL_EXAMPLES = {
  stored: {
    summary: 'A stored template',
    value: { campaign_id: 1, lead_id: 1, template_type: 'initial_outreach' } satisfies SendEmailDto,
  },
  inline: {
    summary: 'A template on the spot, for a second mail',
    value: {
      campaign_id: 1,
      lead_id: 1,
      template: {
        subject: 'One more thing, {first_name}',
        body: '<p>{first_name}, here it is: <a href="{{ cta_link }}">the demo</a>.</p>',
        cta_link: 'https://www.yourcompany.com/demo',
      },
      personalization: { first_name: 'Ada' },
      sequence_number: 2,
    } satisfies SendEmailDto,
  },
};

export class BatchLeadDto {
  @IntegerField({ ...id, description: 'Lead; must belong to the campaign.' })
  lead_id: number;

  @ScalarMapField(personalization)
  personalization?: LeadAttributes;
}

export class BatchSendDto extends MailingDto {
  @ArrayField(() => BatchLeadDto, { min: 1, max: MAX_BATCH, description: 'One mail each.' })
  leads: BatchLeadDto[];

  @EnumField(['reject', 'defer'], {
    optional: true,
    description: "Mail beyond today's caps: not stored (reject, the default), or waits for its day (defer).",
    example: 'defer',
  })
  over_cap?: 'reject' | 'defer';
}

export const BATCH_SEND_EXAMPLES = {
  stored: {
    summary: 'A stored template, beyond the caps on another day',
    value: {
      campaign_id: 1,
      template_type: 'initial_outreach',
      leads: [{ lead_id: 1, personalization: { company: 'Engines Ltd' } }],
      over_cap: 'defer',
    } satisfies BatchSendDto,
  },
};

export class PreviewView {
  @ApiProperty({ example: 'Hi Ada, a thought about Analytical Engines' })
  subject: string;

  @ApiProperty({ example: '<p>Hello Ada,</p>' })
  html: string;

  @ApiProperty({ example: 'Hello Ada,' })
  text: string;
}

export class BatchItemView {
  @ApiProperty({ type: 'integer', example: 1 })
  lead_id: number;

  @ApiProperty({ enum: ['queued', 'duplicate', 'dropped', 'blocked', 'failed'] })
  outcome: string;

  @ApiProperty({ type: 'integer', required: false, description: 'The mail, when there is one.', example: 1 })
  id?: number;

  @ApiProperty({ type: String, required: false, example: 'missing_variables' })
  code?: string;

  @ApiProperty({ type: String, required: false })
  detail?: string;
}

export class BatchSendView {
  @ApiProperty({ type: 'integer', description: 'Mails that this call queued.', example: 2 })
  accepted: number;

  @ApiProperty({ type: [BatchItemView], description: 'In the order asked.' })
  items: BatchItemView[];
}
