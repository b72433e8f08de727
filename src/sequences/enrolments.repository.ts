import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import type { LeadStatus } from '../leads/lead.entity.js';
import { type FinalStop, MAIL_STOPS } from './enrolment-states.js';

/** An enrolment that may be postponed, with the time zones that tell her days. */
export interface PostponableEnrolment {
  readonly id: number;
  readonly postponements: number;
  readonly lead_time_zone: string | null;
  readonly campaign_time_zone: string | null;
}

/** A lead of the campaign that was to be enrolled. */
export interface EnrolledRow {
  readonly lead_id: number;
  readonly status: LeadStatus;
  readonly enrolled: boolean;
}

/** Not ended, or ended by what became of a mail: a stop of hers is for good. */
const MAY_STOP = `(status IN ('ACTIVE', 'POSTPONED') OR stop_reason IN ('FAILED', 'DROPPED', 'UNKNOWN'))`;

/** Statuses of leads that get no mail. */
const MAIL_STOPPED: readonly LeadStatus[] = ['SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED'];

const STOP = `status = 'STOPPED', stop_reason = $2, stop_evidence = $3, next_run_at = NULL, look_at = NULL,
              hold_code = NULL, version = version + 1, updated_at = cam_now()`;

/** Leads that one statement enrols: a campaign may have more than one has the time for. */
const MOST_TOGETHER = 10_000;

