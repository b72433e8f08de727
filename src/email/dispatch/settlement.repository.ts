import { Injectable } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { Database, type Transaction } from '../../database/database.js';
import { violatedConstraint } from '../../database/database-error.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import type { AttemptOutcome } from '../entities/send-attempt.entity.js';
import type { QueueOwner } from './dispatch-queue.repository.js';
import type { Lease } from './lease.js';
import type { Settlement } from './settlement.js';

/** What the provider answered, for the record of the attempt; addresses are stripped before it comes here. */
export interface AttemptReport {
  readonly outcome: AttemptOutcome;
  readonly code: string | null;
  readonly reason: string | null;
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

/** The one writer of what becomes of an open mail. Failures are fenced by the lease's token; an acceptance is not. */
@Injectable()
export class SettlementRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
  ) {}

  /**
   * Carries out a settlement. Repeating it is safe.
   *
   * @returns false when the lease has passed to another holder, whose settlement counts
   */
  async settle(lease: Lease, settlement: Settlement, report: AttemptReport): Promise<boolean> {
    switch (settlement.kind) {
      case 'sent':
        await this.settleAccepted(lease, settlement.messageId);
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
                maybe_sent_since = CASE WHEN maybe_sent_attempt < $4 THEN maybe_sent_since END,
                maybe_sent_attempt = CASE WHEN maybe_sent_attempt < $4 THEN maybe_sent_attempt END
          WHERE outbound_email_id = $1 AND lease_token = $2
         RETURNING 1`,
        [lease.emailId, lease.token, delayMs, lease.attempt],
      );
      if (rows.length === 0) return false;
      await finishAttempt(tx, lease, { outcome: 'not_started', code: null, reason }, null);
      return true;
    });
  }

  /**
   * Ends what may have been accepted and can no longer be repeated safely: the provider may have forgotten its key.
   *
   * @returns the mails that became UNKNOWN
   */
  async closeOut(owner: QueueOwner, limit: number): Promise<number[]> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<{ id: number }>(
        `WITH expired AS MATERIALIZED (
           SELECT outbound_email_id FROM cam_dispatch_queue
            WHERE provider = $1 AND simulated = $2 AND due_at <= cam_now()
              AND maybe_sent_since <= cam_now() - $3 * interval '1 millisecond'
            ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED
         ), closed AS (
           DELETE FROM cam_dispatch_queue AS q USING expired WHERE q.outbound_email_id = expired.outbound_email_id
           RETURNING q.outbound_email_id, q.retry_count
         )
         UPDATE cam_outbound_emails AS o
            SET status = 'UNKNOWN', error_code = 'OUTCOME_UNKNOWN', retry_count = closed.retry_count,
                error_message = 'The provider may have accepted it and can no longer be asked with the same key',
                updated_at = cam_now()
           FROM closed WHERE o.id = closed.outbound_email_id AND o.status = 'QUEUED'
         RETURNING o.id`,
        [owner.provider, owner.simulated, owner.dedupeWindowMs, limit],
      );
      return rows.map(({ id }) => id);
    });
  }

  private async settleAccepted(lease: Lease, messageId: string): Promise<void> {
    try {
      await this.recordAcceptance(lease, messageId, false);
    } catch (error) {
      if (violatedConstraint(error) !== 'uq_outbound_emails_provider_message_id') throw error;
      // A provider that names two mails alike must not make us send one of them again.
      await this.recordAcceptance(lease, messageId, true);
    }
  }

  private async recordAcceptance(lease: Lease, messageId: string, idIsTaken: boolean): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [closed] = await tx.query<{ retry_count: number }>(
        'DELETE FROM cam_dispatch_queue WHERE outbound_email_id = $1 RETURNING retry_count',
        [lease.emailId],
      );
      const [email] = await tx.query<{ lead_id: number; simulated: boolean }>(
        `UPDATE cam_outbound_emails
            SET status = 'SENT', sent_at = COALESCE(sent_at, cam_now()), error_code = NULL, error_message = NULL,
                provider_message_id = CASE WHEN $3 THEN NULL ELSE $2 END,
                email_metadata = CASE WHEN $3
                  THEN email_metadata || jsonb_build_object('repeated_provider_message_id', $2::text)
                  ELSE email_metadata END,
                retry_count = COALESCE($4, retry_count), updated_at = cam_now()
          WHERE id = $1 AND status NOT IN ('SENT', 'BOUNCED')
         RETURNING lead_id, simulated`,
        [lease.emailId, messageId, idIsTaken, closed?.retry_count ?? null],
      );
      await finishAttempt(tx, lease, { outcome: 'accepted', code: null, reason: null }, messageId);
      if (email === undefined || email.simulated) return;
      await tx.query(
        `UPDATE cam_leads
            SET last_contacted_at = GREATEST(last_contacted_at, cam_now()), updated_at = cam_now(),
                status = CASE WHEN status = 'NEW' THEN 'CONTACTED' ELSE status END
          WHERE id = $1`,
        [email.lead_id],
      );
    });
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
      await finishAttempt(tx, lease, report, null);
      if (settlement.kind !== 'unknown') await this.giveBack(tx, released);
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
                maybe_sent_since = CASE WHEN q.maybe_sent_attempt = $6 THEN NULL ELSE q.maybe_sent_since END,
                maybe_sent_attempt = CASE WHEN q.maybe_sent_attempt = $6 THEN NULL ELSE q.maybe_sent_attempt END,
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
      await finishAttempt(tx, lease, report, null);
      await this.giveBack(tx, released);
      return true;
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

async function finishAttempt(
  tx: Transaction,
  lease: Lease,
  report: AttemptReport,
  messageId: string | null,
): Promise<void> {
  await tx.query(
    `UPDATE cam_send_attempts
        SET finished_at = cam_now(), outcome = $3, code = $4, reason = $5, provider_message_id = $6
      WHERE outbound_email_id = $1 AND attempt = $2`,
    [
      lease.emailId,
      lease.attempt,
      report.outcome,
      report.code,
      report.reason?.slice(0, MESSAGE_LENGTH) ?? null,
      messageId,
    ],
  );
}
