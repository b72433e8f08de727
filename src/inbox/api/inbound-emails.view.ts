import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { SqlFilter } from '../../database/sql-filter.js';
import { MAX_INTEGER } from '../../http/fields.js';
import type { InboundEmailDetails, InboundEmailsQuery, InboundEmailView } from './dto/inbound-email.dto.js';

const COLUMNS = `
  id, lead_id, campaign_id, provider, message_id_header, repeats_message_id, from_email, to_email, subject,
  in_reply_to_message_id, in_reply_to_outbound_email_id, match_method, match_confidence, sender_is_recipient,
  classification, classification_confidence, classification_reason, automatic, needs_review, labelled_by, labelled_at,
  parse_error, received_at, ingested_at`;

/** Mails that came in, as the API shows them. */
@Injectable()
export class InboundEmailsReadModel {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<InboundEmailView | null> {
    const [email] = await this.database.query<InboundEmailView>(
      `SELECT ${COLUMNS} FROM cam_inbound_emails WHERE id = $1`,
      [id],
    );
    return email ?? null;
  }

  async findDetails(id: number): Promise<InboundEmailDetails | null> {
    const [email] = await this.database.query<InboundEmailDetails>(
      `SELECT ${COLUMNS}, visible_text, body_text, body_html, email_metadata AS metadata
         FROM cam_inbound_emails WHERE id = $1`,
      [id],
    );
    return email ?? null;
  }

  /** Newest first, below `beforeId`. The row comparison speaks for the index that begins with the narrowest filter. */
  async list(query: InboundEmailsQuery, limit: number, beforeId: number | null): Promise<InboundEmailView[]> {
    const filter = new SqlFilter()
      .where(query.classification, (value) => `classification = ${value}`)
      .where(query.lead_id, (value) => `lead_id = ${value}`)
      .where(query.campaign_id, (value) => `campaign_id = ${value}`);
    if (query.needs_review !== undefined) {
      filter.always(query.needs_review === 'true' ? 'needs_review' : 'NOT needs_review');
    }
    if (query.unmatched !== undefined) {
      filter.always(query.unmatched === 'true' ? 'lead_id IS NULL' : 'lead_id IS NOT NULL');
    }
    const key = indexedFilter(query);
    const columns = [...key.map(([column]) => column), 'id'];
    const values = [...key.map(([, value]) => value), beforeId ?? MAX_INTEGER];
    const placeholders = values.map((value) => filter.parameter(value));
    filter.always(`(${columns.join(', ')}) < (${placeholders.join(', ')})`);
    return this.database.query<InboundEmailView>(
      `SELECT ${COLUMNS} FROM cam_inbound_emails WHERE ${filter.toString()}
        ORDER BY ${columns.map((column) => `${column} DESC`).join(', ')} LIMIT ${filter.parameter(limit)}`,
      filter.parameters,
    );
  }
}

/** The filter that an index begins with; empty: the primary key or a partial index serves best. */
function indexedFilter(query: InboundEmailsQuery): [column: string, value: unknown][] {
  if (query.lead_id !== undefined) return [['lead_id', query.lead_id]];
  if (query.campaign_id !== undefined) return [['campaign_id', query.campaign_id]];
  if (query.needs_review === 'true' || query.unmatched === 'true') return [];
  return query.classification === undefined ? [] : [['classification', query.classification]];
}
