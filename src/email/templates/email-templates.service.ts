import { Injectable } from '@nestjs/common';
import { CampaignsService } from '../../campaigns/campaigns.service.js';
import { DomainError } from '../../common/domain-error.js';
import { violatedConstraint } from '../../database/database-error.js';
import type { TemplateDto, TemplatesQuery } from './dto/template.dto.js';
import type { EmailTemplate } from './email-template.entity.js';
import { EmailTemplatesRepository, type TemplateFields } from './email-templates.repository.js';
import { TemplateRenderer } from './template-renderer.js';

@Injectable()
export class EmailTemplatesService {
  constructor(
    private readonly templates: EmailTemplatesRepository,
    private readonly campaigns: CampaignsService,
    private readonly renderer: TemplateRenderer,
  ) {}

  async create(template: TemplateDto): Promise<EmailTemplate> {
    const fields = await this.check(template, null);
    return unlessTaken(fields, () => this.templates.create(fields));
  }

  async replace(id: number, template: TemplateDto): Promise<EmailTemplate> {
    const stored = await this.get(id);
    // Left out, it stays where it is: forgetting it must not offer a campaign's words to all campaigns.
    const fields = await this.check(template, stored.campaign_id);
    return existing(id, await unlessTaken(fields, () => this.templates.replace(id, fields)));
  }

  async delete(id: number): Promise<void> {
    if (!(await this.templates.delete(id))) throw templateNotFound(id);
  }

  async get(id: number): Promise<EmailTemplate> {
    return existing(id, await this.templates.find(id));
  }

  async list(query: TemplatesQuery, limit: number, beforeId: number | null): Promise<EmailTemplate[]> {
    return this.templates.list(query, limit, beforeId);
  }

  async findForCampaign(campaignId: number, type: string): Promise<EmailTemplate | null> {
    return this.templates.findForCampaign(campaignId, type);
  }

  /** @param unlessTold campaign of a template that names none; null: global */
  private async check(template: TemplateDto, unlessTold: number | null): Promise<TemplateFields> {
    const { campaign_id = unlessTold, text = null, cta_link = null, ...parts } = template;
    const problems = this.renderer.check({ ...parts, text });
    if (problems.length > 0) {
      throw new DomainError('template_invalid', 'The template cannot be used.', { errors: problems });
    }
    if (campaign_id !== null) await this.campaigns.get(campaign_id);
    return { ...parts, campaign_id, text, cta_link };
  }
}

async function unlessTaken<Result>(fields: TemplateFields, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (violatedConstraint(error) !== 'uq_email_templates_type') throw error;
    throw new DomainError(
      'template_exists',
      `There is a template ${fields.template_type} in this place already.`,
      {
        cause: error,
      },
    );
  }
}

function existing(id: number, template: EmailTemplate | null): EmailTemplate {
  if (template === null) throw templateNotFound(id);
  return template;
}

function templateNotFound(id: number): DomainError {
  return new DomainError('template_not_found', `There is no template ${id}.`);
}
