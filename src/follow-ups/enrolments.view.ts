import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { SqlFilter } from '../database/sql-filter.js';
import type { EnrolmentsQuery, EnrolmentView } from './dto/enrolment.dto.js';

/** Enrolments as the API shows them. */
@Injectable()
export class EnrolmentsReadModel {
  constructor(private readonly database: Database) {}

  /** Of one campaign, newest first, below `beforeId`. */
  async list(
    campaignId: number,
    query: EnrolmentsQuery,
    limit: number,
    beforeId: number | null,
  ): Promise<EnrolmentView[]> {
    const filter = new SqlFilter()
      .where(campaignId, (value) => `campaign_id = ${value}`)
      .where(query.lead_id, (value) => `lead_id = ${value}`)
      .where(query.status, (value) => `status = ${value}`)
      .where(beforeId, (value) => `id < ${value}`);
    return this.database.query<EnrolmentView>(
      `SELECT id, lead_id, status, stop_reason, stop_evidence, next_step, next_run_at, hold_code, postponements,
              simulated
         FROM cam_enrolments WHERE ${filter.toString()} ORDER BY id DESC LIMIT ${filter.parameter(limit)}`,
      filter.parameters,
    );
  }
}
