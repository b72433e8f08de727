import { ApiProperty } from '@nestjs/swagger';
import { EnumField, IntegerField, MAX_INTEGER, QueryIntegerField } from '../../../http/fields.js';
import { PageQuery } from '../../../http/page.dto.js';
import {
  INBOUND_PROVIDERS,
  type InboundProvider,
  MATCH_METHODS,
  type MatchMethod,
  type ParseError,
  STORED_CLASSES,
  type StoredClass,
} from '../../entities/inbound-email.entity.js';

const instant = { type: String, format: 'date-time' } as const;
const textOrNull = { type: String, nullable: true } as const;
const idOrNull = { type: 'integer', nullable: true, example: 1 } as const;

export class InboundEmailView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ ...idOrNull, description: 'Whom it is about; null: in the unmatched tray.' })
  lead_id: number | null;

  @ApiProperty(idOrNull)
  campaign_id: number | null;

  @ApiProperty({ enum: INBOUND_PROVIDERS, description: 'Where it came in first.' })
  provider: InboundProvider;

  @ApiProperty({ ...textOrNull, example: '<7c1f@engines.example>' })
  message_id_header: string | null;

  @ApiProperty({ description: 'Another mail had the same Message-ID: one of them is not what it says.' })
  repeats_message_id: boolean;

  @ApiProperty({ ...textOrNull, example: 'ada@engines.example' })
  from_email: string | null;

  @ApiProperty(textOrNull)
  to_email: string | null;

  @ApiProperty({ example: 'Re: Hi Ada' })
  subject: string;

  @ApiProperty(textOrNull)
  in_reply_to_message_id: string | null;

  @ApiProperty({ ...idOrNull, description: 'The mail of ours that it is about.' })
  in_reply_to_outbound_email_id: number | null;

  @ApiProperty({ enum: MATCH_METHODS, nullable: true, description: 'What ties it to that mail.' })
  match_method: MatchMethod | null;

  @ApiProperty({ type: Number, nullable: true, description: '0..1' })
  match_confidence: number | null;

  @ApiProperty({ description: 'Who wrote it (of a report: whom it is about) is whom our mail went to.' })
  sender_is_recipient: boolean;

  @ApiProperty({ enum: STORED_CLASSES })
  classification: StoredClass;

  @ApiProperty({ description: '0..1; 1 for the label of a person.' })
  classification_confidence: number;

  @ApiProperty({ description: 'The rules that said it, and the words that they saw.' })
  classification_reason: string;

  @ApiProperty({ description: 'A machine wrote it.' })
  automatic: boolean;

  @ApiProperty({ description: 'A person should look at it.' })
  needs_review: boolean;

  @ApiProperty({ ...textOrNull, description: 'Name of the API key of who labelled it; null: the rules did.' })
  labelled_by: string | null;

  @ApiProperty({ ...instant, nullable: true })
  labelled_at: Date | null;

  @ApiProperty({
    enum: ['timeout', 'memory', 'malformed', 'crashed', 'too_large'],
    nullable: true,
    description: 'Why it could not be read to its end.',
  })
  parse_error: ParseError | null;

  @ApiProperty({ ...instant, description: 'When it reached the mailbox.' })
  received_at: Date;

  @ApiProperty(instant)
  ingested_at: Date;
}

export class InboundEmailDetails extends InboundEmailView {
  @ApiProperty({ ...textOrNull, description: 'What the writer wrote, without quotes and signature.' })
  visible_text: string | null;

  @ApiProperty({ ...textOrNull, description: 'At most 64 kB.' })
  body_text: string | null;

  @ApiProperty({ ...textOrNull, description: 'At most 256 kB. Made by a stranger: never show it as it is.' })
  body_html: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'kind (complaint, automatic, delayed), return_date, has_left, what a report says of its recipients, and what the rules had said before a person did.',
  })
  metadata: Record<string, unknown>;
}

const YES_NO = ['true', 'false'] as const;
type YesNo = (typeof YES_NO)[number];

export class InboundEmailsQuery extends PageQuery {
  @EnumField(STORED_CLASSES, {
    optional: true,
    description: 'Only mails of this class.',
    example: 'POSITIVE',
  })
  classification?: StoredClass;

  @QueryIntegerField({ optional: true, description: 'Only mails of this lead.', example: 1 })
  lead_id?: number;

  @QueryIntegerField({ optional: true, description: 'Only mails of this campaign.', example: 1 })
  campaign_id?: number;

  @EnumField(YES_NO, {
    optional: true,
    description: 'Only mails that a person should look at, or the others.',
  })
  needs_review?: YesNo;

  @EnumField(YES_NO, { optional: true, description: 'Only mails that are tied to no lead, or the others.' })
  unmatched?: YesNo;
}

export class InboundEmailIdParam {
  @QueryIntegerField({ description: 'Mail that came in.', example: 1 })
  id: number;
}

export class AttachInboundEmailDto {
  @IntegerField({ min: 1, max: MAX_INTEGER, optional: true, description: 'Whom it is about.', example: 1 })
  lead_id?: number;

  @IntegerField({
    min: 1,
    max: MAX_INTEGER,
    optional: true,
    description: 'The mail of ours that it is about; its lead follows from it.',
    example: 1,
  })
  in_reply_to_outbound_email_id?: number;
}

export class LabelInboundEmailDto {
  @EnumField(STORED_CLASSES, { description: 'What the mail is. It stays so for ever.', example: 'POSITIVE' })
  classification: StoredClass;
}
