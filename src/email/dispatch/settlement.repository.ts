import { Injectable } from '@nestjs/common';
import { Alerts } from '../../alerts/alert.js';
import { assertNever } from '../../common/assert-never.js';
import { Database, type Transaction } from '../../database/database.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import type { AttemptOutcome } from '../entities/send-attempt.entity.js';
import { AcceptanceRepository } from './acceptance.repository.js';
import type { Lease } from './lease.js';
import { ownerParameters, type QueueOwner, REPEATABLE } from './queue-owner.js';
import type { Stop } from './recipient-policy.js';
import type { Settlement } from './settlement.js';

/** What the provider answered, for the record of the attempt; addresses are stripped before it comes here. */
export interface AttemptReport {
  readonly outcome: AttemptOutcome;
  readonly code: string | null;
  readonly reason: string | null;
}

/** An open mail that a stop keeps in. */
export interface StoppedEmail extends Stop {
  readonly id: number;
}

/** A mail of which only a person, or a later word of the provider, can say what became of it. */
interface UnknownRow {
  readonly id: number;
  readonly campaign_id: number;
  /** Its last attempt: a mail becomes unknown once for each, and a resend needs another. */
  readonly attempt: number;
  readonly simulated: boolean;
}

interface ReleasedRow {
  campaign_id: number;
  simulated: boolean;
  cap_day: string | null;
  retry_count: number;
  /** True when this attempt or an earlier one may have been accepted. */
  maybe_sent: boolean;
}

/** Longest text that the columns take. */
const MESSAGE_LENGTH = 500;

/** A mail goes back to its own class of the queue when it certainly was not accepted. */
const OWN_PRIORITY = 'CASE WHEN follow_up THEN 1 ELSE 2 END';

