import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { DISPATCH_TIMING, type DispatchTiming } from '../dispatch/lease.js';
import type { StoppedEmail } from '../dispatch/settlement.repository.js';
import { type AcceptContext, identity, type NewEmail } from './new-email.js';

/** A stored mail that is owed its first attempt. */
export interface QueuedEmail {
  readonly id: number;
  readonly followUp: boolean;
}

interface InsertedRow {
  id: number;
  lead_id: number;
  content_hash: string;
  sequence_number: number;
}

/** The rows of a mail that is being accepted: its own, its place in the queue, its first attempt. */
@Injectable()
export class NewEmailsRepository {
  constructor(@Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming) {}

  /** @returns the ids of those that were not stored yet, by {@link identity} */
  async insert(
    tx: Transaction,
    context: AcceptContext,
    emails: readonly NewEmail[],
  ): Promise<Map<string, number>> {
    const rows = firstOfEach(emails).map((email) => ({
      lead_id: email.leadId,
      to_email: email.toEmail,
      from_email: email.fromEmail,
      subject: email.subject,
      html_body: email.html,
      text_body: email.text,
      reply_to: email.replyTo,
      headers: email.headers,
      body_sha256: email.bodySha256,
      content_hash: email.contentHash,
      send_key: email.sendKey,
      public_token: email.publicToken,
      message_id_header: email.messageIdHeader,
      sequence_number: email.sequenceNumber,
      campaign_sequence_id: email.campaignSequenceId,
      enrolment_id: email.enrolment?.id ?? null,
      thread_parent_id: email.threadParentId,
      status: email.drop === null ? 'QUEUED' : 'DROPPED',
      error_code: email.drop?.code ?? null,
      error_message: email.drop?.message ?? null,
      email_metadata: email.metadata,
    }));
    // Sorted, so that two calls with the same mails in another order cannot wait for each other. What is known already
    // is left out before it uses up an id; ON CONFLICT decides the races.
    const inserted = await tx.query<InsertedRow>(
      `INSERT INTO cam_outbound_emails (
         campaign_id, provider, simulated, max_retries, queued_at, lead_id, to_email, from_email, subject, html_body,
         text_body, reply_to, headers, body_sha256, content_hash, send_key, public_token, message_id_header,
         sequence_number, campaign_sequence_id, enrolment_id, thread_parent_id, status, error_code, error_message,
         email_metadata)
       SELECT $2, $3, $4, $5, (SELECT cam_now()), e.lead_id, e.to_email, e.from_email, e.subject, e.html_body,
              e.text_body, e.reply_to, e.headers, e.body_sha256, e.content_hash, e.send_key, e.public_token,
              e.message_id_header, e.sequence_number, e.campaign_sequence_id, e.enrolment_id, e.thread_parent_id, e.status,
              e.error_code, e.error_message, e.email_metadata
         FROM jsonb_to_recordset($1::jsonb) AS e (
           lead_id integer, to_email text, from_email text, subject text, html_body text, text_body text, reply_to text,
           headers jsonb, body_sha256 text, content_hash text, send_key uuid, public_token text, message_id_header text,
           sequence_number integer, campaign_sequence_id integer, enrolment_id integer, thread_parent_id integer,
           status text, error_code text, error_message text, email_metadata jsonb)
        WHERE NOT EXISTS (
                SELECT 1 FROM cam_outbound_emails AS o
                 WHERE o.lead_id = e.lead_id AND o.content_hash = e.content_hash
                   AND o.sequence_number = e.sequence_number AND o.simulated = $4)
        ORDER BY e.lead_id, e.content_hash, e.sequence_number
       ON CONFLICT DO NOTHING
       RETURNING id, lead_id, content_hash, sequence_number`,
      [JSON.stringify(rows), context.campaignId, context.provider, context.simulated, context.maxRetries],
    );
    return byIdentity(inserted);
  }

