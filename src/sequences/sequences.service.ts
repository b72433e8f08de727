import { Injectable } from '@nestjs/common';
import type { SequencePlan } from './sequence-plan.js';
import { SequencesRepository } from './sequences.repository.js';

@Injectable()
export class SequencesService {
  constructor(private readonly sequences: SequencesRepository) {}

  /** By campaign; one without a sequence is missing. */
  async find(campaignIds: readonly number[]): Promise<Map<number, SequencePlan>> {
    const plans = await this.sequences.find(campaignIds);
    return new Map(plans.map((plan) => [plan.campaignId, plan]));
  }

  /**
   * Gives the campaign this sequence instead of the one that it has. Live enrolments follow it for the steps that they
   * have not come to, and none is stored from then on that was decided on the one before. What is cut short of it, the
   * follow-ups' task ends. The campaign and at least one step must exist.
   */
  async replace(campaignId: number, plan: Omit<SequencePlan, 'id' | 'campaignId'>): Promise<void> {
    await this.sequences.replace(campaignId, plan);
    while (await this.sequences.replanSome(campaignId));
  }
}
