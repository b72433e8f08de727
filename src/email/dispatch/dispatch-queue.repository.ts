import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
import type { Gate } from '../../sequences/gate-policy.js';
import { IN_FORCE, suppressionTargets } from '../../suppressions/suppression-targets.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { StepsRepository } from '../steps/steps.repository.js';
import type { Lease } from './lease.js';
import { ownerParameters, type QueueOwner, REPEATABLE } from './queue-owner.js';
import type { SequenceFacts } from './recipient-policy.js';

/** What may hold a leased mail back. */
export interface Hold {
  readonly paused: boolean;
  readonly leadStatus: LeadStatus;
  readonly suppressed: boolean;
  readonly sequence: SequenceFacts;
}

interface HoldRow {
  paused: boolean;
  leadStatus: LeadStatus;
  suppressed: boolean;
  last_replied_at: Date | null;
  queued_at: Date;
  follow_up: boolean;
  enrolment_id: number | null;
  sequence_number: number;
}

/** Rows released by one call; the rest follows with the next. */
const RELEASE_LIMIT = 1_000;

/** The queue of open mails: what is due, who may go on, who waits for what. */
@Injectable()
export class DispatchQueueRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
    private readonly steps: StepsRepository,
  ) {}

  /** True when a claim would find something. */
  async hasDue(owner: QueueOwner): Promise<boolean> {
    const [row] = await this.database.query<{ due: boolean }>(
      `SELECT EXISTS (
         SELECT FROM (VALUES (0), (1), (2)) AS class (priority) CROSS JOIN LATERAL (
           SELECT FROM cam_dispatch_queue
            WHERE provider = $1 AND simulated = $2 AND priority = class.priority AND due_at <= cam_now()
              AND ${REPEATABLE}
            LIMIT 1) AS q) AS due`,
      ownerParameters(owner),
    );
    return row?.due ?? false;
  }

  /**
   * Meets the stops once more, on the rows' locks, for a mail that had to wait since it was leased.
   *
   * @returns what holds it back now; null: nothing, or the lease has passed to another holder, whose look counts
   */
  async findHold(lease: Lease, address: string): Promise<Hold | null> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<HoldRow>(
        `SELECT c.status <> 'ACTIVE' AS paused, l.status AS "leadStatus", l.last_replied_at, o.queued_at, q.follow_up,
                o.enrolment_id, o.sequence_number,
                EXISTS (SELECT FROM cam_suppressions WHERE target = ANY($3) AND ${IN_FORCE}) AS suppressed
           FROM cam_dispatch_queue AS q
           JOIN cam_outbound_emails AS o ON o.id = q.outbound_email_id
           JOIN cam_campaigns AS c ON c.id = o.campaign_id
           JOIN cam_leads AS l ON l.id = o.lead_id
          WHERE q.outbound_email_id = $1 AND q.lease_token = $2
            FOR SHARE OF c, l`,
        [lease.emailId, lease.token, suppressionTargets(address)],
      );
      if (row === undefined) return null;
      const { paused, leadStatus, suppressed, follow_up: followUp, queued_at: queuedAt } = row;
      const gate = await this.findGate(tx, lease.emailId, row);
      const sequence = { gate, followUp, queuedAt, lastRepliedAt: row.last_replied_at };
      return { paused, leadStatus, suppressed, sequence };
    });
  }

  /** After the lead's lock, which whoever stops or postpones a sequence takes too. */
  private async findGate(
    tx: Transaction,
    emailId: number,
    { enrolment_id: enrolmentId, sequence_number: step }: HoldRow,
  ): Promise<Gate | null> {
    if (enrolmentId === null) return null;
    const gates = await this.steps.findGates(tx, [{ emailId, enrolmentId, step }]);
    return gates.get(emailId) ?? null;
  }

  /**
   * Makes due what waits for something that is no longer so: a pause that was lifted, a cap that has room again
   * because it was raised or because places came back. The claim decides afresh, so releasing too much is harmless.
   * What waits out the jitter after a midnight is left to its time.
   */
  async releaseWaiting(owner: QueueOwner): Promise<void> {
    await this.database.query(
      `UPDATE cam_dispatch_queue SET due_at = cam_now(), waits_for = NULL
        WHERE outbound_email_id IN (
          SELECT q.outbound_email_id
            FROM cam_campaigns AS c
            JOIN cam_dispatch_queue AS q ON q.campaign_id = c.id AND q.waits_for = 'pause'
           WHERE c.status = 'ACTIVE' AND q.provider = $1 AND q.simulated = $2
           LIMIT $3
             FOR UPDATE OF q SKIP LOCKED)`,
      [owner.provider, owner.simulated, RELEASE_LIMIT],
    );
    await this.database.query(
      `WITH today AS (
         SELECT (cam_now() AT TIME ZONE $3)::date AS day
       ), room AS (
         SELECT c.id AS campaign_id, (today.day + 1)::timestamp AT TIME ZONE $3 AS day_ends_at,
                LEAST($4 - COALESCE(g.used, 0), c.max_emails_per_day - COALESCE(u.used, 0), $5) AS free
           FROM today
           JOIN cam_campaigns AS c ON c.status = 'ACTIVE'
           LEFT JOIN cam_quota_counters AS g
             ON g.scope = 'global' AND g.scope_id = 0 AND g.day = today.day AND g.simulated = $2
           LEFT JOIN cam_quota_counters AS u
             ON u.scope = 'campaign' AND u.scope_id = c.id AND u.day = today.day AND u.simulated = $2
       )
       UPDATE cam_dispatch_queue SET due_at = cam_now(), waits_for = NULL
        WHERE outbound_email_id IN (
          SELECT waiting.outbound_email_id
            FROM room CROSS JOIN LATERAL (
              SELECT q.outbound_email_id FROM cam_dispatch_queue AS q
               WHERE q.campaign_id = room.campaign_id AND q.waits_for = 'cap' AND q.due_at >= room.day_ends_at
                 AND q.provider = $1 AND q.simulated = $2
               ORDER BY q.due_at
               LIMIT GREATEST(room.free, 0)
                 FOR UPDATE SKIP LOCKED) AS waiting)`,
      [owner.provider, owner.simulated, this.quota.timeZone, this.quota.globalCap, RELEASE_LIMIT],
    );
  }
}
