import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import type { LeadStatus } from '../lead.entity.js';
import { foldedStatus, statusAfter } from './folded-status.js';
import type { TransitionCause } from './lead-transition.entity.js';
import {
  LeadTransitionsRepository,
  type LockedLead,
  type StandingTransition,
} from './lead-transitions.repository.js';

/** What mail told of a lead. */
export interface LeadEvent {
  readonly leadId: number;
  readonly cause: Exclude<TransitionCause, 'person'>;
  /** The status that it asks for; null: none. */
  readonly asks: LeadStatus | null;
  /** It counts for a lead of this address alone; null: whatever hers is. */
  readonly address: string | null;
  /** What told it: `inbound:7`, `event:msg_x`, `outbound:12` for the link in a mail. */
  readonly evidence: string;
  readonly campaignId: number | null;
  readonly occurredAt: Date;
  /** The same evidence may tell it again: a link may be followed after a person has set the status back. */
  readonly mayRecur: boolean;
}

/** `repeated`: it was recorded before. `not_hers`: recorded now, of another address than hers. */
export type LeadEventResult = 'recorded' | 'not_hers' | 'repeated';

/** Who takes back what evidence told before, when it turns out to tell something else. */
const OURSELVES = 'cam';

/**
 * The record of what moved each lead. With {@link LeadsService.update} it alone writes a status that is not the mere
 * sending of mail. Each call locks the leads that it is about, by id: make no lock of a mail or campaign after it.
 */
@Injectable()
export class LeadTransitionsService {
  constructor(private readonly transitions: LeadTransitionsRepository) {}

  /**
   * Records an event, once for its evidence, cause and lead, and moves her status if it asks for that and nothing
   * stronger holds it. What the same evidence had asked for otherwise is undone first.
   */
  async record(tx: Transaction, event: LeadEvent): Promise<LeadEventResult> {
    const { leadId, cause, evidence } = event;
    const [lead] = await this.transitions.lock(tx, [leadId]);
    if (lead === undefined) throw new Error(`There is no lead ${leadId}`);
    const isHers = event.address === null || event.address === lead.email;
    const asked = isHers ? event.asks : null;

    const isSame = (known: StandingTransition): boolean =>
      known.evidence === evidence && known.cause === cause;
    const standing = await this.transitions.findStanding(tx, leadId);
    const known = standing.find(isSame);
    const wish = { cause, asked_status: asked };
    if (known?.asked_status === asked) {
      const isLost = statusAfter(lead.status, wish) !== lead.status;
      if (!event.mayRecur || !isLost) return 'repeated';
    }
    const from = await this.withdraw(tx, lead, standing, isSame, OURSELVES);
    const to = statusAfter(from, wish);
    await this.transitions.insert(tx, {
      lead_id: leadId,
      ...wish,
      from_status: from,
      to_status: to,
      evidence,
      campaign_id: event.campaignId,
      occurred_at: event.occurredAt,
    });
    if (to !== from) await this.transitions.setStatus(tx, leadId, to);
    return isHers ? 'recorded' : 'not_hers';
  }

  /**
   * Takes back all that the evidence had told, but for `keep`. A lead whose status it held gets the one that the other
   * events leave her; one that a person set, or another event asks for as well, stays.
   *
   * @param others leads that the caller is going to change, to be locked in their turn
   * @returns the leads whom the evidence told of; they are locked
   */
  async undo(
    tx: Transaction,
    evidence: string,
    by: string,
    { keep, others }: { keep: Pick<LeadEvent, 'leadId' | 'cause'> | null; others: readonly number[] },
  ): Promise<number[]> {
    const touched = await this.transitions.findLeadsOf(tx, evidence);
    for (const lead of await this.transitions.lock(tx, [...touched, ...others])) {
      if (!touched.includes(lead.id)) continue;
      const kept = keep?.leadId === lead.id ? keep.cause : null;
      const standing = await this.transitions.findStanding(tx, lead.id);
      await this.withdraw(
        tx,
        lead,
        standing,
        (known) => known.evidence === evidence && known.cause !== kept,
        by,
      );
    }
    return touched;
  }

  /** @returns the lead's status from then on */
  private async withdraw(
    tx: Transaction,
    lead: LockedLead,
    standing: readonly StandingTransition[],
    isWithdrawn: (transition: StandingTransition) => boolean,
    by: string,
  ): Promise<LeadStatus> {
    const withdrawn = standing.filter(isWithdrawn);
    if (withdrawn.length === 0) return lead.status;
    await this.transitions.undo(
      tx,
      withdrawn.map(({ id }) => id),
      by,
    );
    const first = (await this.transitions.findFirstStatus(tx, lead.id)) ?? lead.status;
    const base = first === 'NEW' && lead.last_contacted_at !== null ? 'CONTACTED' : first;
    // What the record does not explain is not ours to take back: it is older than the record.
    if (foldedStatus(base, standing) !== lead.status) return lead.status;
    const left = foldedStatus(
      base,
      standing.filter((known) => !isWithdrawn(known)),
    );
    if (left !== lead.status) await this.transitions.setStatus(tx, lead.id, left);
    return left;
  }
}
