import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import type { LeasedEmail, Moment } from './leased-email.js';
import type { QueueOwner } from './queue-owner.js';

/** A mail that may go now. */
export interface LeaseGrant {
  readonly id: number;
  /** The day whose place it holds, as `YYYY-MM-DD`; null: none. */
  readonly capDay: string | null;
}

interface LeasedRow {
  id: number;
  lease_token: string;
  attempt: number;
  retry_count: number;
  max_retries: number;
  maybe_sent_attempt: number;
  maybe_sent_age_ms: number;
  send_key: string;
  from_email: string;
  to_email: string;
  subject: string;
  html_body: string;
  text_body: string;
  reply_to: string | null;
  headers: Record<string, string>;
  message_id_header: string;
  /** Null: it begins a thread, or this is not its first attempt. */
  parent_id: number | null;
  parent_message_id: string | null;
  parent_message_id_header: string | null;
}

/** Writes the leases of a claim, and reads what its attempts send. */
@Injectable()
export class LeaseRepository {
  constructor(@Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming) {}

  /**
   * Begins an attempt of each mail, under a lease that was asked for at `startedAtMs` of the process's clock.
   *
   * @param momentOf the moment of the mail that stands at an index of the answer
   */
  async lease(
    tx: Transaction,
    owner: QueueOwner,
    grants: readonly LeaseGrant[],
    startedAtMs: number,
    momentOf: (index: number) => Moment | null,
  ): Promise<LeasedEmail[]> {
    if (grants.length === 0) return [];
    // An attempt counts as possibly sent from here on: a crash between this commit and the answer leaves it so.
    const rows = await tx.query<LeasedRow>(
      `WITH leased AS (
         UPDATE cam_dispatch_queue AS q
            SET lease_token = l.token, waits_for = NULL, cap_day = l.cap_day, attempt = q.attempt + 1,
                due_at = cam_now() + $4 * interval '1 millisecond',
                lost_leases = q.lost_leases + (q.lease_token IS NOT NULL)::integer,
                priority = 0,
                maybe_sent_since = COALESCE(q.maybe_sent_since, cam_now()),
                maybe_sent_attempt = COALESCE(q.maybe_sent_attempt, q.attempt + 1),
                maybe_sent_account = COALESCE(q.maybe_sent_account, $5)
           FROM unnest($1::integer[], $2::uuid[], $3::date[]) AS l (id, token, cap_day)
          WHERE q.outbound_email_id = l.id
         RETURNING q.*
       ), begun AS (
         INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, account, started_at)
         SELECT o.id, leased.attempt, o.send_key, $5, (SELECT cam_now())
           FROM leased JOIN cam_outbound_emails AS o ON o.id = leased.outbound_email_id
       )
       SELECT o.id, leased.lease_token, leased.attempt, leased.retry_count, leased.maybe_sent_attempt, o.max_retries,
              EXTRACT(EPOCH FROM cam_now() - leased.maybe_sent_since)::float8 * 1000 AS maybe_sent_age_ms,
              o.send_key, o.from_email, o.to_email, o.subject, o.html_body, o.text_body, o.reply_to, o.headers,
              o.message_id_header, p.id AS parent_id, p.provider_message_id_header AS parent_message_id_header,
              CASE WHEN p.provider = o.provider AND NOT p.simulated THEN p.provider_message_id END AS parent_message_id
         FROM leased
         JOIN cam_outbound_emails AS o ON o.id = leased.outbound_email_id
         LEFT JOIN cam_outbound_emails AS p ON p.id = o.thread_parent_id AND leased.attempt = 1`,
      [
        grants.map(({ id }) => id),
        grants.map(() => randomUUID()),
        grants.map(({ capDay }) => capDay),
        this.timing.leaseMs,
        owner.accountFingerprint,
      ],
    );
    return rows.map((row, index) => this.leasedEmail(row, startedAtMs, momentOf(index)));
  }

  private leasedEmail(row: LeasedRow, startedAtMs: number, moment: Moment | null): LeasedEmail {
    return {
      lease: {
        emailId: row.id,
        token: row.lease_token,
        attempt: row.attempt,
        endsAtMs: startedAtMs + this.timing.leaseMs,
      },
      sendKey: row.send_key,
      wire: {
        from: row.from_email,
        to: row.to_email,
        subject: row.subject,
        html: row.html_body,
        text: row.text_body,
        replyTo: row.reply_to,
        headers: row.headers,
        tags: { cam_send: row.send_key },
      },
      history: {
        attempt: row.attempt,
        retryCount: row.retry_count,
        maxRetries: row.max_retries,
        maybeSentBefore: row.maybe_sent_attempt < row.attempt,
        maybeSentAgeMs: row.maybe_sent_age_ms,
      },
      moment,
      thread:
        row.parent_id === null
          ? null
          : {
              messageIdHeader: row.message_id_header,
              parentId: row.parent_id,
              parentMessageId: row.parent_message_id,
              parentMessageIdHeader: row.parent_message_id_header,
            },
    };
  }
}