  /** @returns the ids of those that are stored already and not among `inserted`, by {@link identity} */
  async find(
    tx: Transaction,
    context: AcceptContext,
    emails: readonly NewEmail[],
    inserted: ReadonlyMap<string, number>,
  ): Promise<Map<string, number>> {
    const known = emails.filter((email) => !inserted.has(identity(email)));
    if (known.length === 0) return new Map();
    const rows = await tx.query<InsertedRow>(
      `SELECT o.id, o.lead_id, o.content_hash, o.sequence_number
         FROM unnest($1::integer[], $2::text[], $3::integer[]) AS wanted (lead_id, content_hash, sequence_number)
         JOIN cam_outbound_emails AS o USING (lead_id, content_hash, sequence_number)
        WHERE o.simulated = $4`,
      [
        known.map((email) => email.leadId),
        known.map((email) => email.contentHash),
        known.map((email) => email.sequenceNumber),
        context.simulated,
      ],
    );
    return byIdentity(rows);
  }

  /** Keeps mails in whose lead said stop after they were made. */
  async drop(tx: Transaction, stopped: readonly StoppedEmail[]): Promise<void> {
    if (stopped.length === 0) return;
    await tx.query(
      `UPDATE cam_outbound_emails AS o SET status = 'DROPPED', error_code = s.code, error_message = s.message
         FROM unnest($1::integer[], $2::text[], $3::text[]) AS s (id, code, message) WHERE o.id = s.id`,
      [stopped.map(({ id }) => id), stopped.map(({ code }) => code), stopped.map(({ message }) => message)],
    );
  }

  /** Takes back what this transaction has stored. */
  async remove(tx: Transaction, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await tx.query('DELETE FROM cam_outbound_emails WHERE id = ANY($1)', [ids]);
  }

  /**
   * Owes the mails their next step: due now, or leased to this caller. A lease counts as possibly sent from the commit
   * on, like a claim's.
   *
   * @returns the lease of each mail, if asked for
   */
  async enqueue(
    tx: Transaction,
    context: AcceptContext,
    emails: readonly QueuedEmail[],
    capDay: string | null,
  ): Promise<Map<number, string>> {
    if (emails.length === 0) return new Map();
    const isLeased = context.placing === 'lease';
    const tokens = emails.map(() => (isLeased ? randomUUID() : null));
    await tx.query(
      `WITH queued AS (
         INSERT INTO cam_dispatch_queue AS q (
           outbound_email_id, follow_up, campaign_id, provider, simulated, cap_day, lease_token, due_at, attempt,
           priority, maybe_sent_since, maybe_sent_attempt, maybe_sent_account)
         SELECT id, follow_up, $4, $5, $6, $7, token,
                CASE WHEN leased THEN now + $8 * interval '1 millisecond' ELSE now END, leased::integer,
                CASE WHEN leased THEN 0 WHEN follow_up THEN 1 ELSE 2 END,
                CASE WHEN leased THEN now END, CASE WHEN leased THEN 1 END, CASE WHEN leased THEN $9 END
           FROM (SELECT *, token IS NOT NULL AS leased, (SELECT cam_now()) AS now
                   FROM unnest($1::integer[], $2::boolean[], $3::uuid[]) AS e (id, follow_up, token)) AS entry
         RETURNING q.outbound_email_id, q.maybe_sent_since, q.lease_token IS NOT NULL AS leased
       )
       INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, account, started_at)
       SELECT o.id, 1, o.send_key, $9, queued.maybe_sent_since
         FROM queued JOIN cam_outbound_emails AS o ON o.id = queued.outbound_email_id
        WHERE queued.leased`,
      [
        emails.map(({ id }) => id),
        emails.map(({ followUp }) => followUp),
        tokens,
        context.campaignId,
        context.provider,
        context.simulated,
        capDay,
        this.timing.leaseMs,
        context.accountFingerprint,
      ],
    );
    return new Map(
      emails.flatMap(({ id }, index): [number, string][] => {
        const token = tokens[index] ?? null;
        return token === null ? [] : [[id, token]];
      }),
    );
  }
}

/** Which of two twins PostgreSQL would store is left open, and the caller sends what it holds: the first it shall be. */
function firstOfEach(emails: readonly NewEmail[]): NewEmail[] {
  const firsts = new Map<string, NewEmail>();
  for (const email of emails) if (!firsts.has(identity(email))) firsts.set(identity(email), email);
  return [...firsts.values()];
}

function byIdentity(rows: readonly InsertedRow[]): Map<string, number> {
  return new Map(
    rows.map((row) => [
      identity({ leadId: row.lead_id, contentHash: row.content_hash, sequenceNumber: row.sequence_number }),
      row.id,
    ]),
  );
}
