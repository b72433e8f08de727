import { Injectable } from '@nestjs/common';
import { Coalescer } from '../common/coalescer.js';
import { Database, type Transaction } from '../database/database.js';
import { Campaign } from './campaign.entity.js';

/** The fields of a campaign that a caller sets. */
export type CampaignFields = Pick<Campaign, 'name' | 'timezone' | 'max_emails_per_day' | 'from_email'>;

/** Campaigns that one statement looks for at most. */
const MOST_TOGETHER = 1_000;

@Injectable()
export class CampaignsRepository {
  /** Every mail asks for its campaign. */
  private readonly finding = new Coalescer<number, Campaign | null>((ids) => this.findAll(ids), {
    heaviest: MOST_TOGETHER,
    isShared: () => true,
  });

  constructor(private readonly database: Database) {}

  async create(fields: CampaignFields): Promise<Campaign> {
    const [campaign] = await this.database.query<Campaign>(
      `INSERT INTO cam_campaigns (name, timezone, max_emails_per_day, from_email)
       VALUES ($1, $2, $3, $4) RETURNING *`,
      [fields.name, fields.timezone, fields.max_emails_per_day, fields.from_email],
    );
    if (campaign === undefined) throw new Error('The new campaign has no row');
    return campaign;
  }

  /** Newest first, below `beforeId`. */
  async list(limit: number, beforeId: number | null): Promise<Campaign[]> {
    return this.database.query<Campaign>(
      'SELECT * FROM cam_campaigns WHERE $2::integer IS NULL OR id < $2 ORDER BY id DESC LIMIT $1',
      [limit, beforeId],
    );
  }

  async find(id: number): Promise<Campaign | null> {
    return this.finding.ask(id);
  }

  /** Changes the fields that are given; null when there is no such campaign. */
  async update(id: number, fields: Partial<CampaignFields>): Promise<Campaign | null> {
    const [campaign] = await this.database.query<Campaign>(
      `UPDATE cam_campaigns
          SET name = CASE WHEN $2::jsonb ? 'name' THEN $2 ->> 'name' ELSE name END,
              timezone = CASE WHEN $2 ? 'timezone' THEN $2 ->> 'timezone' ELSE timezone END,
              max_emails_per_day = CASE WHEN $2 ? 'max_emails_per_day'
                THEN ($2 ->> 'max_emails_per_day')::integer ELSE max_emails_per_day END,
              from_email = CASE WHEN $2 ? 'from_email' THEN $2 ->> 'from_email' ELSE from_email END,
              updated_at = cam_now()
        WHERE id = $1 RETURNING *`,
      [id, JSON.stringify(fields)],
    );
    return campaign ?? null;
  }

  /** Holds the campaign as it is until the transaction ends: none of its mail is accepted or claimed meanwhile. */
  async lock(tx: Transaction, id: number): Promise<Campaign | null> {
    const [campaign] = await tx.query<Campaign>(
      'SELECT * FROM cam_campaigns WHERE id = $1 FOR NO KEY UPDATE',
      [id],
    );
    return campaign ?? null;
  }

  /**
   * Repeating it keeps the first pause's time and, unless there is another reason, who paused it. Mail that is on the
   * wire already still goes.
   */
  async pause(id: number, reason: string | null, actor: string, tx?: Transaction): Promise<Campaign | null> {
    const [campaign] = await (tx ?? this.database).query<Campaign>(
      `WITH before AS MATERIALIZED (
         SELECT id, status = 'ACTIVE' OR COALESCE($2 <> pause_reason, $2 IS NOT NULL) AS is_news
           FROM cam_campaigns WHERE id = $1 FOR NO KEY UPDATE
       ), noted AS (
         INSERT INTO cam_campaign_actions (campaign_id, action, actor, reason)
         SELECT id, 'pause', $3, $2 FROM before WHERE is_news
       )
       UPDATE cam_campaigns AS c
          SET status = 'PAUSED', paused_at = COALESCE(c.paused_at, cam_now()),
              paused_by = CASE WHEN is_news THEN $3 ELSE c.paused_by END,
              pause_reason = COALESCE($2, c.pause_reason), resume_reason = NULL, updated_at = cam_now()
         FROM before WHERE c.id = before.id RETURNING c.*`,
      [id, reason, actor],
    );
    return campaign ?? null;
  }

  /** Repeating it keeps the time, the reason and who it was: only a pause can be ended. */
  async resume(id: number, reason: string | null, actor: string): Promise<Campaign | null> {
    const [campaign] = await this.database.query<Campaign>(
      `WITH before AS MATERIALIZED (
         SELECT id, status = 'PAUSED' AS was_paused FROM cam_campaigns WHERE id = $1 FOR NO KEY UPDATE
       ), noted AS (
         INSERT INTO cam_campaign_actions (campaign_id, action, actor, reason)
         SELECT id, 'resume', $3, $2 FROM before WHERE was_paused
       )
       UPDATE cam_campaigns AS c
          SET status = 'ACTIVE', paused_at = NULL, paused_by = NULL, pause_reason = NULL,
              resume_reason = COALESCE($2, c.resume_reason), updated_at = cam_now(),
              resumed_at = CASE WHEN was_paused THEN cam_now() ELSE c.resumed_at END,
              resumed_by = CASE WHEN was_paused THEN $3 ELSE c.resumed_by END
         FROM before WHERE c.id = before.id RETURNING c.*`,
      [id, reason, actor],
    );
    return campaign ?? null;
  }

  private async findAll(ids: readonly number[]): Promise<(Campaign | null)[]> {
    const rows = await this.database.query<Campaign>('SELECT * FROM cam_campaigns WHERE id = ANY($1)', [
      [...new Set(ids)],
    ]);
    const campaigns = new Map(rows.map((campaign) => [campaign.id, campaign]));
    return ids.map((id) => campaigns.get(id) ?? null);
  }
}
