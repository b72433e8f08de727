import { Injectable } from '@nestjs/common';
import { SendingConfig } from '../../config/sending.config.js';
import type { Transaction } from '../../database/database.js';
import type { Gate } from '../../sequences/gate-policy.js';
import type { DayPlaces } from '../caps/day-places.js';
import { type StepOfMail, StepsRepository } from '../steps/steps.repository.js';
import { hindrancesOf } from './claim-policy.js';
import { holdsPlace, ownerParameters, type QueueOwner, REPEATABLE } from './queue-owner.js';
import type { StoppedEmail } from './settlement.repository.js';
import { type LockedCampaign, type LockedStops, StopsRepository } from './stops.repository.js';

/** A mail whose turn has come, and whose queue row the transaction holds. */
export interface DueRow {
  id: number;
  campaign_id: number;
  lead_id: number;
  to_email: string;
  /** Attempts so far. */
  attempt: number;
  cap_day: string | null;
  /** Whose step it is; null: somebody asked for it. */
  enrolment_id: number | null;
  sequence_number: number;
  follow_up: boolean;
  queued_at: Date;
  /** An earlier attempt may have been accepted. */
  maybe_sent: boolean;
  /** It holds a place of the day on which it would go, or one that it keeps for good. */
  holds_place: boolean;
}

/** A step whose hours are over, or whose lead is away. */
export interface ClosedRow {
  readonly id: number;
  readonly gate: Extract<Gate, { kind: 'closed' }>;
}

/** Due mail by what its stops, its campaign and its hours say of it, in the order in which it goes. */
export interface DueMail {
  /** How many queue rows are locked. */
  readonly count: number;
  readonly stopped: readonly StoppedEmail[];
  readonly paused: readonly DueRow[];
  readonly closed: readonly ClosedRow[];
  readonly free: readonly DueRow[];
  readonly campaigns: ReadonlyMap<number, LockedCampaign>;
}

/** Jitter after a cap's midnight, so that a day's deferred mail does not start at one instant. */
const AFTER_MIDNIGHT_SECONDS = 60;

/** Mail whose turn has come: who may go, and until when the others wait. */
@Injectable()
export class DueMailRepository {
  constructor(
    private readonly stops: StopsRepository,
    private readonly steps: StepsRepository,
    private readonly sending: SendingConfig,
  ) {}

  /**
   * Locks up to `look` mails that are due, their stops after them: what may have been accepted first, then follow-ups,
   * then first mails, each oldest first. What another process holds, and what must not be repeated, is passed by.
   */
  async lock(tx: Transaction, owner: QueueOwner, look: number): Promise<DueMail> {
    const due = await this.lockRows(tx, owner, look);
    if (due.length === 0) {
      return { count: 0, stopped: [], paused: [], closed: [], free: [], campaigns: new Map() };
    }
    const stops = await this.stops.lock(
      tx,
      distinct(due, 'campaign_id'),
      distinct(due, 'lead_id'),
      distinct(due, 'to_email'),
    );
    const gates = await this.steps.findGates(tx, due.flatMap(stepOf));
    return { count: due.length, campaigns: stops.campaigns, ...this.sort(due, stops, gates) };
  }

  private async lockRows(tx: Transaction, owner: QueueOwner, look: number): Promise<DueRow[]> {
    // Class by class, so that each is one range of the index; MATERIALIZED, so that no plan locks more than the limit.
    return tx.query<DueRow>(
      `WITH due AS MATERIALIZED (
         SELECT q.* FROM (VALUES (0), (1), (2)) AS class (priority) CROSS JOIN LATERAL (
           SELECT outbound_email_id, priority, due_at, campaign_id, cap_day, attempt, follow_up,
                  maybe_sent_since IS NOT NULL AS maybe_sent
             FROM cam_dispatch_queue
            WHERE provider = $1 AND simulated = $2 AND priority = class.priority AND due_at <= cam_now()
              AND ${REPEATABLE}
            ORDER BY due_at, outbound_email_id
            LIMIT $5
              FOR UPDATE SKIP LOCKED) AS q
          LIMIT $5
       )
       SELECT o.id, due.campaign_id, o.lead_id, o.to_email, o.enrolment_id, o.sequence_number, o.queued_at,
              due.follow_up, due.attempt, due.maybe_sent, due.cap_day::text AS cap_day,
              ${holdsPlace('due.maybe_sent', 'due.cap_day', '$6')} AS holds_place
         FROM due JOIN cam_outbound_emails AS o ON o.id = due.outbound_email_id
        ORDER BY due.priority, due.due_at, o.id`,
      [...ownerParameters(owner), look, this.sending.timeZone],
    );
  }

