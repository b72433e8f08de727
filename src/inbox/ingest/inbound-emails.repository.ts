import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';
import { STRONG_FROM } from '../matching/match-policy.js';
import type { InboundDraft } from './inbound-draft.js';
import type { InboundMatch } from './match-columns.js';

/** A mail that may find its match yet. */
export interface UnsureMail {
  readonly id: number;
  readonly messageIds: readonly string[];
}

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

  /** What is tied to no mail, or by an address alone, and names some: the newest below `beforeId`. */
  async findUnsure(tx: Transaction, beforeId: number, days: number, limit: number): Promise<UnsureMail[]> {
    return tx.query<UnsureMail>(
      `WITH unsure AS MATERIALIZED (
         SELECT id FROM cam_inbound_emails
          WHERE (lead_id IS NULL OR match_method IN ('report', 'sender'))
            AND COALESCE(match_confidence, 0) < $4 AND id < $1 AND ingested_at > cam_now() - $2 * interval '1 day'
          ORDER BY id DESC LIMIT $3
       )
       SELECT unsure.id, array_remove(array_agg(r.message_id), NULL) AS "messageIds"
         FROM unsure LEFT JOIN cam_inbound_references AS r ON r.inbound_email_id = unsure.id
        GROUP BY unsure.id ORDER BY unsure.id DESC`,
      [beforeId, days, limit, STRONG_FROM],
    );
  }

  async findReferences(tx: Transaction, id: number): Promise<string[]> {
    const rows = await tx.query<{ message_id: string }>(
      'SELECT message_id FROM cam_inbound_references WHERE inbound_email_id = $1 ORDER BY message_id',
      [id],
    );
    return rows.map(({ message_id }) => message_id);
  }

  /** @returns the mail as it is now */
  async match(
    tx: Transaction,
    id: number,
    match: InboundMatch,
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<InboundEmail> {
    return one(
      await tx.query<InboundEmail>(
        `UPDATE cam_inbound_emails
            SET lead_id = $2, campaign_id = $3, in_reply_to_outbound_email_id = $4, match_method = $5,
                match_confidence = $6, sender_is_recipient = $7, email_metadata = email_metadata || $8::jsonb,
                updated_at = cam_now()
          WHERE id = $1 RETURNING *`,
        [
          id,
          match.lead_id,
          match.campaign_id,
          match.in_reply_to_outbound_email_id,
          match.match_method,
          match.match_confidence,
          match.sender_is_recipient,
          JSON.stringify(metadata),
        ],
      ),
    );
  }

  /** A person's word. What the rules had said stays in the metadata. @returns the mail as it is now */
  async label(
    tx: Transaction,
    id: number,
    label: Pick<InboundEmail, 'classification' | 'automatic'>,
    actor: string,
  ): Promise<InboundEmail> {
    return one(
      await tx.query<InboundEmail>(
        `UPDATE cam_inbound_emails
            SET classification = $2, classification_confidence = 1, classification_reason = 'A person said so',
                automatic = $3, labelled_by = $4, labelled_at = cam_now(), needs_review = false, updated_at = cam_now(),
                email_metadata = CASE WHEN labelled_by IS NOT NULL THEN email_metadata
                  ELSE email_metadata || jsonb_build_object('rules_said', jsonb_build_object(
                    'classification', classification, 'confidence', classification_confidence,
                    'reason', classification_reason)) END
          WHERE id = $1 RETURNING *`,
        [id, label.classification, label.automatic, actor],
      ),
    );
  }

  /** When the latest reply of a person came that is tied to the lead; null: none did. */
  async findLastReply(tx: Transaction, leadId: number): Promise<Date | null> {
    const [latest] = await tx.query<{ at: Date | null }>(
      'SELECT max(received_at) AS at FROM cam_inbound_emails WHERE lead_id = $1 AND NOT automatic',
      [leadId],
    );
    return latest?.at ?? null;
  }

  async setNeedsReview(tx: Transaction, id: number, needsReview: boolean): Promise<void> {
    await tx.query(
      'UPDATE cam_inbound_emails SET needs_review = $2, updated_at = cam_now() WHERE id = $1 AND needs_review <> $2',
      [id, needsReview],
    );
  }
}

function one(rows: readonly InboundEmail[]): InboundEmail {
  const [row] = rows;
  if (row === undefined) throw new Error('The mail that was locked is gone');
  return row;
}
