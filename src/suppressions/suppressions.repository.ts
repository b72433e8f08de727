import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import { findSuppressedOfMany } from './find-suppressed.js';
import type { Suppression } from './suppression.entity.js';
import { IN_FORCE, suppressionTargets } from './suppression-targets.js';

/** A reason to send somebody no more mail, not stored yet. */
export type NewSuppression = Pick<
  Suppression,
  'scope' | 'target' | 'cause' | 'evidence' | 'reason' | 'expires_at' | 'created_by'
>;

/** Suppressions by cause: each is put in force once for its evidence, and lifted alone. */
@Injectable()
export class SuppressionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Puts a reason in force. From here to the end of the transaction nobody accepts or claims mail, and who did so before
   * has committed: so no mail leaves unseen. Call it last, after every row lock of campaigns and leads.
   *
   * @returns false when this very reason was in force before
   */
  async suppress(tx: Transaction, suppression: NewSuppression): Promise<boolean> {
    await tx.query('UPDATE cam_suppression_fence SET suppressed_at = cam_now()');
    const rows = await tx.query(
      `INSERT INTO cam_suppressions (scope, target, cause, evidence, reason, expires_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (target, scope, cause, evidence) WHERE removed_at IS NULL DO NOTHING
       RETURNING id`,
      [
        suppression.scope,
        suppression.target,
        suppression.cause,
        suppression.evidence,
        suppression.reason,
        suppression.expires_at,
        suppression.created_by,
      ],
    );
    return rows.length > 0;
  }

  /**
   * Puts a person's word in force. One that said something else, or has expired, is closed and stays on record.
   *
   * @returns the row, and false when the very same was in force before; null when it would have expired already
   */
  async decide(suppression: NewSuppression): Promise<{ id: number; created: boolean } | null> {
    return this.database.transaction(async (tx) => {
      const [fence] = await tx.query<{ expired: boolean }>(
        `UPDATE cam_suppression_fence SET suppressed_at = cam_now()
         RETURNING COALESCE($1 <= cam_now(), false) AS expired`,
        [suppression.expires_at],
      );
      if (fence?.expired === true) return null;
      const key = [suppression.scope, suppression.target, suppression.cause, suppression.evidence];
      const [same] = await tx.query<{ id: number }>(
        `SELECT id FROM cam_suppressions
          WHERE scope = $1 AND target = $2 AND cause = $3 AND evidence = $4 AND reason = $5
            AND expires_at IS NOT DISTINCT FROM $6 AND ${IN_FORCE}`,
        [...key, suppression.reason, suppression.expires_at],
      );
      if (same !== undefined) return { id: same.id, created: false };
      await tx.query(
        `UPDATE cam_suppressions SET removed_at = cam_now(), removed_by = $5, removal_reason = 'Replaced'
          WHERE scope = $1 AND target = $2 AND cause = $3 AND evidence = $4 AND removed_at IS NULL`,
        [...key, suppression.created_by],
      );
      const [row] = await tx.query<{ id: number }>(
        `INSERT INTO cam_suppressions (scope, target, cause, evidence, reason, expires_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
        [...key, suppression.reason, suppression.expires_at, suppression.created_by],
      );
      if (row === undefined) throw new Error('The new suppression is not there');
      return { id: row.id, created: true };
    });
  }

  /** The reasons in force for which an address gets no mail, the oldest first. */
  async findInForce(address: string): Promise<Suppression[]> {
    return this.database.query<Suppression>(
      `SELECT * FROM cam_suppressions WHERE target = ANY($1) AND ${IN_FORCE} ORDER BY id`,
      [suppressionTargets(address)],
    );
  }

  async hasInForce(): Promise<boolean> {
    const [row] = await this.database.query<{ any: boolean }>(
      `SELECT EXISTS (SELECT FROM cam_suppressions WHERE ${IN_FORCE}) AS any`,
    );
    return row?.any ?? false;
  }

  async findSuppressed(addresses: readonly string[]): Promise<Set<string>> {
    return findSuppressedOfMany(this.database, addresses);
  }

  /** Removing twice keeps the first removal's record. @returns false when there is no such suppression */
  async remove(id: number, by: string, reason: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE cam_suppressions
          SET removed_at = COALESCE(removed_at, cam_now()), removed_by = COALESCE(removed_by, $2),
              removal_reason = COALESCE(removal_reason, $3)
        WHERE id = $1
       RETURNING id`,
      [id, by, reason],
    );
    return rows.length > 0;
  }

  /** Lifts what one piece of evidence caused, whatever it suppressed. @returns how many reasons that were */
  async lift(tx: Transaction, evidence: string, by: string, reason: string): Promise<number> {
    const rows = await tx.query(
      `UPDATE cam_suppressions SET removed_at = cam_now(), removed_by = $2, removal_reason = $3
        WHERE evidence = $1 AND removed_at IS NULL
       RETURNING id`,
      [evidence, by, reason],
    );
    return rows.length;
  }
}
