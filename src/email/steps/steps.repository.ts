import { Injectable } from '@nestjs/common';
import { SendingConfig } from '../../config/sending.config.js';
import type { Transaction } from '../../database/database.js';
import type { EnrolmentStatus, StopReason } from '../../sequences/enrolment-states.js';
import { type Gate, type GateFacts, gateOf } from '../../sequences/gate-policy.js';
import { type WindowColumns, windowOf } from '../../sequences/sequence-plan.js';
import { LOOK_AGAIN_MS } from '../../sequences/step-policy.js';
import { timeZoneOf } from '../../sequences/timing/resolve-time-zone.js';

/** A step whose mail is being stored. */
export interface BegunStep {
  readonly enrolmentId: number;
  /** Of the enrolment when the step was decided. */
  readonly version: number;
  readonly step: number;
  /** A stop keeps its mail in: there is nothing to wait for. */
  readonly dropped: boolean;
}

/** A mail that is a step. */
export interface StepOfMail {
  readonly emailId: number;
  readonly enrolmentId: number;
  readonly step: number;
}

interface GateRow extends WindowColumns {
  id: number;
  status: EnrolmentStatus;
  stop_reason: StopReason | null;
  postponed_until: Date | null;
  lead_time_zone: string | null;
  campaign_time_zone: string | null;
  now: Date;
}

/**
 * Where a step's mail and its enrolment meet. The caller holds the locks of the leads, which whoever stops or postpones
 * an enrolment takes too: what it reads here stays so until it commits.
 */
@Injectable()
export class StepsRepository {
  constructor(private readonly sending: SendingConfig) {}

  /**
   * Notes that the mails of these steps are stored, in the transaction that stores them.
   *
   * @returns the enrolments of which that is true: the others were stopped or have changed since, or their sequence has
   */
  async begin(tx: Transaction, steps: readonly BegunStep[]): Promise<Set<number>> {
    const begun = await tx.query<{ id: number }>(
      `WITH begun AS MATERIALIZED (
         SELECT s.* FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::boolean[])
                AS s (id, version, step, dropped)
           JOIN cam_enrolments AS e ON e.id = s.id AND e.version = s.version
           JOIN cam_sequences AS plan ON plan.campaign_id = e.campaign_id
          WHERE e.status IN ('ACTIVE', 'POSTPONED') AND e.id <= COALESCE(plan.replan_after, e.id)
          ORDER BY s.id FOR UPDATE OF e
       )
       UPDATE cam_enrolments AS e
          SET status = 'ACTIVE', next_step = b.step, hold_code = NULL, version = e.version + 1,
              look_at = cam_now() + CASE WHEN dropped THEN 0 ELSE $5 END * interval '1 millisecond', updated_at = cam_now()
         FROM begun AS b WHERE e.id = b.id
       RETURNING e.id`,
      [
        steps.map(({ enrolmentId }) => enrolmentId),
        steps.map(({ version }) => version),
        steps.map(({ step }) => step),
        steps.map(({ dropped }) => dropped),
        LOOK_AGAIN_MS,
      ],
    );
    return new Set(begun.map(({ id }) => id));
  }

  /**
   * Those of the new mails whose step had a mail before that somebody asked for. The caller's lock on the campaign keeps
   * such mail from coming in meanwhile.
   */
  async findMailed(tx: Transaction, emailIds: readonly number[]): Promise<Set<number>> {
    const rows = await tx.query<{ id: number }>(
      `SELECT mine.id FROM cam_outbound_emails AS mine
        WHERE mine.id = ANY($1)
          AND EXISTS (SELECT FROM cam_outbound_emails AS other
                       WHERE other.lead_id = mine.lead_id AND other.campaign_id = mine.campaign_id
                         AND other.sequence_number = mine.sequence_number AND other.simulated = mine.simulated
                         AND other.enrolment_id IS NULL AND other.status NOT IN ('FAILED', 'DROPPED'))`,
      [emailIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Whether these mails may leave now. By mail; see {@link findGateFacts}. */
  async findGates(tx: Transaction, steps: readonly StepOfMail[]): Promise<Map<number, Gate>> {
    const facts = await this.findGateFacts(tx, steps);
    return new Map([...facts].map(([emailId, of]) => [emailId, gateOf(of)]));
  }

  /**
   * What decides whether these mails may leave; who only explains asks without locks. By mail. One that its enrolment
   * leaves behind, because it has ended without coming to it, is missing: it is no step any more.
   */
  async findGateFacts(
    on: Pick<Transaction, 'query'>,
    steps: readonly StepOfMail[],
  ): Promise<Map<number, GateFacts>> {
    if (steps.length === 0) return new Map();
    const rows = await on.query<GateRow>(
      `SELECT e.id, e.status, e.stop_reason, e.postponed_until, s.window_days, s.window_from, s.window_to,
              l.timezone AS lead_time_zone, c.timezone AS campaign_time_zone, cam_now() AS now
         FROM cam_enrolments AS e
         JOIN cam_leads AS l ON l.id = e.lead_id
         JOIN cam_campaigns AS c ON c.id = e.campaign_id
         JOIN cam_sequences AS s ON s.campaign_id = e.campaign_id
        WHERE e.id = ANY($1)`,
      [steps.map(({ enrolmentId }) => enrolmentId)],
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return new Map(
      steps.flatMap(({ emailId, enrolmentId, step }): [number, GateFacts][] => {
        const row = byId.get(enrolmentId);
        if (row === undefined) throw new Error(`Mail ${emailId} is a step of no enrolment`);
        return row.status === 'EXHAUSTED' ? [] : [[emailId, this.gateFactsOf(row, step)]];
      }),
    );
  }

  private gateFactsOf(row: GateRow, step: number): GateFacts {
    return {
      enrolmentId: row.id,
      step,
      stopReason: row.stop_reason,
      postponedUntil: row.postponed_until,
      window: windowOf(row),
      timeZone: timeZoneOf(row.lead_time_zone, row.campaign_time_zone, this.sending.timeZone),
      now: row.now,
    };
  }
}
