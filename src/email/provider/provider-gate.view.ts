import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { ProviderName } from './email-provider.js';

/** Why nothing leaves through a provider at present. */
export interface ShutGate {
  /** False: its time is over, and no good answer has come since. */
  readonly isShut: boolean;
  readonly until: Date;
  readonly reason: string;
}

/** What people and the dispatcher ask about a provider's gate. */
@Injectable()
export class ProviderGateReadModel {
  constructor(private readonly database: Database) {}

  /** The shut-down in force, or the last one that no good answer has ended yet. */
  async findShut(provider: ProviderName): Promise<ShutGate | null> {
    const [gate] = await this.database.query<{ is_shut: boolean; shut_until: Date; shut_reason: string }>(
      `SELECT shut_until > clock_timestamp() AS is_shut, shut_until, shut_reason
         FROM cam_provider_gates WHERE provider = $1 AND shut_until IS NOT NULL`,
      [provider],
    );
    return gate === undefined
      ? null
      : { isShut: gate.is_shut, until: gate.shut_until, reason: gate.shut_reason };
  }

  /** Milliseconds until a request may leave, by pace, shut-down and a probe under way together. */
  async freeInMs(provider: ProviderName): Promise<number> {
    const [gate] = await this.database.query<{ free_in_ms: number }>(
      `SELECT GREATEST(0, EXTRACT(EPOCH FROM
                GREATEST(next_free_at, shut_until, CASE WHEN shut_until IS NOT NULL THEN probe_until END, clock_timestamp())
                - clock_timestamp()) * 1000)::float8 AS free_in_ms
         FROM cam_provider_gates WHERE provider = $1`,
      [provider],
    );
    if (gate === undefined) throw new Error(`No gate for provider ${provider}`);
    return gate.free_in_ms;
  }
}
