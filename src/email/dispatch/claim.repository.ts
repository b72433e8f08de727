import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { Database, type Transaction } from '../../database/database.js';
import type { DayPlaces } from '../caps/day-places.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { ProviderGateRepository } from '../provider/provider-gate.repository.js';
import { type DueMail, DueMailRepository, type DueRow } from './due-mail.repository.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import { LeaseRepository } from './lease.repository.js';
import type { LeasedEmail, Moment } from './leased-email.js';
import type { QueueOwner } from './queue-owner.js';
import { SettlementRepository } from './settlement.repository.js';

/** What a claim took. */
export interface Claim {
  readonly emails: readonly LeasedEmail[];
  /** True when more may be due that neither the pace nor a shut gate holds back. */
  readonly more: boolean;
}

/** A claim takes no more than leaves within this time at the provider's pace, so that a stop is never far behind. */
export const CLAIM_AHEAD_MS = 2_000;

/** Even who wants few looks at so many: what waits for a cap or a pause must not keep others from being seen. */
const LEAST_LOOK = 25;

/** The moments that a claim got for its mail. */
interface Reservation {
  readonly count: number;
  /** The provider may still be down: fewer requests than wanted ask how it is. */
  readonly probes: boolean;
  /** Of the first, the second, … mail; null: it needs none. */
  readonly momentOf: (index: number) => Moment | null;
}

/** The one place where due mail becomes leased mail. */
@Injectable()
export class ClaimRepository {
  constructor(
    private readonly database: Database,
    private readonly due: DueMailRepository,
    private readonly quota: QuotaRepository,
    private readonly gates: ProviderGateRepository,
    private readonly leases: LeaseRepository,
    private readonly settlements: SettlementRepository,
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
      const due = await this.due.lock(tx, owner, look);
      if (due.count === 0) return { emails: [], more: false };
      const { stopped, paused, closed, free } = due;
      await this.settlements.stop(tx, stopped);
      await this.returnStalePlaces(tx, owner, free);

      const places = await this.lockPlaces(tx, owner, due);
      const { granted, overCap } = takePlaces(free, places, most);
      const moments = await this.reserveMoments(tx, owner, granted.length);
      const inTurn = moments.probes ? leastTriedFirst(granted) : granted;
      for (const row of inTurn.slice(moments.count)) if (!row.holds_place) places?.putBack(row.campaign_id);
      if (places !== null) await this.quota.saveTaken(tx, owner.simulated, places);

      await this.due.parkPaused(tx, owner, paused);
      await this.due.parkClosed(tx, closed);
      if (places !== null) await this.due.parkOverCap(tx, overCap, places);
      const grants = inTurn.slice(0, moments.count).map((row) => ({
        id: row.id,
        capDay: row.holds_place ? row.cap_day : (places?.day ?? null),
      }));
      const emails = await this.leases.lease(tx, owner, grants, startedAtMs, moments.momentOf);
      const isHeldUp = moments.count < granted.length;
      const hasParked = stopped.length + paused.length + closed.length + overCap.length > 0;
      return { emails, more: due.count === look && (hasParked || !isHeldUp) };
    });
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
    { free, campaigns }: DueMail,
  ): Promise<DayPlaces | null> {
    const inNeed = new Set(free.filter((row) => !row.holds_place).map((row) => row.campaign_id));
    if (inNeed.size === 0) return null;
    const caps = [...inNeed].map((campaignId) => ({
      campaignId,
      cap: campaigns.get(campaignId)?.cap ?? null,
    }));
    return this.quota.lockToday(tx, owner.simulated, caps);
  }

  private async reserveMoments(tx: Transaction, owner: QueueOwner, count: number): Promise<Reservation> {
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
