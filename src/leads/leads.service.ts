import { Injectable } from '@nestjs/common';
import { CampaignsService } from '../campaigns/campaigns.service.js';
import { DomainError } from '../common/domain-error.js';
import type { LeadImportResult, UpdateLeadDto } from './dto/lead.dto.js';
import type { Lead } from './lead.entity.js';
import { checkLeadRows } from './lead-rows.js';
import type { Transaction } from '../database/database.js';
import { LeadsRepository } from './leads.repository.js';

@Injectable()
export class LeadsService {
  constructor(
    private readonly leads: LeadsRepository,
    private readonly campaigns: CampaignsService,
  ) {}

  /** Imports the sound rows into the campaign and names the others. Repeating the call changes nothing more. */
  async import(campaignId: number, rows: readonly unknown[]): Promise<LeadImportResult> {
    await this.campaigns.get(campaignId);
    const { leads, errors } = await checkLeadRows(rows);
    const counts =
      leads.length === 0 ? { created: 0, updated: 0 } : await this.leads.import(campaignId, leads);
    return { ...counts, errors };
  }

  /**
   * Changes what is given. A status is on record as a person's word, which no correction of a mail takes back.
   *
   * @param actor name of her API key, empty when the process has none
   * @throws DomainError `lead_not_found`
   */
  async update(id: number, fields: UpdateLeadDto, actor: string): Promise<void> {
    if (!(await this.leads.update(id, fields, actor))) throw leadNotFound(id);
  }

  /** A person's reply; the latest counts, in whatever order they come. */
  async noteReply(tx: Transaction, id: number, at: Date): Promise<void> {
    await this.leads.noteReply(tx, id, at);
  }

  /** When her latest reply came, once another one has turned out to be none of hers; null: she never replied. */
  async correctLastReply(tx: Transaction, id: number, at: Date | null): Promise<void> {
    await this.leads.setLastReply(tx, id, at);
  }

  /** The leads of these ids that belong to the campaign. */
  async findInCampaign(campaignId: number, ids: readonly number[]): Promise<Map<number, Lead>> {
    const leads = await this.leads.findInCampaign(campaignId, ids);
    return new Map(leads.map((lead) => [lead.id, lead]));
  }

  /** Those of the ids that some lead has, in whatever campaign. */
  async findIds(ids: readonly number[]): Promise<Set<number>> {
    return new Set(await this.leads.findIds(ids));
  }
}

export function leadNotFound(id: number): DomainError {
  return new DomainError('lead_not_found', `There is no lead ${id}.`);
}
