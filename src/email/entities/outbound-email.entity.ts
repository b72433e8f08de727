import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { Campaign } from '../../campaigns/campaign.entity.js';
import { Lead } from '../../leads/lead.entity.js';
import { Enrolment } from '../../sequences/enrolment.entity.js';
import type { ProviderName } from '../provider/email-provider.js';

/**
 * QUEUED: open; a row of `cam_dispatch_queue` says when it goes next (shown as SENDING while leased).
 * SENT: the provider accepted it. FAILED: final, certainly not accepted; with a `sent_at`, accepted and later given up
 * by the provider itself. BOUNCED: accepted, later returned, or kept back by the provider's own suppression list.
 * DROPPED: never left, by our own decision. UNKNOWN: may have been accepted and is never sent again by itself.
 *
 * Owners: accept writes QUEUED or DROPPED; settle moves QUEUED on; an acceptance moves to SENT what was not sent
 * before; what comes to light later ends it as BOUNCED or FAILED.
 */
export const STORED_STATUSES = ['QUEUED', 'SENT', 'FAILED', 'BOUNCED', 'DROPPED', 'UNKNOWN'] as const;
export type StoredStatus = (typeof STORED_STATUSES)[number];

/** One mail: content frozen at accept, and what became of it. Wide, written twice: at accept and at settle. */
@Entity('cam_outbound_emails')
@Unique('uq_outbound_emails_content', ['lead_id', 'content_hash', 'sequence_number', 'simulated'])
@Unique('uq_outbound_emails_send_key', ['send_key'])
@Unique('uq_outbound_emails_public_token', ['public_token'])
@Unique('uq_outbound_emails_provider_message_id', ['provider_message_id'])
@Unique('uq_outbound_emails_message_id_header', ['message_id_header'])
@Unique('uq_outbound_emails_provider_message_id_header', ['provider_message_id_header'])
@Index('ux_outbound_emails_enrolment_step', ['enrolment_id', 'sequence_number'], {
  unique: true,
  where: 'enrolment_id IS NOT NULL',
})
@Index('ix_outbound_emails_by_campaign', ['campaign_id', 'id'])
@Index('ix_outbound_emails_by_campaign_status', ['campaign_id', 'status', 'id'])
@Index('ix_outbound_emails_by_lead', ['lead_id', 'id'])
@Index('ix_outbound_emails_by_recipient', ['to_email', 'id'])
@Index('ix_outbound_emails_by_status', ['status', 'id'], { where: `status <> 'SENT'` })
@Index('ix_outbound_emails_by_queued_at', ['queued_at'])
@Index('ix_outbound_emails_by_sent_at', ['sent_at'])
@Check('ck_outbound_emails_to_email', 'to_email = lower(to_email)')
@Check('ck_outbound_emails_provider', `provider IN ('Resend', 'NoOp', 'SMTP')`)
@Check('ck_outbound_emails_status', `status IN ('QUEUED', 'SENT', 'FAILED', 'BOUNCED', 'DROPPED', 'UNKNOWN')`)
@Check('ck_outbound_emails_sent_at', 'see the migration')
@Check('ck_outbound_emails_bounced_at', `status <> 'BOUNCED' OR bounced_at IS NOT NULL`)
@Check('ck_outbound_emails_error_code', 'see the migration')
@Check('ck_outbound_emails_error_message', 'char_length(error_message) <= 500')
@Check('ck_outbound_emails_body_sha256', `body_sha256 ~ '^[0-9a-f]{64}$'`)
@Check('ck_outbound_emails_content_hash', `content_hash ~ '^[0-9a-f]{64}$'`)
@Check('ck_outbound_emails_public_token', `public_token ~ '^[a-z2-7]{26}$'`)
@Check('ck_outbound_emails_sequence_number', 'sequence_number > 0')
@Check('ck_outbound_emails_retry_count', 'retry_count >= 0')
@Check('ck_outbound_emails_max_retries', 'max_retries >= 0')
@Check('ck_outbound_emails_headers_object', `jsonb_typeof(headers) = 'object'`)
@Check('ck_outbound_emails_metadata_object', `jsonb_typeof(email_metadata) = 'object'`)
export class OutboundEmail {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_outbound_emails',
  })
  id: number;

  @Column('integer')
  @ForeignKey(() => Lead, { name: 'fk_outbound_emails_lead' })
  lead_id: number;

  @Column('integer')
  @ForeignKey(() => Campaign, { name: 'fk_outbound_emails_campaign' })
  campaign_id: number;

  @Column('text')
  to_email: string;

  @Column('text')
  from_email: string;

  /** Rendered. */
  @Column('text')
  subject: string;

  /** As on the wire, as are `text_body`, `reply_to` and `headers`; every attempt sends these bytes. */
  @Column('text')
  html_body: string;

  @Column('text')
  text_body: string;

  @Column('text', { nullable: true })
  reply_to: string | null;

  @Column('jsonb')
  headers: Record<string, string>;

  /** Hex SHA-256 over the frozen content: from, to, subject, html, text, reply-to, headers. */
  @Column('text')
  body_sha256: string;

  /** Hex SHA-256 that tells the same mail to the same person; before footer, links and tokens. */
  @Column('text')
  content_hash: string;

  /** Random; the provider's idempotency key derives from it. New only when a person retries the mail. */
  @Column('uuid')
  send_key: string;

  /** 128 random bits in lower-case base32: Reply-To and unsubscribe link. */
  @Column('text')
  public_token: string;

  /** True when nothing left the house: NoOp, or dry-run at accept. */
  @Column('boolean')
  simulated: boolean;

  @Column('text')
  provider: ProviderName;

  @Column('text', { nullable: true })
  provider_message_id: string | null;

  /** The Message-ID that we set. */
  @Column('text')
  message_id_header: string;

  /** The Message-ID that the recipient sees, learned later: providers may replace ours. */
  @Column('text', { nullable: true })
  provider_message_id_header: string | null;

  @Column('integer', { default: 1 })
  sequence_number: number;

  @Column('integer', { nullable: true })
  campaign_sequence_id: number | null;

  /** Whose step it is; null: somebody asked for it. */
  @Column('integer', { nullable: true })
  @ForeignKey(() => Enrolment, { name: 'fk_outbound_emails_enrolment' })
  enrolment_id: number | null;

  /** The mail that it follows in one thread; null: it begins one. */
  @Column('integer', { nullable: true })
  @ForeignKey(() => OutboundEmail, { name: 'fk_outbound_emails_thread_parent' })
  thread_parent_id: number | null;

  @Column('text')
  status: StoredStatus;

  /** Why it is FAILED, BOUNCED, DROPPED or UNKNOWN: a stable upper-case word. */
  @Column('text', { nullable: true })
  error_code: string | null;

  @Column('text', { nullable: true })
  error_message: string | null;

  /** Retries that counted; while the mail is open the queue's own count is the true one. */
  @Column('integer', { default: 0 })
  retry_count: number;

  @Column('integer')
  max_retries: number;

  @Column('timestamptz')
  queued_at: Date;

  @Column('timestamptz', { nullable: true })
  sent_at: Date | null;

  @Column('timestamptz', { nullable: true })
  bounced_at: Date | null;

  @Column('timestamptz', { nullable: true })
  delivered_at: Date | null;

  @Column('timestamptz', { nullable: true })
  opened_at: Date | null;

  @Column('timestamptz', { nullable: true })
  clicked_at: Date | null;

  @Column('timestamptz', { nullable: true })
  complained_at: Date | null;

  @Column('jsonb', { default: {} })
  email_metadata: Record<string, unknown>;

  @Column('timestamptz', { default: () => 'cam_now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'cam_now()' })
  updated_at: Date;
}
