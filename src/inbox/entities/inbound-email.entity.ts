import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Campaign } from '../../campaigns/campaign.entity.js';
import { OutboundEmail } from '../../email/entities/outbound-email.entity.js';
import { Lead } from '../../leads/lead.entity.js';

/** Where a mail came in. */
export const INBOUND_PROVIDERS = ['IMAP', 'Resend', 'API'] as const;
export type InboundProvider = (typeof INBOUND_PROVIDERS)[number];

/** What tied a mail to ours, strongest first; `person`: somebody attached it. */
export const MATCH_METHODS = ['token', 'references', 'report', 'sender', 'person'] as const;
export type MatchMethod = (typeof MATCH_METHODS)[number];

/** The classes that are stored. A complaint is UNSUB, an automatic mail that is no out-of-office NEUTRAL. */
export const STORED_CLASSES = ['POSITIVE', 'NEGATIVE', 'OOO', 'BOUNCE', 'UNSUB', 'NEUTRAL'] as const;
export type StoredClass = (typeof STORED_CLASSES)[number];

/** Why a mail could not be read; its raw bytes are kept then. */
export type ParseError = 'timeout' | 'memory' | 'malformed' | 'crashed' | 'too_large';

/** One mail that came in, stored once whatever ways it came. */
@Entity('cam_inbound_emails')
@Unique('uq_inbound_emails_provider_msg_uid', ['provider', 'provider_msg_uid'])
@Unique('uq_inbound_emails_identity_hash', ['identity_hash'])
@Index('ix_inbound_emails_by_lead', ['lead_id', 'id'])
@Index('ix_inbound_emails_by_campaign', ['campaign_id', 'id'])
@Index('ix_inbound_emails_by_classification', ['classification', 'id'])
@Index('ix_inbound_emails_by_outbound_email', ['in_reply_to_outbound_email_id'])
@Index('ix_inbound_emails_by_message_id', ['message_id_header'])
@Index('ix_inbound_emails_to_review', ['id'], { where: 'needs_review' })
@Index('ix_inbound_emails_unsure', ['id'], {
  where: `lead_id IS NULL OR match_method IN ('report', 'sender')`,
})
@Check('ck_inbound_emails_provider', `provider IN ('IMAP', 'Resend', 'API')`)
@Check('ck_inbound_emails_identity_hash', `identity_hash ~ '^[0-9a-f]{64}$'`)
@Check('ck_inbound_emails_from_email', 'from_email = lower(from_email)')
@Check(
  'ck_inbound_emails_match_method',
  `match_method IN ('token', 'references', 'report', 'sender', 'person')`,
)
@Check('ck_inbound_emails_match', 'see the migration')
@Check('ck_inbound_emails_match_confidence', 'match_confidence BETWEEN 0 AND 1')
@Check(
  'ck_inbound_emails_classification',
  `classification IN ('POSITIVE', 'NEGATIVE', 'OOO', 'BOUNCE', 'UNSUB', 'NEUTRAL')`,
)
@Check('ck_inbound_emails_classification_confidence', 'classification_confidence BETWEEN 0 AND 1')
@Check('ck_inbound_emails_label', '(labelled_by IS NULL) = (labelled_at IS NULL)')
@Check(
  'ck_inbound_emails_parse_error',
  `parse_error IN ('timeout', 'memory', 'malformed', 'crashed', 'too_large')`,
)
@Check('ck_inbound_emails_metadata_object', `jsonb_typeof(email_metadata) = 'object'`)
export class InboundEmail {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_inbound_emails',
  })
  id: number;

  /** Null: in the unmatched tray. */
  @Column('integer', { nullable: true })
  @ForeignKey(() => Lead, { name: 'fk_inbound_emails_lead' })
  lead_id: number | null;

  @Column('integer', { nullable: true })
  @ForeignKey(() => Campaign, { name: 'fk_inbound_emails_campaign' })
  campaign_id: number | null;

  @Column('text')
  provider: InboundProvider;

  /** Where it lies: account, mailbox, UIDVALIDITY and UID; the provider's id; a hash of what was posted. */
  @Column('text')
  provider_msg_uid: string;

  /** Hex SHA-256 of normalised Message-ID, From and Date, or of the raw bytes when there is no Message-ID. */
  @Column('text')
  identity_hash: string;

  /** With angle brackets. */
  @Column('text', { nullable: true })
  message_id_header: string | null;

  /** Another mail with the same Message-ID, but another sender or date, was here before. */
  @Column('boolean', { default: false })
  repeats_message_id: boolean;

  @Column('text', { nullable: true })
  from_email: string | null;

  @Column('text', { nullable: true })
  to_email: string | null;

  @Column('text')
  subject: string;

  @Column('text', { nullable: true })
  in_reply_to_message_id: string | null;

  @Column('integer', { nullable: true })
  @ForeignKey(() => OutboundEmail, { name: 'fk_inbound_emails_outbound_email' })
  in_reply_to_outbound_email_id: number | null;

  @Column('text', { nullable: true })
  match_method: MatchMethod | null;

  /** 0..1 */
  @Column('real', { nullable: true })
  match_confidence: number | null;

  /** From (of a report: its recipient) is the address that the matched mail went to. Only then may it suppress. */
  @Column('boolean', { default: false })
  sender_is_recipient: boolean;

  @Column('text', { nullable: true })
  body_text: string | null;

  @Column('text', { nullable: true })
  body_html: string | null;

  /** What the writer wrote herself. */
  @Column('text', { nullable: true })
  visible_text: string | null;

  @Column('text')
  classification: StoredClass;

  /** 0..1; 1 for a person's label. */
  @Column('real')
  classification_confidence: number;

  @Column('text')
  classification_reason: string;

  @Column('text')
  classifier_version: string;

  /** A machine wrote it: no reply of a person. */
  @Column('boolean')
  automatic: boolean;

  /** Name of the API key of who gave the label; null: the rules did. */
  @Column('text', { nullable: true })
  labelled_by: string | null;

  @Column('timestamptz', { nullable: true })
  labelled_at: Date | null;

  @Column('boolean')
  needs_review: boolean;

  @Column('text', { nullable: true })
  parse_error: ParseError | null;

  /** When it reached the mailbox. */
  @Column('timestamptz')
  received_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  ingested_at: Date;

  @Column('jsonb', { default: {} })
  email_metadata: Record<string, unknown>;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
