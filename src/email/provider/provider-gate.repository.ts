import { Injectable } from '@nestjs/common';
import { Alerts } from '../../alerts/alert.js';
import { Database, type Transaction } from '../../database/database.js';
import type { ProviderName } from './email-provider.js';

/** What a process asks of the gate. */
export interface MomentsWanted {
  readonly ratePerSecond: number;
  readonly count: number;
  /** A moment farther away than this is not reserved, in milliseconds. */
  readonly withinMs: number;
  /** A probe that has said nothing for so long is lost with its process, and the next one may go; in milliseconds. */
  readonly lostProbeMs: number;
}

/** May requests leave? */
export type Moments =
  /**
   * Yes: `count` moments are reserved, the first after `waitMs`, the others `spacingMs` apart. `recovering`: the gate
   * was shut, or has seen failures; a good answer is worth reporting.
   */
  | {
      readonly kind: 'go';
      readonly count: number;
      readonly waitMs: number;
      readonly spacingMs: number;
      readonly recovering: boolean;
    }
  /** The fleet's pace has no moment free soon, or the gate is shut, or one request probes it for all. */
  | { readonly kind: 'wait'; readonly retryInMs: number; readonly reason: string };

/** Why the operator hears of a shut gate: the set-up or a quota is in the way, or too many requests got no answer. */
type ShutCause = 'misconfigured' | 'quota_used_up' | 'unreachable';

/** How long the breaker shuts the gate, in milliseconds: doubled each time it trips again, up to the longest. */
export interface BreakTimes {
  readonly firstBreakMs: number;
  readonly longestBreakMs: number;
}

interface ReservedRow {
  granted: number;
  wait_ms: number;
  shut_ms: number | null;
  probe_ms: number | null;
  shut_reason: string | null;
  recovering: boolean;
}

/**
 * Requests leave a little slower than asked: the jitter of two of them, some milliseconds, must not put one too many
 * into a second of the provider's.
 */
const PACE_MARGIN = 1.006;

/** Failures in a row that trip the breaker. */
const TRIP_AFTER = 5;

/** Whether a fault is news. */
interface FaultRow {
  /** When a fault began that the gate did not have before; null: nobody need hear of it. */
  new_fault_at: Date | null;
}

/**
 * One row for each provider, shared by all replicas: the pace of requests, a shut gate, and a breaker that shuts it.
 * Half open, after a shut-down is over, one request at a time probes it. Times are real (`clock_timestamp()`): a
 * provider's limits do not follow our clock's offset.
 */
@Injectable()
export class ProviderGateRepository {
  constructor(
    private readonly database: Database,
    private readonly alerts: Alerts,
  ) {}

  /**
   * Reserves the next moments (GCRA, kept as the instant from which on a request may leave): as many as asked for, or
   * as fit into the time given. Called with a transaction, it keeps the gate locked to its end: lock it last.
   */
  async reserve(
    provider: ProviderName,
    { ratePerSecond, count, withinMs, lostProbeMs }: MomentsWanted,
    on: Pick<Transaction, 'query'> = this.database,
  ): Promise<Moments> {
    const spacingMs = (1_000 / ratePerSecond) * PACE_MARGIN;
    const [row] = await on.query<ReservedRow>(
      `WITH gate AS MATERIALIZED (
         SELECT * FROM cam_provider_gates WHERE provider = $1 FOR UPDATE
       ), seen AS (
         SELECT *, clock_timestamp() AS now FROM gate
       ), timed AS (
         SELECT *, GREATEST(next_free_at, now) AS free_at, shut_until IS NOT NULL AS half_open,
                EXTRACT(EPOCH FROM GREATEST(next_free_at, now) - now)::float8 * 1000 AS wait_ms,
                EXTRACT(EPOCH FROM shut_until - now)::float8 * 1000 AS shut_ms,
                EXTRACT(EPOCH FROM probe_until - now)::float8 * 1000 AS probe_ms
           FROM seen
       ), decided AS (
         SELECT *, CASE
                  WHEN shut_ms > 0 OR (half_open AND probe_ms > 0) OR wait_ms > $4::float8 THEN 0
                  WHEN half_open THEN 1
                  ELSE LEAST($3::float8, 1 + floor(($4::float8 - wait_ms) / $2::float8)) END AS granted
           FROM timed
       )
       UPDATE cam_provider_gates AS g
          SET next_free_at = CASE WHEN granted = 0 THEN g.next_free_at
                                  ELSE free_at + granted * $2::float8 * interval '1 millisecond' END,
              probe_until = CASE WHEN granted > 0 AND half_open THEN now + $5 * interval '1 millisecond'
                                 ELSE g.probe_until END
         FROM decided WHERE g.provider = decided.provider
       RETURNING granted, wait_ms, shut_ms, decided.probe_ms, decided.shut_reason,
                 half_open OR decided.failure_streak > 0 OR decided.breaker_trips > 0 AS recovering`,
      [provider, spacingMs, count, withinMs, lostProbeMs],
    );
    if (row === undefined) throw new Error(`No gate for provider ${provider}`);
    return row.granted > 0
      ? { kind: 'go', count: row.granted, waitMs: row.wait_ms, spacingMs, recovering: row.recovering }
      : waitOf(row);
  }

