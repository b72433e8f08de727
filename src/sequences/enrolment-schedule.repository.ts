import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { EnrolmentStatus, HoldCode, StopReason } from './enrolment-states.js';

/** An enrolment that was due to be looked at, leased to this process. */
export interface DueRow {
  id: number;
  campaign_id: number;
  lead_id: number;
  status: EnrolmentStatus;
  stop_reason: StopReason | null;
  stop_evidence: string | null;
  /** Null once all steps were sent. */
  next_step: number | null;
  next_run_at: Date | null;
  hold_code: HoldCode | null;
  postponed_until: Date | null;
  hurried_at: Date | null;
  version: number;
  created_at: Date;
  lead_time_zone: string | null;
  campaign_time_zone: string | null;
  campaign_paused: boolean;
  now: Date;
}

/** An enrolment as it is, for who asks about it. */
export interface LookedAtRow extends DueRow {
  /** When the service looks at it again; null: never, or when a pause ends. */
  look_at: Date | null;
  /** False: it has ended for good, or until a mail of it changes. */
  is_looked_at: boolean;
}

/** What an enrolment is from now on. */
export interface NewState {
  readonly id: number;
  /** Of the state that this one follows. */
  readonly version: number;
  readonly status: EnrolmentStatus;
  readonly stop_reason: StopReason | null;
  readonly stop_evidence: string | null;
  readonly next_step: number | null;
  readonly next_run_at: Date | null;
  readonly look_at: Date | 'infinity' | null;
  readonly hold_code: HoldCode | null;
}

const COLUMNS = `
  e.id, e.campaign_id, e.lead_id, e.status, e.stop_reason, e.stop_evidence, e.next_step, e.next_run_at, e.hold_code,
  e.postponed_until, e.hurried_at, e.version, e.created_at, l.timezone AS lead_time_zone,
  c.timezone AS campaign_time_zone, c.status <> 'ACTIVE' AS campaign_paused, cam_now() AS now`;

/** A process that looked and died leaves its enrolments for the next one, after so many seconds. */
const LEASE_SECONDS = 60;

/** Rows released by one call; the rest follows with the next. */
const RELEASE_LIMIT = 5_000;

/** Which enrolments to look at, and what they became. */
@Injectable()
export class EnrolmentScheduleRepository {
  constructor(private readonly database: Database) {}

  /** Leases those that are due to be looked at, the longest waiting first. No two processes get the same one. */
  async lease(simulated: boolean, limit: number): Promise<DueRow[]> {
    return this.database.query<DueRow>(
      `WITH due AS MATERIALIZED (
         SELECT id FROM cam_enrolments WHERE simulated = $1 AND look_at <= cam_now()
          ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED
       ), leased AS (
         UPDATE cam_enrolments AS e SET look_at = cam_now() + $3 * interval '1 second'
           FROM due WHERE e.id = due.id
         RETURNING e.*
       )
       SELECT ${COLUMNS}
         FROM leased AS e
         JOIN cam_leads AS l ON l.id = e.lead_id
         JOIN cam_campaigns AS c ON c.id = e.campaign_id
        ORDER BY e.id`,
      [simulated, limit, LEASE_SECONDS],
    );
  }

  /** The enrolments of a lead, by campaign. What leases them is left alone. */
  async findOfLead(leadId: number, simulated: boolean): Promise<LookedAtRow[]> {
    return this.database.query<LookedAtRow>(
      `SELECT ${COLUMNS}, NULLIF(e.look_at, 'infinity') AS look_at, e.look_at IS NOT NULL AS is_looked_at
         FROM cam_enrolments AS e
         JOIN cam_leads AS l ON l.id = e.lead_id
         JOIN cam_campaigns AS c ON c.id = e.campaign_id
        WHERE e.lead_id = $1 AND e.simulated = $2
        ORDER BY e.campaign_id`,
      [leadId, simulated],
    );
  }

  /** Moves those that are still as they were when they were leased; a stop that came meanwhile stays. */
  async save(states: readonly NewState[]): Promise<void> {
    if (states.length === 0) return;
    await this.database.transaction((tx) =>
      tx.query(
        `WITH moved AS MATERIALIZED (
           SELECT s.* FROM jsonb_to_recordset($1::jsonb) AS s (
             id integer, version integer, status text, stop_reason text, stop_evidence text, next_step integer,
             next_run_at timestamptz, look_at timestamptz, hold_code text)
             JOIN cam_enrolments AS e ON e.id = s.id AND e.version = s.version
            ORDER BY s.id FOR UPDATE OF e
         )
         UPDATE cam_enrolments AS e
            SET status = m.status, stop_reason = m.stop_reason, stop_evidence = m.stop_evidence,
                next_step = m.next_step, next_run_at = m.next_run_at, look_at = m.look_at, hold_code = m.hold_code,
                version = e.version + 1, updated_at = cam_now()
           FROM moved AS m WHERE e.id = m.id`,
        [JSON.stringify(states)],
      ),
    );
  }

  /** Has those looked at that waited for the end of a pause which is over. */
  async releasePaused(simulated: boolean): Promise<void> {
    await this.database.query(
      `UPDATE cam_enrolments SET look_at = cam_now(), hold_code = NULL
        WHERE id IN (
          SELECT e.id FROM cam_campaigns AS c
            JOIN cam_enrolments AS e ON e.campaign_id = c.id AND e.hold_code = 'PAUSED'
           WHERE c.status = 'ACTIVE' AND e.simulated = $1
           LIMIT $2
             FOR UPDATE OF e SKIP LOCKED)`,
      [simulated, RELEASE_LIMIT],
    );
  }
}
