import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { holdsPlace, ownerParameters, type QueueOwner, REPEATABLE } from '../dispatch/queue-owner.js';
import type { WaitsFor } from '../entities/dispatch-queue-row.entity.js';

/** Open mails of a campaign that are alike in what keeps them. */
export interface QueueGroup {
  ours: boolean;
  repeatable: boolean;
  leased: boolean;
  waits_for: WaitsFor | null;
  holds_place: boolean;
  is_due: boolean;
  emails: number;
  /** The earliest; null: none before something changes. */
  due_at: Date | null;
}

/** The open mails of a campaign, counted. */
@Injectable()
export class CampaignQueueReadModel {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
  ) {}

  async count(campaignId: number, owner: QueueOwner): Promise<QueueGroup[]> {
    return this.database.query<QueueGroup>(
      `SELECT provider = $1 AND simulated = $2 AS ours, ${REPEATABLE} AS repeatable,
              lease_token IS NOT NULL AS leased, waits_for,
              ${holdsPlace('maybe_sent_since IS NOT NULL', 'cap_day', '$6')} AS holds_place,
              due_at <= (SELECT cam_now()) AS is_due, count(*)::integer AS emails,
              NULLIF(min(due_at), 'infinity') AS due_at
         FROM cam_dispatch_queue WHERE campaign_id = $5
        GROUP BY 1, 2, 3, 4, 5, 6`,
      [...ownerParameters(owner), campaignId, this.quota.timeZone],
    );
  }

  /** Mails whose fate nobody knows. */
  async countUnknown(campaignId: number, owner: QueueOwner): Promise<number> {
    const [row] = await this.database.query<{ emails: number }>(
      `SELECT count(*)::integer AS emails FROM cam_outbound_emails
        WHERE campaign_id = $1 AND status = 'UNKNOWN' AND simulated = $2`,
      [campaignId, owner.simulated],
    );
    return row?.emails ?? 0;
  }
}
