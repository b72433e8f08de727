import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { Database, type Transaction } from '../../database/database.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import type { OperatorActionKind } from '../entities/operator-action.entity.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';

/** What a person knows of a mail whose outcome nobody else knows. */
export const RESOLUTIONS = ['sent', 'not_sent', 'resend'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

interface EmailRow {
  status: StoredStatus;
  campaign_id: number;
  lead_id: number;
  provider: string;
  simulated: boolean;
  follow_up: boolean;
}

/** What a person does to one mail: each deed leaves a row of `cam_operator_actions` in the transaction that does it. */
@Injectable()
export class OperatorActionsRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
  ) {}

  /**
   * Drops an open mail that certainly never left, and returns its places.
   *
   * @param actor name of the person's API key; empty when the process has none
   * @returns false when it is settled, on the wire, or may have been accepted already
   */
  async cancel(id: number, actor: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [open] = await tx.query<{ campaign_id: number; simulated: boolean; cap_day: string | null }>(
        `DELETE FROM cam_dispatch_queue
          WHERE outbound_email_id = $1 AND lease_token IS NULL AND maybe_sent_since IS NULL
         RETURNING campaign_id, simulated, cap_day::text AS cap_day`,
        [id],
      );
      if (open === undefined) return false;
      await tx.query(
        `UPDATE cam_outbound_emails
            SET status = 'DROPPED', error_code = 'CANCELLED', error_message = 'A person cancelled it',
                updated_at = cam_now()
          WHERE id = $1`,
        [id],
      );
      await record(tx, id, { action: 'cancel', fromStatus: 'QUEUED', actor, reason: null });
      if (open.cap_day !== null) {
        const { campaign_id: campaignId, simulated, cap_day: day } = open;
        await this.quota.giveBack(tx, { campaignId, simulated, day });
      }
      return true;
    });
  }

  /**
   * Queues a FAILED or DROPPED mail again, as it was frozen, under a new send key: its earlier attempts were certainly
   * not accepted, or a person said so. Stops, pause and caps are met again on its way.
   *
   * @param actor as of {@link cancel}
   * @returns false when it has another status
   */
  async retry(id: number, actor: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const email = await lock(tx, id, ['FAILED', 'DROPPED']);
      if (email === null) return false;
      await requeue(tx, id, email);
      await record(tx, id, { action: 'retry', fromStatus: email.status, actor, reason: null });
      return true;
    });
  }

  /**
   * Settles an UNKNOWN mail by a person's word: as sent when its last attempt began, as never sent, or by sending it
   * again under a new send key. Whichever it is, the mail keeps the place that it holds under the daily caps: only a
   * provider's definite no returns it. A resend needs another one.
   *
   * @param actor as of {@link cancel}
   * @param reason what the person knows it from; 1 to 500 characters
   * @returns false when it is not UNKNOWN, or not any more
   */
  async resolve(id: number, as: Resolution, actor: string, reason: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const email = await lock(tx, id, ['UNKNOWN']);
      if (email === null) return false;
      await carryOut(tx, id, as, email);
      await record(tx, id, { action: `resolve_${as}`, fromStatus: email.status, actor, reason });
      return true;
    });
  }
}

/** The row of a mail that is settled like this. It has no row in the queue, and gets none while it is locked. */
async function lock(
  tx: Transaction,
  id: number,
  statuses: readonly StoredStatus[],
): Promise<EmailRow | null> {
  const [email] = await tx.query<EmailRow>(
    `SELECT status, campaign_id, lead_id, provider, simulated,
            sequence_number > 1 OR (campaign_sequence_id IS NOT NULL AND enrolment_id IS NULL) AS follow_up
       FROM cam_outbound_emails WHERE id = $1 AND status = ANY($2) AND sent_at IS NULL
        FOR UPDATE`,
    [id, statuses],
  );
  return email ?? null;
}

async function carryOut(tx: Transaction, id: number, as: Resolution, email: EmailRow): Promise<void> {
  switch (as) {
    case 'sent':
      return markSent(tx, id, email);
    case 'not_sent':
      await tx.query(
        `UPDATE cam_outbound_emails
            SET status = 'FAILED', error_code = 'RESOLVED_NOT_SENT',
                error_message = 'A person knows that it was not sent', updated_at = cam_now()
          WHERE id = $1`,
        [id],
      );
      return;
    case 'resend':
      return requeue(tx, id, email);
    default:
      return assertNever(as);
  }
}

async function markSent(tx: Transaction, id: number, email: EmailRow): Promise<void> {
  const [sent] = await tx.query<{ sent_at: Date }>(
    `UPDATE cam_outbound_emails
        SET status = 'SENT', error_code = NULL, error_message = NULL, updated_at = cam_now(),
            sent_at = COALESCE(
              (SELECT max(started_at) FROM cam_send_attempts
                WHERE outbound_email_id = $1 AND (outcome IS NULL OR outcome IN ('ambiguous', 'conflicting'))),
              queued_at)
      WHERE id = $1
     RETURNING sent_at`,
    [id],
  );
  if (email.simulated) return;
  await tx.query(
    `UPDATE cam_leads
        SET last_contacted_at = GREATEST(last_contacted_at, $2), updated_at = cam_now(),
            status = CASE WHEN status = 'NEW' THEN 'CONTACTED' ELSE status END
      WHERE id = $1`,
    [email.lead_id, sent?.sent_at],
  );
}

async function requeue(tx: Transaction, id: number, email: EmailRow): Promise<void> {
  await tx.query(
    `UPDATE cam_outbound_emails
        SET status = 'QUEUED', error_code = NULL, error_message = NULL, retry_count = 0, send_key = $2,
            updated_at = cam_now()
      WHERE id = $1`,
    [id, randomUUID()],
  );
  await tx.query(
    `INSERT INTO cam_dispatch_queue (outbound_email_id, campaign_id, provider, simulated, follow_up, priority, due_at, attempt)
     SELECT $1, $2, $3, $4, $5, CASE WHEN $5 THEN 1 ELSE 2 END, cam_now(), COALESCE(max(attempt), 0)
       FROM cam_send_attempts WHERE outbound_email_id = $1`,
    [id, email.campaign_id, email.provider, email.simulated, email.follow_up],
  );
}

interface Deed {
  readonly action: OperatorActionKind;
  readonly fromStatus: StoredStatus;
  readonly actor: string;
  readonly reason: string | null;
}

async function record(tx: Transaction, id: number, deed: Deed): Promise<void> {
  await tx.query(
    `INSERT INTO cam_operator_actions (outbound_email_id, action, from_status, actor, reason)
     VALUES ($1, $2, $3, $4, $5)`,
    [id, deed.action, deed.fromStatus, deed.actor, deed.reason],
  );
}
