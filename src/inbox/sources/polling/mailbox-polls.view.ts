import { Injectable } from '@nestjs/common';
import { Database } from '../../../database/database.js';

/** How reading an account goes. */
export interface PollState {
  readonly lastSuccessAt: Date | null;
  /** Seconds since everything in the account was last read; null: it never was. */
  readonly lagSeconds: number | null;
  /** Polls that failed in a row. */
  readonly failures: number;
  /** Why the last one did; null when it did not. */
  readonly lastError: string | null;
}

const NEVER_POLLED: PollState = { lastSuccessAt: null, lagSeconds: null, failures: 0, lastError: null };

@Injectable()
export class MailboxPollsReadModel {
  constructor(private readonly database: Database) {}

  async find(account: string): Promise<PollState> {
    const [row] = await this.database.query<{
      last_success_at: Date | null;
      lag_seconds: number | null;
      failures: number;
      last_error: string | null;
    }>(
      `SELECT last_success_at, failures, last_error,
              GREATEST(0, EXTRACT(EPOCH FROM cam_now() - last_success_at))::float8 AS lag_seconds
         FROM cam_mailbox_polls WHERE account = $1`,
      [account],
    );
    if (row === undefined) return NEVER_POLLED;
    return {
      lastSuccessAt: row.last_success_at,
      // GREATEST passes over NULL.
      lagSeconds: row.last_success_at === null ? null : Math.round(row.lag_seconds ?? 0),
      failures: row.failures,
      lastError: row.last_error,
    };
  }
}
