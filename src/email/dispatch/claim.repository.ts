import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { SendingConfig } from '../../config/sending.config.js';
import { Database, type Transaction } from '../../database/database.js';
import type { Gate } from '../../sequences/gate-policy.js';
import type { DayPlaces } from '../caps/day-places.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { ProviderGateRepository } from '../provider/provider-gate.repository.js';
import { type StepOfMail, StepsRepository } from '../steps/steps.repository.js';
import { hindrancesOf } from './claim-policy.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import type { LeasedEmail, Moment } from './leased-email.js';
import { holdsPlace, ownerParameters, type QueueOwner, REPEATABLE } from './queue-owner.js';
import { SettlementRepository, type StoppedEmail } from './settlement.repository.js';
import { type LockedStops, StopsRepository } from './stops.repository.js';

/** What a claim took. */
export interface Claim {
  readonly emails: readonly LeasedEmail[];
  /** True when more may be due that neither the pace nor a shut gate holds back. */
  readonly more: boolean;
}

interface DueRow {
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
interface ClosedRow {
  readonly id: number;
  readonly gate: Extract<Gate, { kind: 'closed' }>;
}

interface LeasedRow {
  id: number;
  lease_token: string;
  attempt: number;
  retry_count: number;
  max_retries: number;
  maybe_sent_attempt: number;
  maybe_sent_age_ms: number;
  send_key: string;
  from_email: string;
  to_email: string;
  subject: string;
  html_body: string;
  text_body: string;
  reply_to: string | null;
  headers: Record<string, string>;
  message_id_header: string;
  /** Null: it begins a thread, or this is not its first attempt. */
  parent_id: number | null;
  parent_message_id: string | null;
  parent_message_id_header: string | null;
}

/** A claim takes no more than leaves within this time at the provider's pace, so that a stop is never far behind. */
export const CLAIM_AHEAD_MS = 2_000;

/** Even who wants few looks at so many: what waits for a cap or a pause must not keep others from being seen. */
const LEAST_LOOK = 25;

/** Jitter after a cap's midnight, so that a day's deferred mail does not start at one instant. */
const AFTER_MIDNIGHT_SECONDS = 60;

/** The one place where due mail becomes leased mail. */
@Injectable()
export class ClaimRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
    private readonly stops: StopsRepository,
    private readonly gates: ProviderGateRepository,
    private readonly settlements: SettlementRepository,
    private readonly steps: StepsRepository,
    private readonly sending: SendingConfig,
    private readonly providerConfig: EmailProviderConfig,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * Leases up to `most` due mails in one short transaction: what may have been accepted first, then follow-ups, then
   * first mails, each oldest first. It meets stops and pauses on the rows' locks, takes missing places, reserves the
   * moments of the wire, and parks what waits for a cap or a paused campaign. Mail that must not be repeated is left to
   * the close-out. Any number of processes may claim at once; what a crash takes along is due again after a lease.
   */
  async claim(owner: QueueOwner, most: number): Promise<Claim> {
    const startedAtMs = performance.now();
    const look = Math.max(most, LEAST_LOOK);
    return this.database.transaction(async (tx) => {
      const due = await this.lockDue(tx, owner, look);
      if (due.length === 0) return { emails: [], more: false };

      const stops = await this.stops.lock(
        tx,
        distinct(due, 'campaign_id'),
        distinct(due, 'lead_id'),
        distinct(due, 'to_email'),
      );
      const gates = await this.steps.findGates(tx, due.flatMap(stepOf));
      const { stopped, paused, closed, free } = this.sort(due, stops, gates);
      await this.settlements.stop(tx, stopped);
      await this.returnStalePlaces(tx, owner, free);

      const places = await this.lockPlaces(tx, owner, free, stops);
      const { granted, overCap } = takePlaces(free, places, most);
      const moments = await this.reserveMoments(tx, owner, granted.length);
      const inTurn = moments.probes ? leastTriedFirst(granted) : granted;
      for (const row of inTurn.slice(moments.count)) if (!row.holds_place) places?.putBack(row.campaign_id);
      if (places !== null) await this.quota.saveTaken(tx, owner.simulated, places);

      await this.parkPaused(tx, owner, paused);
      await parkClosed(tx, closed);
      if (places !== null) await this.parkOverCap(tx, overCap, places);
      const rows = await this.lease(tx, owner, inTurn.slice(0, moments.count), places);
      const isHeldUp = moments.count < granted.length;
      const hasParked = stopped.length + paused.length + closed.length + overCap.length > 0;
      return {
        emails: rows.map((row, index) => this.leasedEmail(row, startedAtMs, moments.momentOf(index))),
        more: due.length === look && (hasParked || !isHeldUp),
      };
    });
  }

