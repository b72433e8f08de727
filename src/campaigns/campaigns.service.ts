import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { parseSender } from '../common/email-address.js';
import type { Transaction } from '../database/database.js';
import type { Campaign } from './campaign.entity.js';
import { type CampaignFields, CampaignsRepository } from './campaigns.repository.js';

@Injectable()
export class CampaignsService {
  constructor(private readonly campaigns: CampaignsRepository) {}

  async create(fields: Partial<CampaignFields> & Pick<CampaignFields, 'name'>): Promise<Campaign> {
    return this.campaigns.create({
      timezone: null,
      max_emails_per_day: null,
      ...fields,
      from_email: senderHeader(fields.from_email) ?? null,
    });
  }

  async list(limit: number, beforeId: number | null): Promise<Campaign[]> {
    return this.campaigns.list(limit, beforeId);
  }

  async find(id: number): Promise<Campaign | null> {
    return this.campaigns.find(id);
  }

  async get(id: number): Promise<Campaign> {
    return existing(id, await this.campaigns.find(id));
  }

  async update(id: number, fields: Partial<CampaignFields>): Promise<Campaign> {
    const sender = senderHeader(fields.from_email);
    const checked = sender === undefined ? fields : { ...fields, from_email: sender };
    return existing(id, await this.campaigns.update(id, checked));
  }

  /**
   * Nothing of the campaign is accepted or claimed after this has returned.
   *
   * @param actor name of the caller's API key, empty when the process has none
   */
  async pause(id: number, reason: string | null, actor: string): Promise<Campaign> {
    return existing(id, await this.campaigns.pause(id, reason, actor));
  }

  /**
   * What waits for the campaign is released by the next dispatch round. Rules judge it by mail of later hours alone.
   *
   * @param actor name of the caller's API key, empty when the process has none
   */
  async resume(id: number, reason: string | null, actor: string): Promise<Campaign> {
    return existing(id, await this.campaigns.resume(id, reason, actor));
  }

  /** The campaign, which nobody accepts, claims, pauses or resumes until the transaction ends. */
  async lock(tx: Transaction, id: number): Promise<Campaign> {
    return existing(id, await this.campaigns.lock(tx, id));
  }

  /** {@link pause} by a rule, in the transaction that stores its decision; `actor` is such as `rule:HARD_BOUNCE`. */
  async pauseIn(tx: Transaction, id: number, reason: string, actor: string): Promise<Campaign> {
    return existing(id, await this.campaigns.pause(id, reason, actor, tx));
  }
}

function existing(id: number, campaign: Campaign | null): Campaign {
  if (campaign === null) throw new DomainError('campaign_not_found', `There is no campaign ${id}.`);
  return campaign;
}

/** The sender as the From header wants it; undefined and null pass through. */
function senderHeader(text: string | null | undefined): string | null | undefined {
  if (text === null || text === undefined) return text;
  const sender = parseSender(text);
  if (sender.kind === 'valid') return sender.header;
  throw new DomainError('invalid_request', 'The sender is not an address.', {
    errors: [{ field: 'from_email', code: 'invalid_email', detail: sender.detail }],
  });
}
