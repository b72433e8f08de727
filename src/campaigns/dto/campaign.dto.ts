import { ApiProperty } from '@nestjs/swagger';
import { IntegerField, MAX_INTEGER, QueryIntegerField, TextField, TimeZoneField } from '../../http/fields.js';
import { CAMPAIGN_STATUSES, type CampaignStatus } from '../campaign.entity.js';

const name = { max: 200, description: 'Name for people.', example: 'Spring outreach' };
const timezone = {
  optional: true,
  nullable: true,
  description: 'IANA name of the zone in which its send windows are read.',
  example: 'Europe/Berlin',
};
const maxEmailsPerDay = {
  min: 1,
  max: MAX_INTEGER,
  optional: true,
  nullable: true,
  description:
    'Mails per calendar day; null: only the global cap holds. To send nothing, pause the campaign.',
  example: 50,
};
const fromEmail = {
  max: 320,
  optional: true,
  nullable: true,
  description: "Sender, `Name <address>` or bare; null: the service's own.",
  example: 'Grace <grace@mail.yourcompany.com>',
};

export class CreateCampaignDto {
  @TextField(name)
  name: string;

  @TimeZoneField(timezone)
  timezone?: string | null;

  @IntegerField(maxEmailsPerDay)
  max_emails_per_day?: number | null;

  @TextField(fromEmail)
  from_email?: string | null;
}

export class UpdateCampaignDto {
  @TextField({ ...name, optional: true })
  name?: string;

  @TimeZoneField(timezone)
  timezone?: string | null;

  @IntegerField(maxEmailsPerDay)
  max_emails_per_day?: number | null;

  @TextField(fromEmail)
  from_email?: string | null;
}

const reason = { max: 500, optional: true, nullable: true } as const;

export class PauseCampaignDto {
  @TextField({ ...reason, description: 'Why, for whoever finds it paused.', example: 'Waiting for legal' })
  reason?: string | null;
}

export class ResumeCampaignDto {
  @TextField({ ...reason, description: 'Why it may go on.', example: 'Legal has agreed' })
  reason?: string | null;
}

export class CampaignIdParam {
  @QueryIntegerField({ description: 'Campaign.', example: 1 })
  id: number;
}

export class CampaignView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ example: 'Spring outreach' })
  name: string;

  @ApiProperty({ enum: CAMPAIGN_STATUSES })
  status: CampaignStatus;

  @ApiProperty({ type: String, nullable: true, example: 'Europe/Berlin' })
  timezone: string | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 50 })
  max_emails_per_day: number | null;

  @ApiProperty({ type: String, nullable: true })
  from_email: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  paused_at: Date | null;

  @ApiProperty({ type: String, nullable: true })
  pause_reason: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Name of the API key of who paused it, empty when the process has none; `rule:` and its name for a rule.',
    example: 'rule:HARD_BOUNCE',
  })
  paused_by: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was resumed last.' })
  resume_reason: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Who resumed it last.' })
  resumed_by: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was resumed last; rules judge it by mail of later hours alone.',
  })
  resumed_at: Date | null;

  @ApiProperty({ type: String, format: 'date-time' })
  created_at: Date;

  @ApiProperty({ type: String, format: 'date-time' })
  updated_at: Date;
}
