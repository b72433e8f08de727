import { Injectable } from '@nestjs/common';
import { SendingConfig } from '../config/sending.config.js';
import type { Transaction } from '../database/database.js';
import type { FinalStop } from './enrolment-states.js';
import { type EnrolledRow, EnrolmentsRepository } from './enrolments.repository.js';
import { afterAbsence } from './timing/absence.js';
import { timeZoneOf } from './timing/resolve-time-zone.js';

/** A third absence ends an enrolment: who is away so often is not the right person to wait for. */
const MOST_POSTPONEMENTS = 2;

/**
 * What an event does to the enrolments of a lead, in the transaction of the event. Each call takes the lead's row lock
 * and then the enrolments': make no lock of a mail or a campaign after it. A stop that returns has won: no mail of these
 * enrolments is made or claimed after its commit. What is on the wire already still goes.
 */
@Injectable()
export class EnrolmentsService {
  constructor(
    private readonly enrolments: EnrolmentsRepository,
    private readonly sending: SendingConfig,
  ) {}

  /** See {@link EnrolmentsRepository.enrol}. The campaign has a sequence. Repeating the call enrols nobody twice. */
  async enrol(
    campaignId: number,
    leadIds: readonly number[] | null,
    simulated: boolean,
  ): Promise<EnrolledRow[]> {
    return this.enrolments.enrol(campaignId, leadIds, simulated);
  }

  /**
   * Ends all enrolments of a lead, in whatever campaign. Repeating it is safe: the first reason stays.
   *
   * @param evidence what told it: `inbound:7`, `event:msg_x`, `outbound:12`
   */
  async stopAll(tx: Transaction, leadId: number, reason: FinalStop, evidence: string): Promise<void> {
    await this.enrolments.stopAll(tx, leadId, reason, evidence);
  }

  /**
   * She answered with interest: her enrolment in the campaign that she answered to goes on with its next step at once if
   * the campaign says so; all others end as REPLIED. Call it once for an answer.
   *
   * @param campaignId null: it is not known which one she answered to; all end
   */
  async answeredWithInterest(
    tx: Transaction,
    leadId: number,
    campaignId: number | null,
    evidence: string,
  ): Promise<void> {
    if (campaignId === null) return this.stopAll(tx, leadId, 'REPLIED', evidence);
    await this.enrolments.stopOthers(tx, leadId, campaignId, 'REPLIED', evidence);
  }

  /**
   * The evidence no longer tells of interest: what {@link answeredWithInterest} hurried waits for its delay again, unless
   * its mail is made already. The caller has locked the leads.
   */
  async slowDown(tx: Transaction, leadIds: readonly number[], evidence: string): Promise<void> {
    await this.enrolments.slowDown(tx, leadIds, evidence);
  }

  /**
   * She is away: her enrolments wait for the first business day after her return, or for a week when no date is known;
   * those that have waited twice before end. Call it once for an absence.
   *
   * @param returnDate `YYYY-MM-DD`; null: not known
   */
  async postponeAll(
    tx: Transaction,
    leadId: number,
    absence: { readonly returnDate: string | null; readonly receivedAt: Date; readonly evidence: string },
  ): Promise<void> {
    for (const enrolment of await this.enrolments.lockPostponable(tx, leadId)) {
      if (enrolment.postponements === MOST_POSTPONEMENTS) {
        await this.enrolments.stop(tx, enrolment.id, 'OUT_OF_OFFICE', absence.evidence);
        continue;
      }
      const timeZone = timeZoneOf(
        enrolment.lead_time_zone,
        enrolment.campaign_time_zone,
        this.sending.timeZone,
      );
      await this.enrolments.postpone(
        tx,
        enrolment.id,
        afterAbsence(absence.returnDate, absence.receivedAt, timeZone),
      );
    }
  }
}
