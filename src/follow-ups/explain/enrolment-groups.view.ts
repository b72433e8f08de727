import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
import type { EnrolmentStatus, HoldCode, StopReason } from '../../sequences/enrolment-states.js';

/** Enrolments of a campaign that are alike in what keeps them. */
export interface EnrolmentGroup {
  status: EnrolmentStatus;
  stop_reason: StopReason | null;
  hold_code: HoldCode | null;
  lead_status: LeadStatus;
  lead_time_zone: string | null;
  /** Its next step is not due yet. */
  is_early: boolean;
  /** The mail of its step is open. */
  has_mail: boolean;
  leads: number;
  /** The earliest of them; null: none. */
  next_run_at: Date | null;
  look_at: Date | null;
}

/** The enrolments of a campaign, counted. */
@Injectable()
export class EnrolmentGroupsReadModel {
  constructor(private readonly database: Database) {}

  async count(campaignId: number, simulated: boolean): Promise<EnrolmentGroup[]> {
    return this.database.query<EnrolmentGroup>(
      `WITH mailed AS MATERIALIZED (
         SELECT DISTINCT o.enrolment_id AS id
           FROM cam_dispatch_queue AS q JOIN cam_outbound_emails AS o ON o.id = q.outbound_email_id
          WHERE q.campaign_id = $1 AND o.enrolment_id IS NOT NULL
       )
       SELECT e.status, e.stop_reason, e.hold_code, l.status AS lead_status, l.timezone AS lead_time_zone,
              COALESCE(e.next_run_at > cam_now(), false) AS is_early, m.id IS NOT NULL AS has_mail,
              count(*)::integer AS leads, min(e.next_run_at) AS next_run_at,
              min(NULLIF(e.look_at, 'infinity')) AS look_at
         FROM cam_enrolments AS e
         JOIN cam_leads AS l ON l.id = e.lead_id
         LEFT JOIN mailed AS m ON m.id = e.id
        WHERE e.campaign_id = $1 AND e.simulated = $2
        GROUP BY 1, 2, 3, 4, 5, 6, 7`,
      [campaignId, simulated],
    );
  }

  /** Leads of the campaign who are not in its sequence. */
  async countOthers(campaignId: number, simulated: boolean): Promise<number> {
    const [row] = await this.database.query<{ leads: number }>(
      `SELECT count(*)::integer AS leads FROM cam_campaign_leads AS m
        WHERE m.campaign_id = $1
          AND NOT EXISTS (SELECT FROM cam_enrolments AS e
                           WHERE e.campaign_id = m.campaign_id AND e.lead_id = m.lead_id AND e.simulated = $2)`,
      [campaignId, simulated],
    );
    return row?.leads ?? 0;
  }
}
