import { Injectable } from '@nestjs/common';
import { SendingConfig } from '../../config/sending.config.js';
import type { Transaction } from '../../database/database.js';
import { DayPlaces, type LockedCounter } from './day-places.js';

/** A campaign whose counter is wanted, with its own cap; null: none. */
export interface CampaignCap {
  readonly campaignId: number;
  readonly cap: number | null;
}

/** A place that a mail holds and gives back. */
export interface HeldPlace {
  readonly campaignId: number;
  readonly day: string;
  readonly simulated: boolean;
}

/** The places of a day as they are at a moment. */
export interface PlacesToday {
  readonly places: DayPlaces;
  /** The midnight from which on there are new ones. */
  readonly dayEndsAt: Date;
  readonly now: Date;
}

interface CounterRow {
  scope_id: number;
  used: number;
  day: string;
  ends_in_ms: number;
}

/**
 * The counters behind the daily caps. Every writer locks the global counter before any campaign's, and campaigns by
 * ascending id, so no two transactions can wait for each other.
 */
@Injectable()
export class QuotaRepository {
  constructor(private readonly config: SendingConfig) {}

  /** IANA name of the zone whose midnight ends the day. */
  get timeZone(): string {
    return this.config.timeZone;
  }

  /** Mails per day over all campaigns; null: no cap. */
  get globalCap(): number | null {
    return this.config.dailyCap === 0 ? null : this.config.dailyCap;
  }

  /** Locks today's counters until the transaction ends. */
  async lockToday(tx: Transaction, simulated: boolean, caps: readonly CampaignCap[]): Promise<DayPlaces> {
    const ids = [0, ...caps.map(({ campaignId }) => campaignId)];
    let rows = await this.lockCounters(tx, simulated, ids);
    while (rows.length < ids.length) {
      // The counters exist before they are used: two first mails of a day then meet on the rows' locks.
      await this.createCounters(tx, simulated, ids);
      rows = await this.lockCounters(tx, simulated, ids);
    }
    return this.placesOf(rows, caps);
  }

  /** Today's counters as they are at this moment: for who tells of them and takes nothing. */
  async readToday(
    on: Pick<Transaction, 'query'>,
    simulated: boolean,
    caps: readonly CampaignCap[],
  ): Promise<PlacesToday> {
    const rows = await on.query<CounterRow & { now: Date; day_ends_at: Date }>(
      `SELECT wanted.scope_id, COALESCE(c.used, 0) AS used, today.day::text AS day,
              EXTRACT(EPOCH FROM ((today.day + 1)::timestamp AT TIME ZONE $1) - cam_now())::float8 * 1000 AS ends_in_ms,
              cam_now() AS now, (today.day + 1)::timestamp AT TIME ZONE $1 AS day_ends_at
         FROM (SELECT (cam_now() AT TIME ZONE $1)::date AS day) AS today
        CROSS JOIN unnest($2::integer[]) AS wanted (scope_id)
         LEFT JOIN cam_quota_counters AS c
           ON c.scope = CASE WHEN wanted.scope_id = 0 THEN 'global' ELSE 'campaign' END
          AND c.scope_id = wanted.scope_id AND c.day = today.day AND c.simulated = $3`,
      [this.timeZone, [0, ...caps.map(({ campaignId }) => campaignId)], simulated],
    );
    const [today] = rows;
    if (today === undefined) throw new Error('The database knows no day');
    return { places: this.placesOf(rows, caps), dayEndsAt: today.day_ends_at, now: today.now };
  }

  private placesOf(rows: readonly CounterRow[], caps: readonly CampaignCap[]): DayPlaces {
    const used = new Map(rows.map((row) => [row.scope_id, row.used]));
    const counterOf = (scopeId: number, cap: number | null): LockedCounter => ({
      cap,
      used: used.get(scopeId) ?? 0,
    });
    const [today] = rows;
    if (today === undefined) throw new Error('There is no global counter');
    return new DayPlaces(
      today.day,
      today.ends_in_ms,
      counterOf(0, this.globalCap),
      new Map(caps.map(({ campaignId, cap }) => [campaignId, counterOf(campaignId, cap)])),
    );
  }

  private async lockCounters(
    tx: Transaction,
    simulated: boolean,
    ids: readonly number[],
  ): Promise<CounterRow[]> {
    return tx.query<CounterRow>(
      `SELECT scope_id, used, day::text AS day,
              EXTRACT(EPOCH FROM ((day + 1)::timestamp AT TIME ZONE $1) - cam_now())::float8 * 1000 AS ends_in_ms
         FROM cam_quota_counters
        WHERE scope IN ('global', 'campaign') AND scope_id = ANY($2) AND simulated = $3
          AND day = (cam_now() AT TIME ZONE $1)::date
        ORDER BY scope_id
          FOR UPDATE`,
      [this.timeZone, ids, simulated],
    );
  }

  private async createCounters(tx: Transaction, simulated: boolean, ids: readonly number[]): Promise<void> {
    await tx.query(
      `INSERT INTO cam_quota_counters (scope, scope_id, day, simulated)
       SELECT CASE WHEN id = 0 THEN 'global' ELSE 'campaign' END, id, (cam_now() AT TIME ZONE $1)::date, $3
         FROM unnest($2::integer[]) AS wanted (id)
        ORDER BY id
       ON CONFLICT DO NOTHING`,
      [this.timeZone, ids, simulated],
    );
  }

  /** Writes down what was taken since {@link lockToday}, in the same transaction. */
  async saveTaken(tx: Transaction, simulated: boolean, places: DayPlaces): Promise<void> {
    const { global, byCampaign } = places.taken;
    if (global === 0) return;
    await tx.query(
      `UPDATE cam_quota_counters AS counter SET used = counter.used + taken.places
         FROM unnest($1::integer[], $2::integer[]) AS taken (scope_id, places)
        WHERE counter.scope = CASE WHEN taken.scope_id = 0 THEN 'global' ELSE 'campaign' END
          AND counter.scope_id = taken.scope_id AND counter.day = $3 AND counter.simulated = $4`,
      [[0, ...byCampaign.keys()], [global, ...byCampaign.values()], places.day, simulated],
    );
  }

  /** Returns the two places of a mail that certainly was not accepted. */
  async giveBack(tx: Transaction, place: HeldPlace): Promise<void> {
    const counters = [
      ['global', 0],
      ['campaign', place.campaignId],
    ] as const;
    for (const [scope, scopeId] of counters) {
      await tx.query(
        `UPDATE cam_quota_counters SET used = used - 1
          WHERE scope = $1 AND scope_id = $2 AND day = $3 AND simulated = $4`,
        [scope, scopeId, place.day, place.simulated],
      );
    }
  }
}
