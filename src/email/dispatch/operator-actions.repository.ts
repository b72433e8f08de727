import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { QuotaRepository } from '../caps/quota.repository.js';

/** What a person does to one mail. */
@Injectable()
export class OperatorActionsRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
  ) {}

  /**
   * Drops an open mail that certainly never left, and returns its places.
   *
   * @returns false when it is settled, on the wire, or may have been accepted already
   */
  async cancel(id: number): Promise<boolean> {
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
      if (open.cap_day !== null) {
        const { campaign_id: campaignId, simulated, cap_day: day } = open;
        await this.quota.giveBack(tx, { campaignId, simulated, day });
      }
      return true;
    });
  }

  /**
   * Queues a FAILED or DROPPED mail again, as it was frozen, under a new send key: its earlier attempts were certainly
   * not accepted. Stops, pause and caps are met again on its way.
   *
   * @returns false when it has another status
   */
  async retry(id: number): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [email] = await tx.query<{ campaign_id: number; provider: string; simulated: boolean }>(
        `UPDATE cam_outbound_emails
            SET status = 'QUEUED', error_code = NULL, error_message = NULL, retry_count = 0, send_key = $2,
                updated_at = cam_now()
          WHERE id = $1 AND status IN ('FAILED', 'DROPPED') AND sent_at IS NULL
         RETURNING campaign_id, provider, simulated`,
        [id, randomUUID()],
      );
      if (email === undefined) return false;
      await tx.query(
        `INSERT INTO cam_dispatch_queue (outbound_email_id, campaign_id, provider, simulated, due_at, attempt)
         SELECT $1, $2, $3, $4, cam_now(), COALESCE(max(attempt), 0)
           FROM cam_send_attempts WHERE outbound_email_id = $1`,
        [id, email.campaign_id, email.provider, email.simulated],
      );
      return true;
    });
  }
}
