import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { ProviderName } from './email-provider.js';

/** May a request leave now? */
export type GatePass =
  /** Yes, after `waitMs`: that moment is reserved for this request. `probing`: the first since a shut-down ended. */
  | { readonly kind: 'go'; readonly waitMs: number; readonly probing: boolean }
  /** The fleet's pace has no moment free soon, or the gate is shut. */
  | { readonly kind: 'wait'; readonly retryInMs: number; readonly reason: string };

interface GateRow {
  wait_ms: number;
  shut_ms: number | null;
  shut_reason: string | null;
}

/**
 * One row for each provider account, shared by all replicas: the pace of requests, and a shut gate. Times are real
 * (`clock_timestamp()`): a provider's limits do not follow our clock's offset.
 */
@Injectable()
export class ProviderGateRepository {
  constructor(private readonly database: Database) {}

  /**
   * Reserves the next moment for one request (GCRA, kept as the instant from which on a request may leave).
   *
   * @param longestWaitMs a moment farther away is not reserved
   */
  async pass(provider: ProviderName, ratePerSecond: number, longestWaitMs: number): Promise<GatePass> {
    const [reserved] = await this.database.query<{ wait_ms: number; probing: boolean }>(
      `UPDATE cam_provider_gates
          SET next_free_at = GREATEST(next_free_at, clock_timestamp()) + $2 * interval '1 millisecond'
        WHERE provider = $1 AND (shut_until IS NULL OR shut_until <= clock_timestamp())
          AND next_free_at <= clock_timestamp() + $3 * interval '1 millisecond'
       RETURNING GREATEST(0, EXTRACT(EPOCH FROM next_free_at - clock_timestamp()) * 1000 - $2)::float8 AS wait_ms,
                 shut_until IS NOT NULL AS probing`,
      [provider, 1_000 / ratePerSecond, longestWaitMs],
    );
    if (reserved !== undefined) return { kind: 'go', waitMs: reserved.wait_ms, probing: reserved.probing };

    const [gate] = await this.database.query<GateRow>(
      `SELECT GREATEST(0, EXTRACT(EPOCH FROM GREATEST(next_free_at, clock_timestamp()) - clock_timestamp()) * 1000)::float8
                AS wait_ms,
              GREATEST(0, EXTRACT(EPOCH FROM shut_until - clock_timestamp()) * 1000)::float8 AS shut_ms, shut_reason
         FROM cam_provider_gates WHERE provider = $1`,
      [provider],
    );
    if (gate === undefined) throw new Error(`No gate for provider ${provider}`);
    return gate.shut_ms !== null && gate.shut_ms > 0
      ? { kind: 'wait', retryInMs: gate.shut_ms, reason: gate.shut_reason ?? '' }
      : { kind: 'wait', retryInMs: gate.wait_ms, reason: 'The provider is busy at its pace' };
  }

  /** Lets nothing through for `forMs`; a longer shut-down in force stays. */
  async shut(provider: ProviderName, forMs: number, reason: string): Promise<void> {
    await this.database.query(
      `UPDATE cam_provider_gates
          SET shut_until = clock_timestamp() + $2 * interval '1 millisecond', shut_reason = $3
        WHERE provider = $1
          AND (shut_until IS NULL OR shut_until < clock_timestamp() + $2 * interval '1 millisecond')`,
      [provider, forMs, reason],
    );
  }

  /** Forgets a shut-down that is over: a request went well since. */
  async reopen(provider: ProviderName): Promise<void> {
    await this.database.query(
      `UPDATE cam_provider_gates SET shut_until = NULL, shut_reason = NULL
        WHERE provider = $1 AND shut_until <= clock_timestamp()`,
      [provider],
    );
  }
}
