import { ApiProperty } from '@nestjs/swagger';
import { IntegerField, MAX_INTEGER, QueryIntegerField, TextField, UrlField } from '../../../http/fields.js';
import { PageQuery } from '../../../http/page.dto.js';

/** Longest source of one part; the renderer's own limits are on the result. */
const MAX_SOURCE = 256 * 1024;

const templateType = {
  max: 64,
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
  description: 'Name by which mails ask for it.',
  example: 'initial_outreach',
};

/** A template given on the spot. `{first_name}` and Liquid; every value is escaped in the HTML. */
export class InlineTemplateDto {
  @TextField({
    max: 2_000,
    description: 'Subject, plain text.',
    example: 'Hi {first_name}, a thought about {{ company | default: "your team" }}',
  })
  subject: string;

  @TextField({
    max: MAX_SOURCE,
    multiline: true,
    description: 'HTML part.',
    example: '<p>Hello {first_name},</p><p><a href="{{ cta_link }}">Have a look</a></p>',
  })
  body: string;

  @TextField({
    min: 0,
    max: MAX_SOURCE,
    multiline: true,
    optional: true,
    nullable: true,
    description: 'Text part; left out, it is generated from the HTML.',
    example: 'Hello {first_name}, have a look: {{ cta_link }}',
  })
  text?: string | null;

  @UrlField({
    optional: true,
    nullable: true,
    description: 'The variable `cta_link`.',
    example: 'https://www.yourcompany.com/demo',
  })
  cta_link?: string | null;
}

export class TemplateDto extends InlineTemplateDto {
  @IntegerField({
    min: 1,
    max: MAX_INTEGER,
    optional: true,
    nullable: true,
    description: 'Campaign that it belongs to, before the global one of its type; null: global.',
    example: 1,
  })
  campaign_id?: number | null;

  @TextField(templateType)
  template_type: string;
}

export class TemplatesQuery extends PageQuery {
  @QueryIntegerField({ optional: true, description: "Only this campaign's own templates.", example: 1 })
  campaign_id?: number;

  @TextField({ ...templateType, optional: true, description: 'Only templates of this type.' })
  template_type?: string;
}

export class TemplateIdParam {
  @QueryIntegerField({ description: 'Template.', example: 1 })
  id: number;
}

export class TemplateView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ type: 'integer', nullable: true, example: 1 })
  campaign_id: number | null;

  @ApiProperty({ example: 'initial_outreach' })
  template_type: string;

  @ApiProperty()
  subject: string;

  @ApiProperty()
  body: string;

  @ApiProperty({ type: String, nullable: true })
  text: string | null;

  @ApiProperty({ type: String, nullable: true })
  cta_link: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  created_at: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updated_at: Date;
}
