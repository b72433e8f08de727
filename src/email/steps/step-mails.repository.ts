import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';

/** The mail of a step, as far as what follows it needs. */
export interface StepMailRow {
  enrolment_id: number;
  id: number;
  sequence_number: number;
  status: StoredStatus;
  sent_at: Date | null;
  error_code: string | null;
  subject: string;
  message_id_header: string;
  provider_message_id_header: string | null;
}

/** An enrolment whose steps may have been mailed by somebody else. */
export interface Adopter {
  readonly enrolmentId: number;
  readonly campaignId: number;
  readonly leadId: number;
  /** Earlier steps are past. */
  readonly fromStep: number;
}

const MAIL_COLUMNS = `
  o.id, o.sequence_number, o.status, o.sent_at, o.error_code, o.subject, o.message_id_header,
  o.provider_message_id_header`;

/** SQL of the first mails that somebody asked for under the numbers of steps to come. */
const ADOPTABLE = `
   FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[])
        AS a (enrolment_id, campaign_id, lead_id, from_step)
   JOIN cam_outbound_emails AS o ON o.lead_id = a.lead_id AND o.campaign_id = a.campaign_id
  WHERE o.enrolment_id IS NULL AND o.simulated = $5 AND o.sequence_number >= a.from_step
    AND o.status NOT IN ('FAILED', 'DROPPED')
    AND NOT EXISTS (SELECT FROM cam_outbound_emails AS taken
                     WHERE taken.enrolment_id = a.enrolment_id AND taken.sequence_number = o.sequence_number)
    AND NOT EXISTS (SELECT FROM cam_outbound_emails AS earlier
                     WHERE earlier.lead_id = o.lead_id AND earlier.campaign_id = o.campaign_id
                       AND earlier.sequence_number = o.sequence_number AND earlier.simulated = o.simulated
                       AND earlier.enrolment_id IS NULL AND earlier.status NOT IN ('FAILED', 'DROPPED')
                       AND earlier.id < o.id)`;

function adoptableParameters(adopters: readonly Adopter[], simulated: boolean): unknown[] {
  return [
    adopters.map(({ enrolmentId }) => enrolmentId),
    adopters.map(({ campaignId }) => campaignId),
    adopters.map(({ leadId }) => leadId),
    adopters.map(({ fromStep }) => fromStep),
    simulated,
  ];
}

/** The mails that enrolments have. */
@Injectable()
export class StepMailsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes mail that somebody asked for as the step of its number: nobody gets a step twice. The first such mail counts;
   * what certainly never went is none.
   */
  async adopt(adopters: readonly Adopter[], simulated: boolean): Promise<void> {
    // Who settles one of them at this moment is not waited for: the next look adopts it.
    await this.database.query(
      `WITH found AS MATERIALIZED (
         SELECT o.id, a.enrolment_id ${ADOPTABLE} ORDER BY o.id FOR NO KEY UPDATE OF o SKIP LOCKED
       )
       UPDATE cam_outbound_emails AS o SET enrolment_id = found.enrolment_id FROM found WHERE o.id = found.id`,
      adoptableParameters(adopters, simulated),
    );
  }

  /** The mails that {@link adopt} would take as steps, as if it had. */
  async findAdoptable(adopters: readonly Adopter[], simulated: boolean): Promise<StepMailRow[]> {
    return this.database.query<StepMailRow>(
      `SELECT a.enrolment_id, ${MAIL_COLUMNS} ${ADOPTABLE} ORDER BY a.enrolment_id, o.sequence_number`,
      adoptableParameters(adopters, simulated),
    );
  }

  /** Takes one mail as a step, unless it is one already. @returns false when it stays what it was */
  async adoptOne(emailId: number, enrolmentId: number): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE cam_outbound_emails AS o SET enrolment_id = e.id FROM cam_enrolments AS e
        WHERE o.id = $1 AND e.id = $2 AND o.campaign_id = e.campaign_id AND o.enrolment_id IS NULL
       RETURNING 1`,
      [emailId, enrolmentId],
    );
    return rows.length > 0;
  }

  /** The mail that has these very words under that number already. @returns its id */
  async findTwin(
    leadId: number,
    contentHash: string,
    step: number,
    simulated: boolean,
  ): Promise<number | null> {
    const [row] = await this.database.query<{ id: number }>(
      `SELECT id FROM cam_outbound_emails
        WHERE lead_id = $1 AND content_hash = $2 AND sequence_number = $3 AND simulated = $4`,
      [leadId, contentHash, step, simulated],
    );
    return row?.id ?? null;
  }

  /** All mails of these enrolments, by step. */
  async find(enrolmentIds: readonly number[]): Promise<StepMailRow[]> {
    return this.database.query<StepMailRow>(
      `SELECT o.enrolment_id, ${MAIL_COLUMNS} FROM cam_outbound_emails AS o WHERE o.enrolment_id = ANY($1)
        ORDER BY o.enrolment_id, o.sequence_number`,
      [enrolmentIds],
    );
  }
}
