import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SendingConfig } from '../../config/sending.config.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
import { SuppressionsService } from '../../suppressions/suppressions.service.js';
import { findStops, type Recipient } from '../dispatch/recipient-policy.js';
import { endReason, type Reason } from './reason.js';

/** People who are alike but for their addresses. */
export interface RecipientGroup {
  readonly leadStatus: LeadStatus;
  readonly count: number;
  /** Of those whose addresses are looked at; the others are judged by their status alone. */
  readonly addresses: readonly string[];
}

/** A reason, and how many people it keeps from getting mail. */
export interface RecipientBlocker {
  readonly reason: Reason;
  readonly count: number;
}

/** Bounds what one answer reads: beyond, it says that it has counted so many. */
const MOST_ADDRESSES = 100_000;

/** Addresses judged without giving way to other work. */
const CHUNK = 5_000;

/** Counts who gets no mail whatever the campaign does, by the rules of the claim. */
@Injectable()
export class RecipientBlockers {
  constructor(
    private readonly suppressions: SuppressionsService,
    private readonly sending: SendingConfig,
  ) {}

  /** How many addresses {@link count} wants to see. 0: nothing depends on an address now. */
  async addressesWanted(): Promise<number> {
    const decide = this.sending.allowlist !== null || (await this.suppressions.hasInForce());
    return decide ? MOST_ADDRESSES : 0;
  }

  /** Whoever is stopped by two reasons counts for both. */
  async count(groups: readonly RecipientGroup[]): Promise<RecipientBlocker[]> {
    const seen = groups.flatMap(({ leadStatus, addresses }) =>
      addresses.map((address) => ({ leadStatus, address })),
    );
    const unseen = groups.map(({ leadStatus, count, addresses }) => ({
      leadStatus,
      count: count - addresses.length,
    }));
    const note =
      seen.length > 0 && unseen.some(({ count }) => count > 0)
        ? ` Counted among ${seen.length} addresses; there are more.`
        : '';

    const found = new Map<string, { reason: Reason; count: number }>();
    const add = (recipient: Recipient, allowlist: SendingConfig['allowlist'], count: number): void => {
      for (const { code, message } of findStops(recipient, allowlist)) {
        const known = found.get(code);
        if (known === undefined) {
          found.set(code, { reason: endReason(code, `${message}.${note}`), count });
        } else known.count += count;
      }
    };
    for (const { leadStatus, count } of unseen) {
      if (count > 0) add({ address: '', leadStatus, suppressed: false }, null, count);
    }
    const suppressed = await this.suppressions.findSuppressed(seen.map(({ address }) => address));
    for (const [index, { address, leadStatus }] of seen.entries()) {
      if (index % CHUNK === CHUNK - 1) await setImmediate();
      add({ address, leadStatus, suppressed: suppressed.has(address) }, this.sending.allowlist, 1);
    }
    return [...found.values()];
  }
}