  private async lockDue(tx: Transaction, owner: QueueOwner, look: number): Promise<DueRow[]> {
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
      [...ownerParameters(owner), look, this.quota.timeZone],
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

  /** A place of a day that is over is of no use to a mail that goes today. */
  private async returnStalePlaces(
    tx: Transaction,
    owner: QueueOwner,
    rows: readonly DueRow[],
  ): Promise<void> {
    const stale = rows.filter((row) => row.cap_day !== null && !row.holds_place);
    if (stale.length === 0) return;
    await tx.query(
      'UPDATE cam_dispatch_queue SET cap_day = NULL, lease_token = NULL WHERE outbound_email_id = ANY($1)',
      [stale.map(({ id }) => id)],
    );
    for (const { campaign_id: campaignId, cap_day: day } of stale) {
      if (day !== null) await this.quota.giveBack(tx, { campaignId, day, simulated: owner.simulated });
    }
  }

  /** @returns null when nobody needs a place */
  private async lockPlaces(
    tx: Transaction,
    owner: QueueOwner,
    rows: readonly DueRow[],
    { campaigns }: LockedStops,
  ): Promise<DayPlaces | null> {
    const inNeed = rows.filter((row) => !row.holds_place);
    if (inNeed.length === 0) return null;
    const caps = distinct(inNeed, 'campaign_id').map((campaignId) => ({
      campaignId,
      cap: campaigns.get(campaignId)?.cap ?? null,
    }));
    return this.quota.lockToday(tx, owner.simulated, caps);
  }

  private async reserveMoments(
    tx: Transaction,
    owner: QueueOwner,
    count: number,
  ): Promise<{ readonly count: number; readonly probes: boolean; momentOf(index: number): Moment | null }> {
    if (owner.simulated || count === 0) return { count, probes: false, momentOf: () => null };
    const { ratePerSecond } = this.providerConfig;
    const moments = await this.gates.reserve(
      owner.provider,
      { ratePerSecond, count, withinMs: CLAIM_AHEAD_MS, lostProbeMs: this.timing.lostProbeMs },
      tx,
    );
    if (moments.kind === 'wait') return { count: 0, probes: false, momentOf: () => null };
    const firstAtMs = performance.now() + moments.waitMs;
    return {
      count: moments.count,
      probes: moments.recovering && moments.count < count,
      momentOf: (index) => ({
        leavesAtMs: firstAtMs + index * moments.spacingMs,
        recovering: moments.recovering,
      }),
    };
  }

  private async parkPaused(tx: Transaction, owner: QueueOwner, rows: readonly DueRow[]): Promise<void> {
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

  private async parkOverCap(tx: Transaction, rows: readonly DueRow[], places: DayPlaces): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `UPDATE cam_dispatch_queue
          SET waits_for = 'cap', lease_token = NULL, cap_day = NULL,
              due_at = cam_now() + $2 * interval '1 millisecond' + random() * $3 * interval '1 second'
        WHERE outbound_email_id = ANY($1)`,
      [rows.map(({ id }) => id), places.endsInMs, AFTER_MIDNIGHT_SECONDS],
    );
  }

