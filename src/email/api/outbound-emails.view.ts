import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { MAX_INTEGER } from '../../http/fields.js';
import { SqlFilter } from '../../database/sql-filter.js';
import type {
  OperatorActionView,
  OutboundEmailDetails,
  OutboundEmailsQuery,
  OutboundEmailView,
  ProviderEventView,
  SendAttemptView,
} from './dto/outbound-email.dto.js';

/** What is stored in the queue while a mail is open comes from there: lease, retries, next time. */
const COLUMNS = `
  o.id, o.lead_id, o.campaign_id, o.to_email, o.from_email, o.subject, o.provider, o.provider_message_id,
  o.message_id_header, o.provider_message_id_header, o.sequence_number, o.campaign_sequence_id,
  CASE WHEN q.lease_token IS NULL THEN o.status ELSE 'SENDING' END AS status,
  o.simulated, o.error_code, o.error_message, COALESCE(q.retry_count, o.retry_count) AS retry_count, o.max_retries,
  CASE WHEN q.waits_for <> 'pause' THEN q.due_at END AS next_retry_at,
  o.queued_at, o.sent_at, o.bounced_at, o.delivered_at, o.opened_at, o.clicked_at, o.complained_at,
  CASE WHEN q.waits_for IS NULL THEN o.email_metadata
       ELSE o.email_metadata || jsonb_build_object('waits_for', q.waits_for) END AS metadata`;

const FROM = `
  cam_outbound_emails AS o LEFT JOIN cam_dispatch_queue AS q ON q.outbound_email_id = o.id`;

/** A mail that a scanner opens again and again has any number. */
const MOST_EVENTS = 1_000;

/** Mails as the API shows them. */
@Injectable()
export class OutboundEmailsReadModel {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<OutboundEmailView | null> {
    const [email] = await this.database.query<OutboundEmailView>(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE o.id = $1`,
      [id],
    );
    return email ?? null;
  }

  async findDetails(id: number): Promise<OutboundEmailDetails | null> {
    const email = await this.find(id);
    if (email === null) return null;
    const attempts = await this.database.query<SendAttemptView>(
      `SELECT attempt, started_at, finished_at, outcome, code, reason, provider_message_id
         FROM cam_send_attempts WHERE outbound_email_id = $1 ORDER BY attempt`,
      [id],
    );
    const operatorActions = await this.database.query<OperatorActionView>(
      `SELECT action, from_status, actor, reason, acted_at
         FROM cam_operator_actions WHERE outbound_email_id = $1 ORDER BY id`,
      [id],
    );
    const providerEvents = await this.database.query<ProviderEventView>(
      `SELECT event_id, type, occurred_at, received_at
         FROM cam_provider_events WHERE outbound_email_id = $1 ORDER BY occurred_at, id LIMIT ${MOST_EVENTS}`,
      [id],
    );
    return Object.assign(email, {
      attempts,
      operator_actions: operatorActions,
      provider_events: providerEvents,
    });
  }

  /**
   * Newest first, below `beforeId`.
   *
   * The page is chosen by its ids alone, in the order of the index that serves the narrowest filter: left to itself,
   * the planner walks the primary key and passes over every other campaign's mail.
   */
  async list(
    query: OutboundEmailsQuery,
    limit: number,
    beforeId: number | null,
  ): Promise<OutboundEmailView[]> {
    const filter = new SqlFilter()
      .where(query.campaign_id, (value) => `o.campaign_id = ${value}`)
      .where(query.lead_id, (value) => `o.lead_id = ${value}`)
      .where(query.to_email, (value) => `o.to_email = ${value}`)
      .where(storedStatus(query), (value) => `o.status = ${value}`)
      .where(query.from, (value) => `o.queued_at >= ${value}`)
      .where(query.to, (value) => `o.queued_at < ${value}`);
    if (query.status === 'SENDING') filter.always('q.lease_token IS NOT NULL');
    if (query.status === 'QUEUED') filter.always('q.lease_token IS NULL');

    const key = indexedFilter(query);
    const columns = [...key.map(([column]) => `o.${column}`), 'o.id'];
    const values = [...key.map(([, value]) => value), beforeId ?? MAX_INTEGER];
    const placeholders = values.map((value) => filter.parameter(value));
    // The row comparison speaks for that index; the plain one lets its scan begin at the page.
    filter.always(`(${columns.join(', ')}) < (${placeholders.join(', ')})`);
    filter.where(beforeId, (value) => `o.id < ${value}`);
    return this.database.query<OutboundEmailView>(
      `WITH page AS (
         SELECT o.id FROM ${FROM} WHERE ${filter.toString()}
          ORDER BY ${columns.map((column) => `${column} DESC`).join(', ')}
          LIMIT ${filter.parameter(limit)}
       )
       SELECT ${COLUMNS} FROM page JOIN ${FROM} ON o.id = page.id ORDER BY o.id DESC`,
      filter.parameters,
    );
  }
}

function storedStatus({ status }: OutboundEmailsQuery): string | undefined {
  return status === 'SENDING' ? 'QUEUED' : status;
}

/** The filter that an index begins with, column by column; empty: the primary key serves best. */
function indexedFilter(query: OutboundEmailsQuery): [column: string, value: unknown][] {
  if (query.lead_id !== undefined) return [['lead_id', query.lead_id]];
  if (query.to_email !== undefined) return [['to_email', query.to_email]];
  const status = storedStatus(query);
  if (query.campaign_id !== undefined) {
    const campaign: [string, unknown] = ['campaign_id', query.campaign_id];
    return status === undefined ? [campaign] : [campaign, ['status', status]];
  }
  // Nearly all mail is SENT: the index by status leaves it out.
  return status === undefined || status === 'SENT' ? [] : [['status', status]];
}
