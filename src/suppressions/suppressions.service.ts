import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/database.js';
import type { SuppressionCause } from './suppression.entity.js';
import { SuppressionsRepository } from './suppressions.repository.js';

/** What mail itself told: this address must get no more of it. */
export interface AddressSuppression {
  /** In its one form. */
  readonly address: string;
  readonly cause: Exclude<SuppressionCause, 'person'>;
  /** `outbound:12`, `inbound:7`, `event:msg_x` */
  readonly evidence: string;
  /** For people; at most 500 characters. */
  readonly reason: string;
  /** Null: for good. */
  readonly expiresAt: Date | null;
}

/** Who created what the service itself decided. */
const OURSELVES = 'cam';

@Injectable()
export class SuppressionsService {
  constructor(private readonly suppressions: SuppressionsRepository) {}

  /**
   * Suppresses an address in the transaction of the event that caused it; repeating it is safe. Call it last: it holds
   * up all accepts and claims until the transaction ends.
   */
  async suppressAddress(tx: Transaction, suppression: AddressSuppression): Promise<void> {
    const { address, cause, evidence, reason, expiresAt } = suppression;
    await this.suppressions.suppress(tx, {
      scope: 'address',
      target: address,
      cause,
      evidence,
      reason,
      expires_at: expiresAt,
      created_by: OURSELVES,
    });
  }

  /** Lifts what one piece of evidence caused. @returns true when there was something to lift */
  async lift(tx: Transaction, evidence: string, by: string, reason: string): Promise<boolean> {
    return (await this.suppressions.lift(tx, evidence, by, reason)) > 0;
  }
}
