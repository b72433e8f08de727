import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { SqlFilter } from '../database/sql-filter.js';
import type { LeadsQuery, LeadView } from './dto/lead.dto.js';

const COLUMNS = `
  l.id, l.email, l.first_name, l.last_name, l.company, l.title, l.timezone, l.attributes, l.status,
  l.last_contacted_at, l.last_replied_at, l.created_at, l.updated_at,
  ARRAY(SELECT m.campaign_id FROM cam_campaign_leads AS m WHERE m.lead_id = l.id ORDER BY m.campaign_id) AS campaign_ids`;

/** Leads as the API shows them. */
@Injectable()
export class LeadsReadModel {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<LeadView | null> {
    const [lead] = await this.database.query<LeadView>(
      `SELECT ${COLUMNS} FROM cam_leads AS l WHERE l.id = $1`,
      [id],
    );
    return lead ?? null;
  }

  /** Newest first, below `beforeId`. */
  async list(query: LeadsQuery, limit: number, beforeId: number | null): Promise<LeadView[]> {
    const filter = new SqlFilter()
      .where(query.status, (value) => `l.status = ${value}`)
      .where(query.email, (value) => `l.email = ${value}`)
      .where(beforeId, (value) => `l.id < ${value}`);
    // Ordered by the membership's column, so that its primary key serves filter and order at once.
    const [from, id] =
      query.campaign_id === undefined
        ? ['cam_leads AS l', 'l.id']
        : ['cam_campaign_leads AS c JOIN cam_leads AS l ON l.id = c.lead_id', 'c.lead_id'];
    filter.where(query.campaign_id, (value) => `c.campaign_id = ${value}`);
    if (query.campaign_id !== undefined) filter.where(beforeId, (value) => `c.lead_id < ${value}`);
    return this.database.query<LeadView>(
      `SELECT ${COLUMNS} FROM ${from} WHERE ${filter.toString()} ORDER BY ${id} DESC LIMIT ${filter.parameter(limit)}`,
      filter.parameters,
    );
  }
}