  private async lease(
    tx: Transaction,
    owner: QueueOwner,
    rows: readonly DueRow[],
    places: DayPlaces | null,
  ): Promise<LeasedRow[]> {
    if (rows.length === 0) return [];
    // An attempt counts as possibly sent from here on: a crash between this commit and the answer leaves it so.
    return tx.query<LeasedRow>(
      `WITH leased AS (
         UPDATE cam_dispatch_queue AS q
            SET lease_token = l.token, waits_for = NULL, cap_day = l.cap_day, attempt = q.attempt + 1,
                due_at = cam_now() + $4 * interval '1 millisecond',
                lost_leases = q.lost_leases + (q.lease_token IS NOT NULL)::integer,
                priority = 0,
                maybe_sent_since = COALESCE(q.maybe_sent_since, cam_now()),
                maybe_sent_attempt = COALESCE(q.maybe_sent_attempt, q.attempt + 1),
                maybe_sent_account = COALESCE(q.maybe_sent_account, $5)
           FROM unnest($1::integer[], $2::uuid[], $3::date[]) AS l (id, token, cap_day)
          WHERE q.outbound_email_id = l.id
         RETURNING q.*
       ), begun AS (
         INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, account, started_at)
         SELECT o.id, leased.attempt, o.send_key, $5, (SELECT cam_now())
           FROM leased JOIN cam_outbound_emails AS o ON o.id = leased.outbound_email_id
       )
       SELECT o.id, leased.lease_token, leased.attempt, leased.retry_count, leased.maybe_sent_attempt, o.max_retries,
              EXTRACT(EPOCH FROM cam_now() - leased.maybe_sent_since)::float8 * 1000 AS maybe_sent_age_ms,
              o.send_key, o.from_email, o.to_email, o.subject, o.html_body, o.text_body, o.reply_to, o.headers,
              o.message_id_header, p.id AS parent_id, p.provider_message_id_header AS parent_message_id_header,
              CASE WHEN p.provider = o.provider AND NOT p.simulated THEN p.provider_message_id END AS parent_message_id
         FROM leased
         JOIN cam_outbound_emails AS o ON o.id = leased.outbound_email_id
         LEFT JOIN cam_outbound_emails AS p ON p.id = o.thread_parent_id AND leased.attempt = 1`,
      [
        rows.map(({ id }) => id),
        rows.map(() => randomUUID()),
        rows.map((row) => (row.holds_place ? row.cap_day : places?.day)),
        this.timing.leaseMs,
        owner.accountFingerprint,
      ],
    );
  }

  private leasedEmail(row: LeasedRow, startedAtMs: number, moment: Moment | null): LeasedEmail {
    return {
      lease: {
        emailId: row.id,
        token: row.lease_token,
        attempt: row.attempt,
        endsAtMs: startedAtMs + this.timing.leaseMs,
      },
      sendKey: row.send_key,
      wire: {
        from: row.from_email,
        to: row.to_email,
        subject: row.subject,
        html: row.html_body,
        text: row.text_body,
        replyTo: row.reply_to,
        headers: row.headers,
        tags: { cam_send: row.send_key },
      },
      history: {
        attempt: row.attempt,
        retryCount: row.retry_count,
        maxRetries: row.max_retries,
        maybeSentBefore: row.maybe_sent_attempt < row.attempt,
        maybeSentAgeMs: row.maybe_sent_age_ms,
      },
      moment,
      thread:
        row.parent_id === null
          ? null
          : {
              messageIdHeader: row.message_id_header,
              parentId: row.parent_id,
              parentMessageId: row.parent_message_id,
              parentMessageIdHeader: row.parent_message_id_header,
            },
    };
  }
}

async function parkClosed(tx: Transaction, rows: readonly ClosedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `UPDATE cam_dispatch_queue AS q SET waits_for = c.why, lease_token = NULL, due_at = c.until
       FROM unnest($1::integer[], $2::text[], $3::timestamptz[]) AS c (id, why, until)
      WHERE q.outbound_email_id = c.id`,
    [rows.map(({ id }) => id), rows.map(({ gate }) => gate.why), rows.map(({ gate }) => gate.until)],
  );
}

function stepOf(row: DueRow): StepOfMail[] {
  const { id: emailId, enrolment_id: enrolmentId, sequence_number: step } = row;
  return enrolmentId === null ? [] : [{ emailId, enrolmentId, step }];
}

/** Grants up to `most` mails, in their order; those that a full cap holds back are named apart. */
function takePlaces(
  rows: readonly DueRow[],
  places: DayPlaces | null,
  most: number,
): { granted: DueRow[]; overCap: DueRow[] } {
  const granted: DueRow[] = [];
  const overCap: DueRow[] = [];
  for (const row of rows) {
    if (granted.length === most) break;
    if (row.holds_place || places?.take(row.campaign_id) === 'taken') granted.push(row);
    else overCap.push(row);
  }
  return { granted, overCap };
}

/**
 * A mail that the provider refuses to answer for, whatever its health, must not be the one that always asks how it is:
 * it would keep the gate shut for all others.
 */
function leastTriedFirst(rows: readonly DueRow[]): DueRow[] {
  return rows.toSorted((a, b) => a.attempt - b.attempt);
}

function distinct<Column extends 'campaign_id' | 'lead_id' | 'to_email'>(
  rows: readonly DueRow[],
  column: Column,
): DueRow[Column][] {
  return [...new Set(rows.map((row) => row[column]))];
}
