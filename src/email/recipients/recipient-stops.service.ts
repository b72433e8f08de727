import { Injectable } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import type { Transaction } from '../../database/database.js';
import { LeadsService } from '../../leads/leads.service.js';
import { type AddressSuppression, SuppressionsService } from '../../suppressions/suppressions.service.js';

/** Mail told that a person must get no more of it. Its caller has made sure that she, or her server, told it. */
export interface RecipientStop extends AddressSuppression {
  readonly leadId: number;
}

/** Stops a person: her address is suppressed and, unless that will pass, her lead's status says so too. */
@Injectable()
export class RecipientStops {
  constructor(
    private readonly leads: LeadsService,
    private readonly suppressions: SuppressionsService,
  ) {}

  /** In the transaction of the event, as its last locks: leads, then the fence. Repeating it is safe. */
  async stop(tx: Transaction, { leadId, ...suppression }: RecipientStop): Promise<void> {
    const { address, cause } = suppression;
    switch (cause) {
      case 'complaint':
      case 'unsubscribe':
        await this.leads.stop(tx, leadId, 'UNSUBSCRIBED');
        break;
      case 'hard_bounce':
        // A mail may have gone to another address than the lead's own, which is none the worse for it.
        await this.leads.stop(tx, leadId, 'BOUNCED', address);
        break;
      case 'soft_bounces':
        break;
      default:
        assertNever(cause);
    }
    await this.suppressions.suppressAddress(tx, suppression);
  }
}
