import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
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
  lead_status: LeadStatus;
  emails: number;
  /** The earliest; null: none before something changes. */
  due_at: Date | null;
  /** Of the recipients, as many as were asked for. */
  addresses: string[];
}

/** The open mails of a campaign, counted. */
@Injectable()
export class CampaignQueueReadModel {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
  ) {}

  /** @param mostAddresses how many addresses are wanted, of all groups together */
  async count(campaignId: number, owner: QueueOwner, mostAddresses: number): Promise<QueueGroup[]> {
    return this.database.query<QueueGroup>(
      `SELECT ours, repeatable, leased, waits_for, holds_place, is_due, lead_status,
              count(*)::integer AS emails, NULLIF(min(due_at), 'infinity') AS due_at,
              COALESCE(json_agg(to_email) FILTER (WHERE ordinal <= $7), '[]') AS addresses
         FROM (
           SELECT q.provider = $1 AND q.simulated = $2 AS ours, ${REPEATABLE} AS repeatable,
                  q.lease_token IS NOT NULL AS leased, q.waits_for,
                  ${holdsPlace('q.maybe_sent_since IS NOT NULL', 'q.cap_day', '$6')} AS holds_place,
                  q.due_at <= (SELECT cam_now()) AS is_due, q.due_at, l.status AS lead_status, o.to_email,
                  row_number() OVER () AS ordinal
             FROM cam_dispatch_queue AS q
             JOIN cam_outbound_emails AS o ON o.id = q.outbound_email_id
             JOIN cam_leads AS l ON l.id = o.lead_id
            WHERE q.campaign_id = $5) AS open
        GROUP BY 1, 2, 3, 4, 5, 6, 7`,
      [...ownerParameters(owner), campaignId, this.quota.timeZone, mostAddresses],
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
