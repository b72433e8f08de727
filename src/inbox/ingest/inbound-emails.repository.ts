import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';
import type { InboundDraft } from './inbound-draft.js';

/** What a mail is tied to. */
export type InboundMatch = Pick<
  InboundEmail,
  | 'lead_id'
  | 'campaign_id'
  | 'in_reply_to_outbound_email_id'
  | 'match_method'
  | 'match_confidence'
  | 'sender_is_recipient'
>;

export const UNMATCHED: InboundMatch = {
  lead_id: null,
  campaign_id: null,
  in_reply_to_outbound_email_id: null,
  match_method: null,
  match_confidence: null,
  sender_is_recipient: false,
};

@Injectable()
export class InboundEmailsRepository {
  /** Stores a mail with its references and, where it has some, its raw bytes. @returns null when it is known */
  async insert(tx: Transaction, draft: InboundDraft, match: InboundMatch): Promise<InboundEmail | null> {
    const { references, raw, ...columns } = draft;
    const row = { ...columns, ...match, email_metadata: JSON.stringify(columns.email_metadata) };
    const [stored] = await tx.query<InboundEmail>(
      // PostgreSQL lower-cases a few letters otherwise than JavaScript. A date to come would stay the latest for ever.
      `INSERT INTO cam_inbound_emails (
         provider, provider_msg_uid, identity_hash, message_id_header, from_email, to_email, subject,
         in_reply_to_message_id, body_text, body_html, visible_text, classification, classification_confidence,
         classification_reason, classifier_version, automatic, needs_review, parse_error, received_at, email_metadata,
         lead_id, campaign_id, in_reply_to_outbound_email_id, match_method, match_confidence, sender_is_recipient,
         repeats_message_id)
       VALUES ($1, $2, $3, $4, lower($5), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
         LEAST($19, cam_now()), $20, $21, $22, $23, $24, $25, $26,
         EXISTS (SELECT FROM cam_inbound_emails WHERE message_id_header = $4 AND identity_hash <> $3))
       ON CONFLICT DO NOTHING
       RETURNING *`,
      [
        row.provider,
        row.provider_msg_uid,
        row.identity_hash,
        row.message_id_header,
        row.from_email,
        row.to_email,
        row.subject,
        row.in_reply_to_message_id,
        row.body_text,
        row.body_html,
        row.visible_text,
        row.classification,
        row.classification_confidence,
        row.classification_reason,
        row.classifier_version,
        row.automatic,
        row.needs_review,
        row.parse_error,
        row.received_at,
        row.email_metadata,
        row.lead_id,
        row.campaign_id,
        row.in_reply_to_outbound_email_id,
        row.match_method,
        row.match_confidence,
        row.sender_is_recipient,
      ],
    );
    if (stored === undefined) return null;
    await tx.query(
      `INSERT INTO cam_inbound_references (message_id, inbound_email_id) SELECT unnest($1::text[]), $2`,
      [references, stored.id],
    );
    if (raw !== null) {
      await tx.query('INSERT INTO cam_inbound_raw (inbound_email_id, raw) VALUES ($1, $2)', [
        stored.id,
        Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength),
      ]);
    }
    return stored;
  }

  /** The mail that keeps this one from being stored again. */
  async findKnown(tx: Transaction, draft: InboundDraft): Promise<number | null> {
    const [known] = await tx.query<{ id: number }>(
      `SELECT id FROM cam_inbound_emails
        WHERE (provider = $1 AND provider_msg_uid = $2) OR identity_hash = $3 ORDER BY id LIMIT 1`,
      [draft.provider, draft.provider_msg_uid, draft.identity_hash],
    );
    return known?.id ?? null;
  }

  /** Locked before anything that the mail brings about. */
  async lock(tx: Transaction, id: number): Promise<InboundEmail | null> {
    const [email] = await tx.query<InboundEmail>(
      'SELECT * FROM cam_inbound_emails WHERE id = $1 FOR UPDATE',
      [id],
    );
    return email ?? null;
  }

  async match(tx: Transaction, id: number, match: InboundMatch): Promise<void> {
    await tx.query(
      `UPDATE cam_inbound_emails
          SET lead_id = $2, campaign_id = $3, in_reply_to_outbound_email_id = $4, match_method = $5,
              match_confidence = $6, sender_is_recipient = $7, updated_at = cam_now()
        WHERE id = $1`,
      [
        id,
        match.lead_id,
        match.campaign_id,
        match.in_reply_to_outbound_email_id,
        match.match_method,
        match.match_confidence,
        match.sender_is_recipient,
      ],
    );
  }

  async setNeedsReview(tx: Transaction, id: number, needsReview: boolean): Promise<void> {
    await tx.query(
      'UPDATE cam_inbound_emails SET needs_review = $2, updated_at = cam_now() WHERE id = $1 AND needs_review <> $2',
      [id, needsReview],
    );
  }
}
