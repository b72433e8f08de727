import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** Which call a key was sent with. Keys of different callers and routes never meet. */
export interface IdempotencyKeyId {
  /** API key name, method and path. */
  readonly scope: string;
  readonly key: string;
}

/** What has become of a key when a call arrives with it. */
export type IdempotencyClaim =
  /** The call may run, and must settle or release its claim under `lock`. */
  | { readonly kind: 'claimed'; readonly lock: string }
  | { readonly kind: 'answered'; readonly statusCode: number; readonly body: string }
  | { readonly kind: 'running'; readonly retryAfterS: number }
  | { readonly kind: 'reused_with_other_body' };

interface KeyRow {
  readonly fingerprint: string;
  readonly status_code: number | null;
  readonly response_body: string | null;
  readonly lock_left_s: number;
}

const LOCK_S = 60;
const KEPT_H = 24;

/** A row that is released between our two statements is claimed in the next round. */
const CLAIM_ROUNDS = 3;

/** Claims on `cam_idempotency_keys`: one caller at a time per key, decided by its primary key. */
@Injectable()
export class IdempotencyKeysRepository {
  constructor(private readonly database: Database) {}

  /** Takes the key when it is new, expired, or held by a call that has not answered within 60 s. */
  async claim(id: IdempotencyKeyId, fingerprint: string): Promise<IdempotencyClaim> {
    for (let round = 0; round < CLAIM_ROUNDS; round += 1) {
      const lock = await this.tryToTake(id, fingerprint);
      if (lock !== undefined) return { kind: 'claimed', lock };

      const row = await this.find(id);
      if (row !== undefined) return toClaim(row, fingerprint);
    }
    return { kind: 'running', retryAfterS: 1 };
  }

  /** Keeps the final answer. False when the claim was taken over meanwhile: the taker's answer counts. */
  async settle(id: IdempotencyKeyId, lock: string, statusCode: number, body: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE cam_idempotency_keys SET status_code = $4, response_body = $5
       WHERE scope = $1 AND key = $2 AND locked_until = $3::timestamptz AND status_code IS NULL
       RETURNING key`,
      [id.scope, id.key, lock, statusCode, body],
    );
    return rows.length === 1;
  }

  /** Frees the key for another try, unless the claim was taken over meanwhile. */
  async release(id: IdempotencyKeyId, lock: string): Promise<void> {
    await this.database.query(
      `DELETE FROM cam_idempotency_keys
       WHERE scope = $1 AND key = $2 AND locked_until = $3::timestamptz AND status_code IS NULL`,
      [id.scope, id.key, lock],
    );
  }

  /** Deletes up to `limit` expired keys; safe on any number of replicas at once. Returns how many went. */
  async deleteExpired(limit: number): Promise<number> {
    const rows = await this.database.query(
      `WITH expired AS MATERIALIZED (
         SELECT scope, key FROM cam_idempotency_keys
         WHERE expires_at <= cam_now()
         ORDER BY expires_at LIMIT $1
         FOR UPDATE SKIP LOCKED
       )
       DELETE FROM cam_idempotency_keys AS kept USING expired
       WHERE kept.scope = expired.scope AND kept.key = expired.key
       RETURNING kept.key`,
      [limit],
    );
    return rows.length;
  }

  /**
   * An abandoned claim falls only to the same body; another body is refused for as long as the key is kept.
   *
   * @returns the lock, to the microsecond, where a JavaScript date would lose digits
   */
  private async tryToTake(id: IdempotencyKeyId, fingerprint: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ lock: string }>(
      `INSERT INTO cam_idempotency_keys AS held (scope, key, fingerprint, locked_until, expires_at, created_at)
       VALUES ($1, $2, $3,
               cam_now() + make_interval(secs => $4), cam_now() + make_interval(hours => $5), cam_now())
       ON CONFLICT (scope, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, status_code = NULL, response_body = NULL,
             locked_until = excluded.locked_until, expires_at = excluded.expires_at,
             created_at = excluded.created_at
         WHERE held.expires_at <= cam_now()
            OR (held.status_code IS NULL AND held.locked_until <= cam_now()
                AND held.fingerprint = excluded.fingerprint)
       RETURNING locked_until::text AS lock`,
      [id.scope, id.key, fingerprint, LOCK_S, KEPT_H],
    );
    return row?.lock;
  }

  private async find(id: IdempotencyKeyId): Promise<KeyRow | undefined> {
    const [row] = await this.database.query<KeyRow>(
      `SELECT fingerprint, status_code, response_body,
              extract(epoch FROM locked_until - cam_now())::float8 AS lock_left_s
       FROM cam_idempotency_keys WHERE scope = $1 AND key = $2`,
      [id.scope, id.key],
    );
    return row;
  }
}

function toClaim(row: KeyRow, fingerprint: string): IdempotencyClaim {
  if (row.fingerprint !== fingerprint) return { kind: 'reused_with_other_body' };
  if (row.status_code === null || row.response_body === null) {
    return { kind: 'running', retryAfterS: Math.max(1, Math.ceil(row.lock_left_s)) };
  }
  return { kind: 'answered', statusCode: row.status_code, body: row.response_body };
}