/** The one writer of what becomes of an open mail. Failures are fenced by the lease's token; an acceptance is not. */
@Injectable()
export class SettlementRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
    private readonly alerts: Alerts,
    private readonly acceptances: AcceptanceRepository,
  ) {}

  /**
   * Carries out a settlement. Repeating it is safe.
   *
   * @returns false when the lease has passed to another holder, whose settlement counts
   */
  async settle(lease: Lease, settlement: Settlement, report: AttemptReport): Promise<boolean> {
    switch (settlement.kind) {
      case 'sent':
        await this.acceptances.record({
          lease,
          messageId: settlement.messageId,
          messageIdHeader: settlement.messageIdHeader ?? null,
        });
        return true;
      case 'failed':
      case 'dropped':
      case 'unknown':
        return this.settleFinal(lease, settlement, report);
      case 'retry':
        return this.settleRetry(lease, settlement, report);
      default:
        return assertNever(settlement);
    }
  }

  /** Nothing went over the wire: the attempt is undone, the place kept, and the mail is due after `delayMs`. */
  async handBack(lease: Lease, delayMs: number, reason: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query(
        `UPDATE cam_dispatch_queue
            SET lease_token = NULL, waits_for = 'provider', due_at = cam_now() + $3 * interval '1 millisecond',
                priority = CASE WHEN maybe_sent_attempt < $4 THEN 0 ELSE ${OWN_PRIORITY} END,
                maybe_sent_since = CASE WHEN maybe_sent_attempt < $4 THEN maybe_sent_since END,
                maybe_sent_attempt = CASE WHEN maybe_sent_attempt < $4 THEN maybe_sent_attempt END,
                maybe_sent_account = CASE WHEN maybe_sent_attempt < $4 THEN maybe_sent_account END
          WHERE outbound_email_id = $1 AND lease_token = $2
         RETURNING 1`,
        [lease.emailId, lease.token, delayMs, lease.attempt],
      );
      if (rows.length === 0) return false;
      await finishAttempt(tx, lease, { outcome: 'not_started', code: null, reason });
      return true;
    });
  }

  /**
   * Ends what may have been accepted and must not be repeated: its provider may have forgotten the key, it belongs to
   * another account, or it has outlived too many processes.
   *
   * @returns the mails that became UNKNOWN
   */
  async closeOut(owner: QueueOwner, limit: number): Promise<number[]> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<UnknownRow>(
        `WITH ended AS MATERIALIZED (
           SELECT outbound_email_id, maybe_sent_account <> $4 AS of_other_account,
                  maybe_sent_since <= cam_now() - $3 * interval '1 millisecond' AS forgotten
             FROM cam_dispatch_queue
            WHERE provider = $1 AND simulated = $2 AND priority = 0 AND due_at <= cam_now() AND NOT ${REPEATABLE}
            ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED
         ), closed AS (
           DELETE FROM cam_dispatch_queue AS q USING ended WHERE q.outbound_email_id = ended.outbound_email_id
           RETURNING q.outbound_email_id, q.retry_count, q.attempt, ended.of_other_account, ended.forgotten
         )
         UPDATE cam_outbound_emails AS o
            SET status = 'UNKNOWN', retry_count = closed.retry_count, updated_at = cam_now(),
                error_code = CASE WHEN forgotten THEN 'OUTCOME_UNKNOWN' WHEN of_other_account THEN 'ACCOUNT_CHANGED'
                                  ELSE 'LEASES_LOST' END,
                error_message = CASE
                  WHEN forgotten THEN 'The provider may have accepted it and can no longer be asked with the same key'
                  WHEN of_other_account THEN 'Another account may have accepted it, and only that one knows its key'
                  ELSE 'Too many processes have ended while they held it; one of them may have sent it' END
           FROM closed WHERE o.id = closed.outbound_email_id AND o.status = 'QUEUED'
         RETURNING o.id, o.campaign_id, closed.attempt, o.simulated`,
        [...ownerParameters(owner), limit],
      );
      await this.alertUnknown(tx, rows);
      return rows.map(({ id }) => id);
    });
  }

  /**
   * Keeps mails in that a stop forbids: dropped, or unknown when an earlier attempt may have been accepted. The caller
   * holds their queue rows locked, and no attempt is on the wire.
   */
  async stop(tx: Transaction, emails: readonly StoppedEmail[]): Promise<void> {
    if (emails.length === 0) return;
    const closed = await tx.query<ReleasedRow & UnknownRow>(
      `WITH stopped AS MATERIALIZED (
         SELECT * FROM unnest($1::integer[], $2::text[], $3::text[]) AS s (id, code, message)
       ), closed AS (
         DELETE FROM cam_dispatch_queue AS q USING stopped WHERE q.outbound_email_id = stopped.id
         RETURNING q.outbound_email_id, q.cap_day, q.retry_count, q.attempt, q.maybe_sent_since IS NOT NULL AS maybe_sent,
                   stopped.code, stopped.message
       )
       UPDATE cam_outbound_emails AS o
          SET status = CASE WHEN closed.maybe_sent THEN 'UNKNOWN' ELSE 'DROPPED' END, error_code = closed.code,
              error_message = closed.message, retry_count = closed.retry_count, updated_at = cam_now()
         FROM closed WHERE o.id = closed.outbound_email_id AND o.status = 'QUEUED'
       RETURNING o.id, o.campaign_id, o.simulated, closed.attempt, closed.cap_day::text AS cap_day, closed.retry_count,
                closed.maybe_sent`,
      [emails.map(({ id }) => id), emails.map(({ code }) => code), emails.map(({ message }) => message)],
    );
    await this.alertUnknown(
      tx,
      closed.filter((email) => email.maybe_sent),
    );
    for (const released of closed) await this.giveBack(tx, released);
  }

  private async settleFinal(
    lease: Lease,
    settlement: Extract<Settlement, { kind: 'failed' | 'dropped' | 'unknown' }>,
    report: AttemptReport,
  ): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [released] = await tx.query<ReleasedRow>(
        `DELETE FROM cam_dispatch_queue WHERE outbound_email_id = $1 AND lease_token = $2
         RETURNING campaign_id, simulated, cap_day::text AS cap_day, retry_count,
                   COALESCE(maybe_sent_attempt < $3, false) AS maybe_sent`,
        [lease.emailId, lease.token, lease.attempt],
      );
      if (released === undefined) return false;
      await tx.query(
        `UPDATE cam_outbound_emails
            SET status = $2, error_code = $3, error_message = $4, retry_count = $5, updated_at = cam_now()
          WHERE id = $1 AND status = 'QUEUED'`,
        [
          lease.emailId,
          settlement.kind.toUpperCase(),
          settlement.code,
          settlement.message.slice(0, MESSAGE_LENGTH),
          released.retry_count,
        ],
      );
      await finishAttempt(tx, lease, report);
      if (settlement.kind === 'unknown') {
        await this.alertUnknown(tx, [{ id: lease.emailId, attempt: lease.attempt, ...released }]);
      } else {
        await this.giveBack(tx, released);
      }
      return true;
    });
  }

  private async settleRetry(
    lease: Lease,
    settlement: Extract<Settlement, { kind: 'retry' }>,
    report: AttemptReport,
  ): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      // Attempts count from 1: no mail's doubt began with attempt 0.
      const refusedAttempt = settlement.definite ? lease.attempt : 0;
      const [released] = await tx.query<ReleasedRow>(
        `WITH held AS (
           SELECT outbound_email_id, cap_day FROM cam_dispatch_queue
            WHERE outbound_email_id = $1 AND lease_token = $2 FOR UPDATE
         )
         UPDATE cam_dispatch_queue AS q
            SET lease_token = NULL, waits_for = $3, due_at = cam_now() + $4 * interval '1 millisecond',
                retry_count = q.retry_count + $5,
                priority = CASE WHEN q.maybe_sent_attempt = $6 THEN ${OWN_PRIORITY} ELSE q.priority END,
                maybe_sent_since = CASE WHEN q.maybe_sent_attempt = $6 THEN NULL ELSE q.maybe_sent_since END,
                maybe_sent_attempt = CASE WHEN q.maybe_sent_attempt = $6 THEN NULL ELSE q.maybe_sent_attempt END,
                maybe_sent_account = CASE WHEN q.maybe_sent_attempt = $6 THEN NULL ELSE q.maybe_sent_account END,
                cap_day = CASE WHEN q.maybe_sent_attempt = $6 THEN NULL ELSE q.cap_day END
           FROM held WHERE q.outbound_email_id = held.outbound_email_id
         RETURNING q.campaign_id, q.simulated, held.cap_day::text AS cap_day, q.retry_count,
                   q.maybe_sent_attempt IS NOT NULL AS maybe_sent`,
        [
          lease.emailId,
          lease.token,
          settlement.waitsFor,
          settlement.delayMs,
          settlement.counts ? 1 : 0,
          refusedAttempt,
        ],
      );
      if (released === undefined) return false;
      await finishAttempt(tx, lease, report);
      await this.giveBack(tx, released);
      return true;
    });
  }

  /** One alert for all mails of a transaction. Nobody waits for a simulated one. */
  private async alertUnknown(tx: Transaction, emails: readonly UnknownRow[]): Promise<void> {
    const real = emails.filter(({ simulated }) => !simulated);
    const [first] = real;
    if (first === undefined) return;
    await this.alerts.raise(tx, {
      kind: 'emails.unknown',
      dedupeKey: `emails.unknown:${first.id}:${first.attempt}`,
      data: {
        email_ids: real.map(({ id }) => id),
        campaign_ids: [...new Set(real.map(({ campaign_id: id }) => id))],
      },
    });
  }

  /** Only a definite no gives places back: a mail that may have been accepted keeps its own for good. */
  private async giveBack(tx: Transaction, released: ReleasedRow): Promise<void> {
    if (released.maybe_sent || released.cap_day === null) return;
    await this.quota.giveBack(tx, {
      campaignId: released.campaign_id,
      day: released.cap_day,
      simulated: released.simulated,
    });
  }
}

async function finishAttempt(tx: Transaction, lease: Lease, report: AttemptReport): Promise<void> {
  await tx.query(
    `UPDATE cam_send_attempts SET finished_at = cam_now(), outcome = $3, code = $4, reason = $5
      WHERE outbound_email_id = $1 AND attempt = $2`,
    [
      lease.emailId,
      lease.attempt,
      report.outcome,
      report.code,
      report.reason?.slice(0, MESSAGE_LENGTH) ?? null,
    ],
  );
}
