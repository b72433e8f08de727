import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { Transaction } from '../database/database.js';
import type { CreateSuppressionDto } from './dto/suppression.dto.js';
import type { Suppression, SuppressionCause } from './suppression.entity.js';
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

  /**
   * A person's decision; `actor` is the name of her API key, empty when the process has none. No mail to the address or
   * domain is accepted or claimed after this has returned.
   *
   * @throws DomainError `invalid_request` unless exactly one of address and domain is given, and for an expiry that is past
   */
  async create(request: CreateSuppressionDto, actor: string): Promise<{ id: number; created: boolean }> {
    const { address, domain, reason, expires_at: expiresAt } = request;
    const target = address ?? domain;
    if (target === undefined || (address !== undefined && domain !== undefined)) {
      throw new DomainError('invalid_request', 'A suppression is of one address or one domain.', {
        errors: [{ field: 'address', code: 'one_of', detail: 'Give either address or domain.' }],
      });
    }
    const decided = await this.suppressions.decide({
      scope: address === undefined ? 'domain' : 'address',
      target,
      cause: 'person',
      evidence: 'person',
      reason,
      expires_at: expiresAt ?? null,
      created_by: actor,
    });
    if (decided !== null) return decided;
    throw new DomainError('invalid_request', 'The suppression would have expired already.', {
      errors: [{ field: 'expires_at', code: 'out_of_range', detail: 'Must be in the future.' }],
    });
  }

  /** Why an address in its one form gets no mail now, the oldest reason first; empty: nothing keeps it from some. */
  async findInForce(address: string): Promise<Suppression[]> {
    return this.suppressions.findInForce(address);
  }

  /** True when there is anybody who must get no mail. */
  async hasInForce(): Promise<boolean> {
    return this.suppressions.hasInForce();
  }

  /** Those of the addresses, in their one form, that get no mail now. */
  async findSuppressed(addresses: readonly string[]): Promise<Set<string>> {
    return this.suppressions.findSuppressed(addresses);
  }

  /** @throws DomainError `suppression_not_found` */
  async remove(id: number, actor: string, reason: string): Promise<void> {
    if (!(await this.suppressions.remove(id, actor, reason))) {
      throw new DomainError('suppression_not_found', `There is no suppression ${id}.`);
    }
  }

  /** Lifts what one piece of evidence caused. @returns true when there was something to lift */
  async lift(tx: Transaction, evidence: string, by: string, reason: string): Promise<boolean> {
    return (await this.suppressions.lift(tx, evidence, by, reason)) > 0;
  }
}
