import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { type MailEvent, TransitionsService } from '../../sequences/transitions.service.js';
import { type AddressSuppression, SuppressionsService } from '../../suppressions/suppressions.service.js';

/** Mail told that a person must get no more of it. Its caller has made sure that she, or her server, told it. */
export interface RecipientStop
  extends AddressSuppression, Pick<MailEvent, 'leadId' | 'campaignId' | 'occurredAt' | 'mayRecur'> {}

/** Stops a person: her address is suppressed and, unless that will pass, her lead and her enrolments are stopped too. */
@Injectable()
export class RecipientStops {
  constructor(
    private readonly transitions: TransitionsService,
    private readonly suppressions: SuppressionsService,
  ) {}

  /** In the transaction of the event, as its last locks: leads, enrolments, then the fence. Repeating it is safe. */
  async stop(tx: Transaction, stop: RecipientStop): Promise<void> {
    const { leadId, campaignId, occurredAt, mayRecur = false, ...suppression } = stop;
    const { address, cause, evidence } = suppression;
    if (cause !== 'soft_bounces') {
      const event = { leadId, campaignId, occurredAt, mayRecur, cause, evidence, isSure: true };
      // A mail may have gone to another address than the lead's own, which is none the worse for its bounce.
      await this.transitions.apply(tx, cause === 'hard_bounce' ? { ...event, address } : event);
    }
    await this.suppressions.suppressAddress(tx, suppression);
  }
}