  /** Lets nothing through for `forMs`, because the provider asks for it; a longer shut-down in force stays. */
  async shut(provider: ProviderName, forMs: number, reason: string): Promise<void> {
    await this.database.query(
      `UPDATE cam_provider_gates
          SET shut_until = clock_timestamp() + $2 * interval '1 millisecond', shut_reason = $3, probe_until = NULL
        WHERE provider = $1
          AND (shut_until IS NULL OR shut_until < clock_timestamp() + $2 * interval '1 millisecond')`,
      [provider, forMs, reason],
    );
  }

  /** Shuts the gate for what only a person can end, and alerts the operator once until it is reopened. */
  async shutForFault(
    provider: ProviderName,
    forMs: number,
    reason: string,
    cause: Exclude<ShutCause, 'unreachable'> = 'misconfigured',
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [row] = await tx.query<FaultRow>(
        `WITH gate AS MATERIALIZED (
           SELECT *, clock_timestamp() AS now FROM cam_provider_gates WHERE provider = $1 FOR UPDATE
         ), asked AS (
           SELECT *, now + $2 * interval '1 millisecond' AS until FROM gate
         )
         UPDATE cam_provider_gates AS g
            SET shut_until = GREATEST(asked.shut_until, until), probe_until = NULL,
                shut_reason = CASE WHEN asked.shut_until > until THEN asked.shut_reason ELSE $3 END,
                faulty_since = COALESCE(asked.faulty_since, now)
           FROM asked WHERE g.provider = asked.provider
         RETURNING CASE WHEN asked.faulty_since IS NULL THEN now END AS new_fault_at`,
        [provider, forMs, reason],
      );
      await this.alertOnce(tx, provider, cause, row);
    });
  }

  /**
   * Counts a request without a sign of life. Enough of them in a row trip the breaker, a failed probe does at once;
   * while the gate is shut, what left before says nothing new. The operator hears of the first trip until it is reopened.
   *
   * @returns for how long the breaker shut the gate, in milliseconds; null: it did not
   */
  async noteFailure(provider: ProviderName, reason: string, times: BreakTimes): Promise<number | null> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<FaultRow & { shut_ms: number | null }>(
        `WITH gate AS MATERIALIZED (
           SELECT *, clock_timestamp() AS now FROM cam_provider_gates WHERE provider = $1 FOR UPDATE
         ), judged AS (
           SELECT *, shut_until IS NOT NULL OR failure_streak + 1 >= ${TRIP_AFTER} AS trips,
                  LEAST($3 * 2 ^ breaker_trips, $4) AS break_ms
             FROM gate WHERE shut_until IS NULL OR shut_until <= now
         )
         UPDATE cam_provider_gates AS g
            SET failure_streak = CASE WHEN trips THEN 0 ELSE judged.failure_streak + 1 END,
                breaker_trips = LEAST(judged.breaker_trips + trips::integer, 30),
                shut_until = CASE WHEN trips THEN now + break_ms * interval '1 millisecond' END,
                shut_reason = CASE WHEN trips THEN $2 END,
                faulty_since = CASE WHEN trips THEN COALESCE(judged.faulty_since, now) END,
                probe_until = NULL
           FROM judged WHERE g.provider = judged.provider
         RETURNING CASE WHEN trips THEN break_ms END AS shut_ms,
                   CASE WHEN trips AND judged.faulty_since IS NULL THEN now END AS new_fault_at`,
        [provider, reason, times.firstBreakMs, times.longestBreakMs],
      );
      await this.alertOnce(tx, provider, 'unreachable', row);
      return row?.shut_ms ?? null;
    });
  }

  /** A request was answered: forgets failures, and a shut-down whose time is over. */
  async reopen(provider: ProviderName): Promise<void> {
    await this.database.query(
      `UPDATE cam_provider_gates
          SET shut_until = NULL, shut_reason = NULL, probe_until = NULL, failure_streak = 0, breaker_trips = 0,
              faulty_since = NULL
        WHERE provider = $1 AND COALESCE(shut_until <= clock_timestamp(), failure_streak + breaker_trips > 0)`,
      [provider],
    );
  }

  /** An episode begins with the first fault of an open gate, or of one that was only asked to slow down. */
  private async alertOnce(
    tx: Transaction,
    provider: ProviderName,
    cause: ShutCause,
    row: FaultRow | undefined,
  ): Promise<void> {
    const since = row?.new_fault_at ?? null;
    if (since === null) return;
    await this.alerts.raise(tx, {
      kind: 'provider.shut',
      dedupeKey: `provider.shut:${provider}:${since.toISOString()}`,
      data: { provider, cause },
    });
  }
}

function waitOf(row: ReservedRow): Moments {
  if (row.shut_ms !== null && row.shut_ms > 0) {
    return { kind: 'wait', retryInMs: row.shut_ms, reason: row.shut_reason ?? '' };
  }
  if (row.shut_ms !== null && row.probe_ms !== null && row.probe_ms > 0) {
    return {
      kind: 'wait',
      retryInMs: Math.min(row.probe_ms, 1_000),
      reason: 'One request probes the provider',
    };
  }
  return { kind: 'wait', retryInMs: row.wait_ms, reason: 'The provider is busy at its pace' };
}
