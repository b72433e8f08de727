import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
import type { HoldCode, StopReason } from '../../sequences/enrolment-states.js';

/** Live enrolments whose next step has no mail yet, alike in what keeps it. */
export interface WaitingGroup {
  status: 'ACTIVE' | 'POSTPONED';
  hold_code: HoldCode | null;
  lead_status: LeadStatus;
  lead_time_zone: string | null;
  /** Its next step is not due yet. */
  is_early: boolean;
  leads: number;
  /** The earliest of them. */
  next_run_at: Date;
  /** The earliest of them; null: none before something changes. */
  look_at: Date | null;
  /** Of the leads, as many as were asked for. */
  addresses: string[];
}

/** Enrolments that ended for the same reason. */
export interface EndedGroup {
  status: 'STOPPED' | 'EXHAUSTED';
  stop_reason: StopReason | null;
  leads: number;
}

/** The enrolments of a campaign, counted. */
@Injectable()
export class EnrolmentGroupsReadModel {
  constructor(private readonly database: Database) {}

  /**
   * Those whose mail is made are told of by their mails.
   *
   * @param mostAddresses how many addresses are wanted, of all groups together
   */
  async countWaiting(campaignId: number, simulated: boolean, mostAddresses: number): Promise<WaitingGroup[]> {
    // The clock is a function: asked once, not for each row.
    return this.database.query<WaitingGroup>(
      `SELECT status, hold_code, lead_status, lead_time_zone, is_early, count(*)::integer AS leads,
              min(next_run_at) AS next_run_at, min(NULLIF(look_at, 'infinity')) AS look_at,
              COALESCE(json_agg(email) FILTER (WHERE ordinal <= $3), '[]') AS addresses
         FROM (
           SELECT e.status, e.hold_code, l.status AS lead_status, l.timezone AS lead_time_zone,
                  e.next_run_at > (SELECT cam_now()) AS is_early, e.next_run_at, e.look_at, l.email,
                  row_number() OVER () AS ordinal
             FROM cam_enrolments AS e
             JOIN cam_leads AS l ON l.id = e.lead_id
            WHERE e.campaign_id = $1 AND e.simulated = $2 AND e.status IN ('ACTIVE', 'POSTPONED')
              AND NOT EXISTS (SELECT FROM cam_outbound_emails AS o
                               WHERE o.enrolment_id = e.id AND o.sequence_number = e.next_step)) AS waiting
        GROUP BY 1, 2, 3, 4, 5`,
      [campaignId, simulated, mostAddresses],
    );
  }

  async countEnded(campaignId: number, simulated: boolean): Promise<EndedGroup[]> {
    return this.database.query<EndedGroup>(
      `SELECT status, stop_reason, count(*)::integer AS leads FROM cam_enrolments
        WHERE campaign_id = $1 AND simulated = $2 AND status IN ('STOPPED', 'EXHAUSTED')
        GROUP BY 1, 2`,
      [campaignId, simulated],
    );
  }

  /** Leads of the campaign who are not in its sequence. */
  async countOthers(campaignId: number, simulated: boolean): Promise<number> {
    // Whoever is enrolled belongs to the campaign, and is enrolled once.
    const [row] = await this.database.query<{ leads: number }>(
      `SELECT ((SELECT count(*) FROM cam_campaign_leads WHERE campaign_id = $1)
               - (SELECT count(*) FROM cam_enrolments WHERE campaign_id = $1 AND simulated = $2))::integer AS leads`,
      [campaignId, simulated],
    );
    return row?.leads ?? 0;
  }
}
