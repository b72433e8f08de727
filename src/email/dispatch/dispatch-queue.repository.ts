import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import type { WaitsFor } from '../entities/dispatch-queue-row.entity.js';
import type { ProviderName, WireEmail } from '../provider/email-provider.js';
import { DISPATCH_TIMING, type DispatchTiming, type Lease } from './lease.js';
import type { AttemptHistory } from './settlement.js';

/** Whose mail this process sends: it touches no row of another provider or mode. */
export interface QueueOwner {
  readonly provider: ProviderName;
  readonly simulated: boolean;
  readonly dedupeWindowMs: number;
}

/** A leased mail with all that its one attempt needs. */
export interface LeasedEmail {
  readonly lease: Lease;
  readonly sendKey: string;
  readonly wire: WireEmail;
  readonly leadStatus: LeadStatus;
  readonly history: AttemptHistory;
}

interface DueRow {
  outbound_email_id: number;
  campaign_id: number;
  attempt: number;
  maybe_sent: boolean;
  cap_day: string | null;
}

interface Decision {
  readonly id: number;
  /** The day whose places the row holds from now on. */
  readonly capDay: string | null;
  readonly waitsFor: WaitsFor | null;
  readonly token: string | null;
}

interface ContentRow {
  id: number;
  send_key: string;
  from_email: string;
  to_email: string;
  subject: string;
  html_body: string;
  text_body: string;
  reply_to: string | null;
  headers: Record<string, string>;
  max_retries: number;
  attempt: number;
  retry_count: number;
  maybe_sent_attempt: number;
  maybe_sent_age_ms: number;
  lead_status: LeadStatus;
}

/** Jitter after a cap's midnight, so that a day's deferred mail does not start at one instant. */
const AFTER_MIDNIGHT_SECONDS = 60;

/** Rows released by one call; the rest follows with the next. */
const RELEASE_LIMIT = 1_000;