/** What happens to the enrolments of one lead. Each call takes the lead's row lock first: there it meets the claim. */
@Injectable()
export class EnrolmentsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Enrols those of the leads that belong to the campaign, may get mail and are not enrolled yet; its first step is due
   * after its delay. When it fails, some of them may be enrolled already.
   *
   * @param leadIds null: every lead of the campaign
   * @returns one row for each lead of the campaign that was asked for
   */
  async enrol(
    campaignId: number,
    leadIds: readonly number[] | null,
    simulated: boolean,
  ): Promise<EnrolledRow[]> {
    const rows: EnrolledRow[] = [];
    for (let page = MOST_TOGETHER; page === MOST_TOGETHER;) {
      const more = await this.enrolPage(campaignId, leadIds, simulated, rows.at(-1)?.lead_id ?? 0);
      page = more.length;
      for (const row of more) rows.push(row);
    }
    return rows;
  }

  private async enrolPage(
    campaignId: number,
    leadIds: readonly number[] | null,
    simulated: boolean,
    afterLeadId: number,
  ): Promise<EnrolledRow[]> {
    return this.database.query<EnrolledRow>(
      `WITH wanted AS MATERIALIZED (
         SELECT m.lead_id, l.status FROM cam_campaign_leads AS m JOIN cam_leads AS l ON l.id = m.lead_id
          WHERE m.campaign_id = $1 AND ($2::integer[] IS NULL OR m.lead_id = ANY($2)) AND m.lead_id > $5
          ORDER BY m.lead_id LIMIT ${MOST_TOGETHER}
       ), enrolled AS (
         INSERT INTO cam_enrolments (campaign_id, lead_id, simulated)
         SELECT $1, lead_id, $3 FROM wanted
          WHERE status <> ALL($4)
            AND NOT EXISTS (SELECT FROM cam_enrolments AS e
                             WHERE e.campaign_id = $1 AND e.lead_id = wanted.lead_id AND e.simulated = $3)
          ORDER BY lead_id
         ON CONFLICT (campaign_id, lead_id, simulated) DO NOTHING
         RETURNING lead_id
       )
       SELECT wanted.lead_id, wanted.status, enrolled.lead_id IS NOT NULL AS enrolled
         FROM wanted LEFT JOIN enrolled USING (lead_id) ORDER BY wanted.lead_id`,
      [campaignId, leadIds, simulated, MAIL_STOPPED, afterLeadId],
    );
  }

  async stopAll(tx: Transaction, leadId: number, reason: FinalStop, evidence: string): Promise<void> {
    await lockLead(tx, leadId);
    await tx.query(`UPDATE cam_enrolments SET ${STOP} WHERE lead_id = $1 AND ${MAY_STOP}`, [
      leadId,
      reason,
      evidence,
    ]);
  }

  /** Like {@link stopAll} for all but the one of this campaign, whose next step goes as soon as its window is open. */
  async stopOthers(
    tx: Transaction,
    leadId: number,
    campaignId: number,
    reason: FinalStop,
    evidence: string,
  ): Promise<void> {
    await lockLead(tx, leadId);
    await tx.query(
      `UPDATE cam_enrolments AS e
          SET status = CASE WHEN goes_on THEN 'ACTIVE' ELSE 'STOPPED' END,
              stop_reason = CASE WHEN NOT goes_on THEN $3 END, stop_evidence = CASE WHEN NOT goes_on THEN $4 END,
              next_run_at = CASE WHEN goes_on THEN LEAST(next_run_at, cam_now()) END,
              look_at = CASE WHEN goes_on THEN cam_now() END,
              hurried_at = CASE WHEN goes_on THEN cam_now() ELSE hurried_at END,
              hurried_by = CASE WHEN goes_on THEN $4 ELSE hurried_by END,
              postponed_until = CASE WHEN goes_on THEN NULL ELSE postponed_until END,
              hold_code = NULL, version = version + 1, updated_at = cam_now()
         FROM (SELECT e.id AS mine, e.campaign_id = $2 AND e.status IN ('ACTIVE', 'POSTPONED')
                      AND s.on_positive = 'next_step' AS goes_on
                 FROM cam_enrolments AS e JOIN cam_sequences AS s USING (campaign_id)
                WHERE e.lead_id = $1) AS way
        WHERE e.id = mine AND ${MAY_STOP}`,
      [leadId, campaignId, reason, evidence],
    );
  }

  /** Has the enrolments that this evidence hurried wait for their delays again. */
  async slowDown(tx: Transaction, leadIds: readonly number[], evidence: string): Promise<void> {
    await tx.query(
      `UPDATE cam_enrolments
          SET hurried_at = NULL, hurried_by = NULL, version = version + 1, updated_at = cam_now(),
              look_at = CASE WHEN status IN ('ACTIVE', 'POSTPONED') THEN cam_now() ELSE look_at END
        WHERE lead_id = ANY($1) AND hurried_by = $2`,
      [leadIds, evidence],
    );
  }

  /** Those that go on one day: also when they wait for what becomes of a mail. */
  async lockPostponable(tx: Transaction, leadId: number): Promise<PostponableEnrolment[]> {
    await lockLead(tx, leadId);
    return tx.query<PostponableEnrolment>(
      `SELECT e.id, e.postponements, l.timezone AS lead_time_zone, c.timezone AS campaign_time_zone
         FROM cam_enrolments AS e
         JOIN cam_leads AS l ON l.id = e.lead_id
         JOIN cam_campaigns AS c ON c.id = e.campaign_id
        WHERE e.lead_id = $1 AND (e.status IN ('ACTIVE', 'POSTPONED') OR e.stop_reason = ANY($2))
        ORDER BY e.id FOR UPDATE OF e`,
      [leadId, MAIL_STOPS],
    );
  }

  async stop(tx: Transaction, id: number, reason: FinalStop, evidence: string): Promise<void> {
    await tx.query(`UPDATE cam_enrolments SET ${STOP} WHERE id = $1 AND ${MAY_STOP}`, [id, reason, evidence]);
  }

  /** No step before `until`, nor before it was due anyway. */
  async postpone(tx: Transaction, id: number, until: Date): Promise<void> {
    await tx.query(
      `UPDATE cam_enrolments
          SET status = CASE status WHEN 'STOPPED' THEN status ELSE 'POSTPONED' END,
              next_run_at = CASE status WHEN 'STOPPED' THEN NULL ELSE GREATEST(next_run_at, $2) END,
              look_at = CASE status WHEN 'STOPPED' THEN look_at ELSE GREATEST(next_run_at, $2) END,
              postponed_until = GREATEST(postponed_until, $2), postponements = postponements + 1, hold_code = NULL,
              version = version + 1, updated_at = cam_now()
        WHERE id = $1`,
      [id, until],
    );
  }
}

/** The claim and whoever makes mail hold it in share: neither is under way any more, and the next one sees the change. */
async function lockLead(tx: Transaction, leadId: number): Promise<void> {
  await tx.query('SELECT FROM cam_leads WHERE id = $1 FOR NO KEY UPDATE', [leadId]);
}
