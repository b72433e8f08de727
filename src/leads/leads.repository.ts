import { Injectable } from '@nestjs/common';
import { Coalescer } from '../common/coalescer.js';
import { Database, type Transaction } from '../database/database.js';
import type { LeadInput, UpdateLeadDto } from './dto/lead.dto.js';
import type { Lead } from './lead.entity.js';

/** Assignments for a lead `l` from `r.given`: what it does not name stays, attributes are merged. */
const DETAILS_FROM_GIVEN = `
  first_name = CASE WHEN r.given ? 'first_name' THEN r.given ->> 'first_name' ELSE l.first_name END,
  last_name = CASE WHEN r.given ? 'last_name' THEN r.given ->> 'last_name' ELSE l.last_name END,
  company = CASE WHEN r.given ? 'company' THEN r.given ->> 'company' ELSE l.company END,
  title = CASE WHEN r.given ? 'title' THEN r.given ->> 'title' ELSE l.title END,
  timezone = CASE WHEN r.given ? 'timezone' THEN r.given ->> 'timezone' ELSE l.timezone END,
  attributes = l.attributes || COALESCE(r.given -> 'attributes', '{}')`;

interface LeadsOfCampaign {
  readonly campaignId: number;
  readonly ids: readonly number[];
}

/** Leads that one statement looks for at most, unless a single caller asks for more. */
const MOST_TOGETHER = 1_000;

@Injectable()
export class LeadsRepository {
  /** Every mail asks for its lead. */
  private readonly finding = new Coalescer<LeadsOfCampaign, Lead[]>(
    (wanted) => this.findAllInCampaigns(wanted),
    { heaviest: MOST_TOGETHER, weightOf: ({ ids }) => ids.length, isShared: () => true },
  );

  constructor(private readonly database: Database) {}

  /** Adds the people to the campaign; who is known already is updated by what the row says. */
  async import(
    campaignId: number,
    leads: readonly LeadInput[],
  ): Promise<{ created: number; updated: number }> {
    return this.database.transaction(async (tx) => {
      // Known people are left out before they use up an id; ON CONFLICT decides the races.
      const rows = JSON.stringify(leads.map((lead) => ({ email: lead.email, given: lead })));
      const created = await tx.query<{ id: number }>(
        `INSERT INTO cam_leads (email, first_name, last_name, company, title, timezone, attributes)
         SELECT r.email, r.given ->> 'first_name', r.given ->> 'last_name', r.given ->> 'company',
                r.given ->> 'title', r.given ->> 'timezone', COALESCE(r.given -> 'attributes', '{}')
           FROM jsonb_to_recordset($1::jsonb) AS r (email text, given jsonb)
          WHERE NOT EXISTS (SELECT 1 FROM cam_leads AS known WHERE known.email = r.email)
          ORDER BY r.email
         ON CONFLICT (email) DO NOTHING
         RETURNING id`,
        [rows],
      );
      const createdIds = created.map(({ id }) => id);
      const updated = await tx.query(
        // Locked by id like everywhere: claims lock many leads too, and none shall wait in a circle.
        `WITH known AS MATERIALIZED (
           SELECT l.id, r.given FROM jsonb_to_recordset($1::jsonb) AS r (email text, given jsonb)
             JOIN cam_leads AS l ON l.email = r.email
            WHERE l.id <> ALL($2) ORDER BY l.id FOR NO KEY UPDATE OF l
         )
         UPDATE cam_leads AS l
            SET ${DETAILS_FROM_GIVEN}, updated_at = cam_now()
           FROM known AS r WHERE l.id = r.id
         RETURNING 1`,
        [rows, createdIds],
      );
      await tx.query(
        `INSERT INTO cam_campaign_leads (campaign_id, lead_id)
         SELECT $1, id FROM cam_leads WHERE email = ANY($2) ORDER BY id
         ON CONFLICT DO NOTHING`,
        [campaignId, leads.map(({ email }) => email)],
      );
      return { created: created.length, updated: updated.length };
    });
  }

  /** Changes the fields that are given, and records a status; false when there is no such lead. */
  async update(id: number, fields: UpdateLeadDto, actor: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      // Locked by a statement of its own: whoever held the row may have changed what the next one reads.
      const [before] = await tx.query<Pick<Lead, 'status'>>(
        'SELECT status FROM cam_leads WHERE id = $1 FOR NO KEY UPDATE',
        [id],
      );
      if (before === undefined) return false;
      await tx.query(
        `UPDATE cam_leads AS l
            SET ${DETAILS_FROM_GIVEN}, status = COALESCE(r.given ->> 'status', l.status), updated_at = cam_now()
           FROM (SELECT $2::jsonb AS given) AS r
          WHERE l.id = $1`,
        [id, JSON.stringify(fields)],
      );
      if (fields.status !== undefined) {
        await tx.query(
          `INSERT INTO cam_lead_transitions (lead_id, cause, asked_status, from_status, to_status, evidence, actor, occurred_at)
           VALUES ($1, 'person', $2, $3, $2, 'person:' || gen_random_uuid(), $4, cam_now())`,
          [id, fields.status, before.status, actor],
        );
      }
      return true;
    });
  }

  /** Remembers when she last wrote herself. */
  async noteReply(tx: Transaction, id: number, at: Date): Promise<void> {
    await tx.query(
      `UPDATE cam_leads SET last_replied_at = GREATEST(last_replied_at, $2), updated_at = cam_now() WHERE id = $1`,
      [id, at],
    );
  }

  async setLastReply(tx: Transaction, id: number, at: Date | null): Promise<void> {
    await tx.query('UPDATE cam_leads SET last_replied_at = $2, updated_at = cam_now() WHERE id = $1', [
      id,
      at,
    ]);
  }

  /** The leads of these ids that belong to the campaign, in no order. */
  async findInCampaign(campaignId: number, ids: readonly number[]): Promise<Lead[]> {
    return this.finding.ask({ campaignId, ids });
  }

  /** Those of the ids that some lead has. */
  async findIds(ids: readonly number[]): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>('SELECT id FROM cam_leads WHERE id = ANY($1)', [
      ids,
    ]);
    return rows.map(({ id }) => id);
  }

  private async findAllInCampaigns(wanted: readonly LeadsOfCampaign[]): Promise<Lead[][]> {
    const rows = await this.database.query<Lead & { asked: number }>(
      `SELECT wanted.asked, l.*
         FROM unnest($1::integer[], $2::integer[], $3::integer[]) AS wanted (asked, campaign_id, lead_id)
         JOIN cam_campaign_leads AS m USING (campaign_id, lead_id)
         JOIN cam_leads AS l ON l.id = m.lead_id`,
      [
        wanted.flatMap(({ ids }, asked) => ids.map(() => asked)),
        wanted.flatMap(({ campaignId, ids }) => ids.map(() => campaignId)),
        wanted.flatMap(({ ids }) => ids),
      ],
    );
    const answers: Lead[][] = wanted.map(() => []);
    for (const { asked, ...lead } of rows) answers[asked]?.push(lead);
    return answers;
  }
}
