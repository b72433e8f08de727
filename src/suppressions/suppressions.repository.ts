import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/database.js';
import type { Suppression } from './suppression.entity.js';

/** A reason to send somebody no more mail, not stored yet. */
export type NewSuppression = Pick<
  Suppression,
  'scope' | 'target' | 'cause' | 'evidence' | 'reason' | 'expires_at' | 'created_by'
>;

/** Suppressions by cause: each is put in force once for its evidence, and lifted alone. */
@Injectable()
export class SuppressionsRepository {
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
