import { Injectable } from '@nestjs/common';
import { assertNever } from '../common/assert-never.js';
import type { Transaction } from '../database/database.js';
import { type LeadEvent, LeadTransitionsService } from '../leads/transitions/lead-transitions.service.js';
import { EnrolmentsService } from './enrolments.service.js';
import { type EnrolmentChange, transitionOf } from './transition-policy.js';

/** What mail told of a lead. */
export interface MailEvent extends Omit<LeadEvent, 'asks' | 'address' | 'mayRecur'> {
  /** One of our ids or tokens names her, and she or her server tells it; or a person says so. */
  readonly isSure: boolean;
  /** It counts for a lead of this address alone; left out: whatever hers is. */
  readonly address?: string;
  /** See {@link LeadEvent}. */
  readonly mayRecur?: boolean;
  /** Of an absence: the day that she is back, `YYYY-MM-DD`. */
  readonly returnDate?: string | null;
}

/**
 * What mail does to a lead and to her enrolments, in the transaction of whatever told it: the one place that does it.
 * Each call locks leads by id, then their enrolments; make no lock of a mail or a campaign after it.
 */
@Injectable()
export class TransitionsService {
  constructor(
    private readonly leads: LeadTransitionsService,
    private readonly enrolments: EnrolmentsService,
  ) {}

  /**
   * Records the event and does what the table says. An event that was recorded before does nothing more.
   *
   * @returns true when it is new
   */
  async apply(tx: Transaction, event: MailEvent): Promise<boolean> {
    const { lead, enrolments } = transitionOf(event.cause, event.isSure);
    const result = await this.leads.record(tx, {
      ...event,
      asks: lead,
      address: event.address ?? null,
      mayRecur: event.mayRecur ?? false,
    });
    if (result === 'recorded') await this.change(tx, event, enrolments);
    return result !== 'repeated';
  }

  /**
   * Takes back what the evidence told, but for `keep`: see {@link LeadTransitionsService.undo}. An enrolment that it has
   * stopped stays stopped, and one that it has postponed waits; one that it has hurried waits for its delay again.
   */
  async undo(
    tx: Transaction,
    evidence: string,
    by: string,
    { keep, others }: { keep: Pick<LeadEvent, 'leadId' | 'cause'> | null; others: readonly number[] },
  ): Promise<void> {
    const touched = await this.leads.undo(tx, evidence, by, { keep, others });
    const interested = keep?.cause === 'positive_reply' ? keep.leadId : null;
    await this.enrolments.slowDown(
      tx,
      touched.filter((id) => id !== interested),
      evidence,
    );
  }

  private async change(tx: Transaction, event: MailEvent, change: EnrolmentChange): Promise<void> {
    const { leadId, evidence } = event;
    switch (change.kind) {
      case 'none':
        return;
      case 'stop':
        return this.enrolments.stopAll(tx, leadId, change.reason, evidence);
      case 'answered_with_interest':
        return this.enrolments.answeredWithInterest(tx, leadId, event.campaignId, evidence);
      case 'postpone':
        return this.enrolments.postponeAll(tx, leadId, {
          returnDate: event.returnDate ?? null,
          receivedAt: event.occurredAt,
          evidence,
        });
      default:
        return assertNever(change);
    }
  }
}
