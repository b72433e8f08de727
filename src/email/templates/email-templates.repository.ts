import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../common/coalescer.js';
import { Database } from '../../database/database.js';
import { SqlFilter } from '../../database/sql-filter.js';
import type { EmailTemplate } from './email-template.entity.js';

/** The fields of a template that a caller sets. */
export type TemplateFields = Pick<
  EmailTemplate,
  'campaign_id' | 'template_type' | 'subject' | 'body' | 'text' | 'cta_link'
>;

interface TypeOfCampaign {
  readonly campaignId: number;
  readonly type: string;
}

/** Templates that one statement looks for at most. */
const MOST_TOGETHER = 1_000;

@Injectable()
export class EmailTemplatesRepository {
  /** Every mail of a stored template asks for it. */
  private readonly finding = new Coalescer<TypeOfCampaign, EmailTemplate | null>(
    (wanted) => this.findAllForCampaigns(wanted),
    { heaviest: MOST_TOGETHER, isShared: () => true },
  );

  constructor(private readonly database: Database) {}

  async create(fields: TemplateFields): Promise<EmailTemplate> {
    const [template] = await this.database.query<EmailTemplate>(
      `INSERT INTO cam_email_templates (campaign_id, template_type, subject, body, text, cta_link)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`,
      valuesOf(fields),
    );
    if (template === undefined) throw new Error('The new template has no row');
    return template;
  }

  async replace(id: number, fields: TemplateFields): Promise<EmailTemplate | null> {
    const [template] = await this.database.query<EmailTemplate>(
      `UPDATE cam_email_templates
          SET campaign_id = $1, template_type = $2, subject = $3, body = $4, text = $5, cta_link = $6,
              updated_at = cam_now()
        WHERE id = $7 RETURNING *`,
      [...valuesOf(fields), id],
    );
    return template ?? null;
  }

  /** False when there is no such template. Mails that were made of it keep their content. */
  async delete(id: number): Promise<boolean> {
    const rows = await this.database.query('DELETE FROM cam_email_templates WHERE id = $1 RETURNING 1', [id]);
    return rows.length > 0;
  }

  async find(id: number): Promise<EmailTemplate | null> {
    const [template] = await this.database.query<EmailTemplate>(
      'SELECT * FROM cam_email_templates WHERE id = $1',
      [id],
    );
    return template ?? null;
  }

  /** The campaign's own template of the type, else the global one. */
  async findForCampaign(campaignId: number, type: string): Promise<EmailTemplate | null> {
    return this.finding.ask({ campaignId, type });
  }

  /** Newest first, below `beforeId`. */
  async list(
    query: { readonly campaign_id?: number; readonly template_type?: string },
    limit: number,
    beforeId: number | null,
  ): Promise<EmailTemplate[]> {
    const filter = new SqlFilter()
      .where(query.campaign_id, (value) => `campaign_id = ${value}`)
      .where(query.template_type, (value) => `template_type = ${value}`)
      .where(beforeId, (value) => `id < ${value}`);
    return this.database.query<EmailTemplate>(
      `SELECT * FROM cam_email_templates WHERE ${filter.toString()} ORDER BY id DESC LIMIT ${filter.parameter(limit)}`,
      filter.parameters,
    );
  }

  private async findAllForCampaigns(wanted: readonly TypeOfCampaign[]): Promise<(EmailTemplate | null)[]> {
    const rows = await this.database.query<EmailTemplate>(
      `SELECT * FROM cam_email_templates
        WHERE template_type = ANY($1) AND (campaign_id = ANY($2) OR campaign_id IS NULL)`,
      [
        [...new Set(wanted.map(({ type }) => type))],
        [...new Set(wanted.map(({ campaignId }) => campaignId))],
      ],
    );
    const templates = new Map(rows.map((row) => [`${row.campaign_id ?? ''}/${row.template_type}`, row]));
    return wanted.map(
      ({ campaignId, type }) => templates.get(`${campaignId}/${type}`) ?? templates.get(`/${type}`) ?? null,
    );
  }
}

function valuesOf(fields: TemplateFields): unknown[] {
  return [
    fields.campaign_id,
    fields.template_type,
    fields.subject,
    fields.body,
    fields.text,
    fields.cta_link,
  ];
}
