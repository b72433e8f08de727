import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import type { AlertData, AlertKind, NewAlert } from './alert.js';

/** An alert that is ours to post until its lease ends. */
export interface DueAlert {
  readonly id: number;
  readonly kind: AlertKind;
  readonly data: AlertData;
  readonly created_at: Date;
  /** This attempt's number, counted from 1. */
  readonly attempts: number;
}

const MS = `interval '1 millisecond'`;

/** The outbox of the alert webhook. */
@Injectable()
export class AlertsRepository {
  constructor(private readonly database: Database) {}

  /** Does nothing when the key is known. */
  async insert(tx: Transaction, { kind, dedupeKey, data }: NewAlert): Promise<void> {
    await tx.query(
      `INSERT INTO cam_alerts (kind, dedupe_key, data) VALUES ($1, $2, $3)
       ON CONFLICT (dedupe_key) DO NOTHING`,
      [kind, dedupeKey, JSON.stringify(data)],
    );
  }

  /**
   * Takes what is due, oldest first, and begins an attempt of each: any number of processes may ask at once, and each
   * alert goes to one of them. What a crash takes along is due again when the lease ends.
   */
  async takeDue(most: number, leaseMs: number): Promise<DueAlert[]> {
    return this.database.query<DueAlert>(
      `WITH due AS MATERIALIZED (
         SELECT id FROM cam_alerts WHERE due_at <= cam_now() ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
       )
       UPDATE cam_alerts AS a SET attempts = a.attempts + 1, due_at = cam_now() + $2 * ${MS}
         FROM due WHERE a.id = due.id
       RETURNING a.id, a.kind, a.data, a.created_at, a.attempts`,
      [most, leaseMs],
    );
  }

  /** The receiver has it, whoever holds the lease by now. */
  async markDelivered({ id }: DueAlert): Promise<void> {
    await this.database.query(
      'UPDATE cam_alerts SET due_at = NULL, delivered_at = cam_now() WHERE id = $1 AND due_at IS NOT NULL',
      [id],
    );
  }

  /** Does nothing when a later attempt has begun, as the next one. */
  async postpone({ id, attempts }: DueAlert, delayMs: number, error: string): Promise<void> {
    await this.database.query(
      `UPDATE cam_alerts SET due_at = cam_now() + $3 * ${MS}, last_error = $4
        WHERE id = $1 AND attempts = $2 AND due_at IS NOT NULL`,
      [id, attempts, delayMs, error],
    );
  }

  async giveUp({ id, attempts }: DueAlert, error: string): Promise<void> {
    await this.database.query(
      `UPDATE cam_alerts SET due_at = NULL, gave_up_at = cam_now(), last_error = $3
        WHERE id = $1 AND attempts = $2 AND due_at IS NOT NULL`,
      [id, attempts, error],
    );
  }
}
