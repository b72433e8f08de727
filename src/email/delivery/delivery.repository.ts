import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import type { Bounce } from '../entities/bounce.entity.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { DeliveryState } from './delivery-state.js';

/** A mail, its row locked until the transaction ends. */
export type LockedEmail = DeliveryState & Pick<OutboundEmail, 'id'> & Recipient;

export type Recipient = Pick<OutboundEmail, 'lead_id' | 'campaign_id' | 'to_email'>;

export type NewBounce = Omit<Bounce, 'id' | 'created_at'>;

/** A soft bounce that was at least the third to its address within the window. */
export interface SoftBounceLimit {
  readonly evidence: string;
  readonly ends_at: Date;
}

/** Soft bounces of an address within the window that suppress it. */
const SOFT_BOUNCES = 3;

/** Days: both how near to each other soft bounces count, and how long the last of them suppresses. */
const SOFT_BOUNCE_DAYS = 30;

const STATE = `status, error_code, error_message, bounced_at, delivered_at, opened_at, clicked_at, complained_at`;

/** What becomes of accepted mail, and the bounces that came to light. */
@Injectable()
export class DeliveryRepository {
  /** A mail's own locks, in their order. */
  async lock(tx: Transaction, id: number): Promise<void> {
    await tx.query('SELECT FROM cam_dispatch_queue WHERE outbound_email_id = $1 FOR UPDATE', [id]);
    await tx.query('SELECT FROM cam_outbound_emails WHERE id = $1 FOR NO KEY UPDATE', [id]);
  }

  /** Null: there is no such mail, or it is not one that was sent. Such a mail has no queue row, and never gets one. */
  async lockSent(tx: Transaction, id: number): Promise<LockedEmail | null> {
    const [email] = await tx.query<LockedEmail>(
      `SELECT id, lead_id, campaign_id, to_email, ${STATE} FROM cam_outbound_emails WHERE id = $1 AND sent_at IS NOT NULL
          FOR NO KEY UPDATE`,
      [id],
    );
    return email ?? null;
  }

  /** Without a lock: what it answers never changes. */
  async findRecipient(tx: Transaction, id: number): Promise<Recipient | null> {
    const [recipient] = await tx.query<Recipient>(
      'SELECT lead_id, campaign_id, to_email FROM cam_outbound_emails WHERE id = $1',
      [id],
    );
    return recipient ?? null;
  }

  async save(tx: Transaction, id: number, state: DeliveryState): Promise<void> {
    await tx.query(
      `UPDATE cam_outbound_emails
          SET status = $2, error_code = $3, error_message = $4, bounced_at = $5, delivered_at = $6, opened_at = $7,
              clicked_at = $8, complained_at = $9, updated_at = cam_now()
        WHERE id = $1`,
      [
        id,
        state.status,
        state.error_code,
        state.error_message,
        state.bounced_at,
        state.delivered_at,
        state.opened_at,
        state.clicked_at,
        state.complained_at,
      ],
    );
  }

  /** Once for its evidence and address. */
  async insertBounce(tx: Transaction, bounce: NewBounce): Promise<void> {
    await tx.query(
      `INSERT INTO cam_bounces (address, kind, outbound_email_id, status_code, diagnostic, evidence, occurred_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (evidence, address) DO NOTHING`,
      [
        bounce.address,
        bounce.kind,
        bounce.outbound_email_id,
        bounce.status_code,
        bounce.diagnostic,
        bounce.evidence,
        bounce.occurred_at,
      ],
    );
  }

  /**
   * Inserts a soft bounce and answers which ones of its address, this or later ones that were told before, are now at
   * least the third within 30 days. Bounces of one address meet here, so none is counted without the other.
   */
  async insertSoftBounce(tx: Transaction, bounce: NewBounce): Promise<SoftBounceLimit[]> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `cam_bounces ${bounce.address}`,
    ]);
    await this.insertBounce(tx, bounce);
    return tx.query<SoftBounceLimit>(
      `SELECT late.evidence, late.occurred_at + ${SOFT_BOUNCE_DAYS} * interval '24 hours' AS ends_at
         FROM cam_bounces AS late
        WHERE late.address = $1 AND late.kind = 'soft'
          AND late.occurred_at >= $2 AND late.occurred_at < $2 + ${SOFT_BOUNCE_DAYS} * interval '24 hours'
          AND (SELECT count(*) FROM cam_bounces AS near
                WHERE near.address = $1 AND near.kind = 'soft' AND near.occurred_at <= late.occurred_at
                  AND near.occurred_at > late.occurred_at - ${SOFT_BOUNCE_DAYS} * interval '24 hours')
              >= ${SOFT_BOUNCES}
        ORDER BY late.occurred_at, late.evidence`,
      [bounce.address, bounce.occurred_at],
    );
  }
}
