import { ApiProperty } from '@nestjs/swagger';
import {
  EmailField,
  EnumField,
  MAX_INTEGER,
  QueryIntegerField,
  ScalarMapField,
  TextField,
  TimeZoneField,
} from '../../http/fields.js';
import { PageQuery } from '../../http/page.dto.js';
import { LEAD_STATUSES, type LeadAttributes, type LeadStatus } from '../lead.entity.js';

const optionalText = { max: 200, optional: true, nullable: true } as const;
const attributes = {
  optional: true,
  description: 'Further template variables; given ones are merged into those stored.',
  example: { industry: 'Optics' },
};

/** What a caller may say of a person. What is left out stays as it is; null clears it. */
class LeadDetails {
  @TextField({ ...optionalText, description: 'First name.', example: 'Ada' })
  first_name?: string | null;

  @TextField({ ...optionalText, description: 'Last name.', example: 'Lovelace' })
  last_name?: string | null;

  @TextField({ ...optionalText, description: 'Company.', example: 'Analytical Engines' })
  company?: string | null;

  @TextField({ ...optionalText, description: 'Job title.', example: 'Programmer' })
  title?: string | null;

  @TimeZoneField({ optional: true, nullable: true, description: 'IANA name.', example: 'Europe/London' })
  timezone?: string | null;

  @ScalarMapField(attributes)
  attributes?: LeadAttributes;
}

export class LeadInput extends LeadDetails {
  @EmailField({ description: 'Identifies the person over all campaigns.', example: 'ada@engines.example' })
  email: string;
}

export class UpdateLeadDto extends LeadDetails {
  @EnumField(LEAD_STATUSES, {
    optional: true,
    description: 'SUPPRESSED, UNSUBSCRIBED and BOUNCED stop all mail to her.',
    example: 'QUALIFIED',
  })
  status?: LeadStatus;
}

export class LeadsQuery extends PageQuery {
  @QueryIntegerField({
    max: MAX_INTEGER,
    optional: true,
    description: 'Only leads of this campaign.',
    example: 1,
  })
  campaign_id?: number;

  @EnumField(LEAD_STATUSES, { optional: true, description: 'Only leads of this status.', example: 'NEW' })
  status?: LeadStatus;

  @EmailField({
    optional: true,
    description: 'Only the lead of this address.',
    example: 'ada@engines.example',
  })
  email?: string;
}

export class LeadIdParam {
  @QueryIntegerField({ description: 'Lead.', example: 1 })
  id: number;
}

export class LeadView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ example: 'ada@engines.example' })
  email: string;

  @ApiProperty({ type: String, nullable: true })
  first_name: string | null;

  @ApiProperty({ type: String, nullable: true })
  last_name: string | null;

  @ApiProperty({ type: String, nullable: true })
  company: string | null;

  @ApiProperty({ type: String, nullable: true })
  title: string | null;

  @ApiProperty({ type: String, nullable: true })
  timezone: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true })
  attributes: LeadAttributes;

  @ApiProperty({ enum: LEAD_STATUSES })
  status: LeadStatus;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  last_contacted_at: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  last_replied_at: Date | null;

  @ApiProperty({ type: 'integer', isArray: true, example: [1] })
  campaign_ids: number[];

  @ApiProperty({ type: String, format: 'date-time' })
  created_at: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updated_at: Date;
}

export class LeadImportError {
  @ApiProperty({ type: 'integer', description: 'Row of the call, counted from 0.', example: 3 })
  index: number;

  @ApiProperty({ example: 'invalid_email' })
  code: string;

  @ApiProperty({ example: 'email: Must have exactly one @.' })
  detail: string;
}

export class LeadImportResult {
  @ApiProperty({ type: 'integer', example: 2 })
  created: number;

  @ApiProperty({ type: 'integer', example: 1 })
  updated: number;

  @ApiProperty({ type: [LeadImportError], description: 'Rows that were left out, and why.' })
  errors: LeadImportError[];
}