  private sort(
    due: readonly DueRow[],
    { campaigns, leads, suppressed }: LockedStops,
    gates: ReadonlyMap<number, Gate>,
  ) {
    const stopped: StoppedEmail[] = [];
    const paused: DueRow[] = [];
    const closed: ClosedRow[] = [];
    const free: DueRow[] = [];
    for (const row of due) {
      const lead = leads.get(row.lead_id);
      if (lead === undefined) throw new Error(`Mail ${row.id} has no lead`);
      const recipient = {
        address: row.to_email,
        leadStatus: lead.status,
        suppressed: suppressed.has(row.to_email),
      };
      const [hindrance] = hindrancesOf(
        {
          recipient,
          lastRepliedAt: lead.lastRepliedAt,
          campaignIsActive: campaigns.get(row.campaign_id)?.status === 'ACTIVE',
          gate: gates.get(row.id) ?? null,
          followUp: row.follow_up,
          queuedAt: row.queued_at,
          maybeSent: row.maybe_sent,
        },
        this.sending.allowlist,
      );
      if (hindrance === undefined) free.push(row);
      else if (hindrance.kind === 'stopped') stopped.push({ id: row.id, ...hindrance.stop });
      else if (hindrance.kind === 'paused') paused.push(row);
      else closed.push({ id: row.id, gate: hindrance.gate });
    }
    return { stopped, paused, closed, free };
  }

  /** Until the campaign goes on. */
  async parkPaused(tx: Transaction, owner: QueueOwner, rows: readonly DueRow[]): Promise<void> {
    if (rows.length === 0) return;
    // No pause outlasts the provider's memory: a mail that may have been sent is then due to be closed out.
    await tx.query(
      `UPDATE cam_dispatch_queue
          SET waits_for = 'pause', lease_token = NULL,
              due_at = COALESCE(maybe_sent_since + $2 * interval '1 millisecond', 'infinity')
        WHERE outbound_email_id = ANY($1)`,
      [rows.map(({ id }) => id), owner.dedupeWindowMs],
    );
  }

  /** Until the hours of its sequence begin, or its lead is back. */
  async parkClosed(tx: Transaction, rows: readonly ClosedRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `UPDATE cam_dispatch_queue AS q SET waits_for = c.why, lease_token = NULL, due_at = c.until
         FROM unnest($1::integer[], $2::text[], $3::timestamptz[]) AS c (id, why, until)
        WHERE q.outbound_email_id = c.id`,
      [rows.map(({ id }) => id), rows.map(({ gate }) => gate.why), rows.map(({ gate }) => gate.until)],
    );
  }

  /** Until the day whose caps are full is over. */
  async parkOverCap(tx: Transaction, rows: readonly DueRow[], places: DayPlaces): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `UPDATE cam_dispatch_queue
          SET waits_for = 'cap', lease_token = NULL, cap_day = NULL,
              due_at = cam_now() + $2 * interval '1 millisecond' + random() * $3 * interval '1 second'
        WHERE outbound_email_id = ANY($1)`,
      [rows.map(({ id }) => id), places.endsInMs, AFTER_MIDNIGHT_SECONDS],
    );
  }
}

function stepOf(row: DueRow): StepOfMail[] {
  const { id: emailId, enrolment_id: enrolmentId, sequence_number: step } = row;
  return enrolmentId === null ? [] : [{ emailId, enrolmentId, step }];
}

function distinct<Column extends 'campaign_id' | 'lead_id' | 'to_email'>(
  rows: readonly DueRow[],
  column: Column,
): DueRow[Column][] {
  return [...new Set(rows.map((row) => row[column]))];
}