/** The queue of open mails: who is due, who holds a lease, who waits for what. */
@Injectable()
export class DispatchQueueRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * Leases up to `limit` due mails, oldest first, in one short transaction: it takes their places, and parks those
   * that wait for a cap or a paused campaign. Mail whose provider may have forgotten its key is left to the close-out.
   *
   * @returns the leases, and how many due rows were looked at: fewer than `limit` means that nothing else is due
   */
  async claim(owner: QueueOwner, limit: number): Promise<{ leases: Lease[]; looked: number }> {
    const startedAtMs = performance.now();
    return this.database.transaction(async (tx) => {
      const due = await tx.query<DueRow>(
        `SELECT outbound_email_id, campaign_id, attempt, maybe_sent_since IS NOT NULL AS maybe_sent,
                cap_day::text AS cap_day
           FROM cam_dispatch_queue
          WHERE provider = $1 AND simulated = $2 AND due_at <= cam_now()
            AND (maybe_sent_since IS NULL OR maybe_sent_since > cam_now() - $3 * interval '1 millisecond')
          ORDER BY due_at, outbound_email_id
          LIMIT $4
            FOR UPDATE SKIP LOCKED`,
        [owner.provider, owner.simulated, owner.dedupeWindowMs, limit],
      );
      if (due.length === 0) return { leases: [], looked: 0 };

      const decisions = await this.decide(tx, owner, due);
      await this.lease(tx, decisions);
      const attempts = new Map(due.map((row) => [row.outbound_email_id, row.attempt + 1]));
      const leases = decisions.flatMap(({ id, token }) =>
        token === null
          ? []
          : [
              {
                emailId: id,
                token,
                attempt: attempts.get(id) ?? 1,
                endsAtMs: startedAtMs + this.timing.leaseMs,
              },
            ],
      );
      return { leases, looked: due.length };
    });
  }

  private async decide(tx: Transaction, owner: QueueOwner, due: readonly DueRow[]): Promise<Decision[]> {
    // A pause meets the claim on the campaign's row: it commits before, and the claim sees it, or after all of it.
    const campaigns = await tx.query<{ id: number; status: string; max_emails_per_day: number | null }>(
      'SELECT id, status, max_emails_per_day FROM cam_campaigns WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE',
      [[...new Set(due.map((row) => row.campaign_id))]],
    );
    const active = new Set(campaigns.filter(({ status }) => status === 'ACTIVE').map(({ id }) => id));
    const places = await this.quota.lockToday(
      tx,
      owner.simulated,
      campaigns.map(({ id, max_emails_per_day: cap }) => ({ campaignId: id, cap })),
    );

    const decisions: Decision[] = [];
    for (const row of due) {
      const id = row.outbound_email_id;
      // A mail that may have been accepted holds its place for good; any other needs one of the day on which it goes.
      const holdsPlace = row.cap_day !== null && (row.maybe_sent || row.cap_day === places.day);
      if (!active.has(row.campaign_id)) {
        decisions.push({ id, capDay: row.cap_day, waitsFor: 'pause', token: null });
      } else if (holdsPlace) {
        decisions.push({ id, capDay: row.cap_day, waitsFor: null, token: randomUUID() });
      } else {
        const taken = places.take(row.campaign_id);
        const granted = taken === 'taken';
        if (row.cap_day !== null) {
          await this.quota.giveBack(tx, {
            campaignId: row.campaign_id,
            day: row.cap_day,
            simulated: owner.simulated,
          });
        }
        decisions.push({
          id,
          capDay: granted ? places.day : null,
          waitsFor: granted ? null : 'cap',
          token: granted ? randomUUID() : null,
        });
      }
    }
    await this.quota.saveTaken(tx, owner.simulated, places);
    await this.park(tx, owner, decisions, places.endsInMs);
    return decisions;
  }

  private async park(
    tx: Transaction,
    owner: QueueOwner,
    decisions: readonly Decision[],
    dayEndsInMs: number,
  ): Promise<void> {
    const parked = decisions.filter(({ waitsFor }) => waitsFor !== null);
    if (parked.length === 0) return;
    // No pause outlasts the provider's memory: a mail that may have been sent is then due to be closed out.
    await tx.query(
      `UPDATE cam_dispatch_queue AS q
          SET waits_for = p.waits_for, cap_day = p.cap_day, lease_token = NULL,
              due_at = CASE p.waits_for
                WHEN 'pause' THEN COALESCE(q.maybe_sent_since + $6 * interval '1 millisecond', 'infinity')
                ELSE cam_now() + $4 * interval '1 millisecond' + random() * $5 * interval '1 second' END
         FROM unnest($1::integer[], $2::text[], $3::date[]) AS p (id, waits_for, cap_day)
        WHERE q.outbound_email_id = p.id`,
      [
        parked.map(({ id }) => id),
        parked.map(({ waitsFor }) => waitsFor),
        parked.map(({ capDay }) => capDay),
        dayEndsInMs,
        AFTER_MIDNIGHT_SECONDS,
        owner.dedupeWindowMs,
      ],
    );
  }

  private async lease(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
    const leased = decisions.filter(({ token }) => token !== null);
    if (leased.length === 0) return;
    // An attempt counts as possibly sent from here on: a crash between this commit and the answer leaves it so.
    await tx.query(
      `WITH leased AS (
         UPDATE cam_dispatch_queue AS q
            SET lease_token = l.token, waits_for = NULL, cap_day = l.cap_day, attempt = q.attempt + 1,
                due_at = cam_now() + $4 * interval '1 millisecond',
                maybe_sent_since = COALESCE(q.maybe_sent_since, cam_now()),
                maybe_sent_attempt = COALESCE(q.maybe_sent_attempt, q.attempt + 1)
           FROM unnest($1::integer[], $2::uuid[], $3::date[]) AS l (id, token, cap_day)
          WHERE q.outbound_email_id = l.id
         RETURNING q.outbound_email_id, q.attempt
       )
       INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, started_at)
       SELECT o.id, leased.attempt, o.send_key, (SELECT cam_now())
         FROM leased JOIN cam_outbound_emails AS o ON o.id = leased.outbound_email_id`,
      [
        leased.map(({ id }) => id),
        leased.map(({ token }) => token),
        leased.map(({ capDay }) => capDay),
        this.timing.leaseMs,
      ],
    );
  }

  /** The frozen content of leased mails; a mail whose lease has passed to another holder is left out. */
  async readLeased(leases: readonly Lease[]): Promise<LeasedEmail[]> {
    const rows = await this.database.query<ContentRow>(
      `SELECT o.id, o.send_key, o.from_email, o.to_email, o.subject, o.html_body, o.text_body, o.reply_to, o.headers,
              o.max_retries, q.attempt, q.retry_count, q.maybe_sent_attempt, l.status AS lead_status,
              EXTRACT(EPOCH FROM cam_now() - q.maybe_sent_since)::float8 * 1000 AS maybe_sent_age_ms
         FROM unnest($1::integer[], $2::uuid[]) AS leased (id, token)
         JOIN cam_dispatch_queue AS q ON q.outbound_email_id = leased.id AND q.lease_token = leased.token
         JOIN cam_outbound_emails AS o ON o.id = leased.id
         JOIN cam_leads AS l ON l.id = o.lead_id`,
      [leases.map(({ emailId }) => emailId), leases.map(({ token }) => token)],
    );
    const contents = new Map(rows.map((row) => [row.id, row]));
    return leases.flatMap((lease) => {
      const row = contents.get(lease.emailId);
      return row === undefined ? [] : [leasedEmail(lease, row)];
    });
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

function leasedEmail(lease: Lease, row: ContentRow): LeasedEmail {
  return {
    lease,
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
    leadStatus: row.lead_status,
    history: {
      attempt: lease.attempt,
      retryCount: row.retry_count,
      maxRetries: row.max_retries,
      maybeSentBefore: row.maybe_sent_attempt < lease.attempt,
      maybeSentAgeMs: row.maybe_sent_age_ms,
    },
  };
}
