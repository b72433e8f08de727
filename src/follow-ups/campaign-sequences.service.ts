import { Injectable } from '@nestjs/common';
import { CampaignsService } from '../campaigns/campaigns.service.js';
import { DomainError, type FieldProblem } from '../common/domain-error.js';
import { StepSending } from '../email/steps/step-sending.service.js';
import { EmailTemplatesService } from '../email/templates/email-templates.service.js';
import { LeadsService } from '../leads/leads.service.js';
import { EnrolmentsService } from '../sequences/enrolments.service.js';
import type { SequencePlan } from '../sequences/sequence-plan.js';
import { SequencesService } from '../sequences/sequences.service.js';

export interface Enrolled {
  readonly enrolled: number;
  readonly skipped: readonly { readonly lead_id: number; readonly code: string }[];
}

/** What people do to the sequence of a campaign. */
@Injectable()
export class CampaignSequences {
  constructor(
    private readonly campaigns: CampaignsService,
    private readonly leads: LeadsService,
    private readonly templates: EmailTemplatesService,
    private readonly sequences: SequencesService,
    private readonly enrolments: EnrolmentsService,
    private readonly steps: StepSending,
  ) {}

  /** @throws DomainError `campaign_not_found`, `sequence_not_found` */
  async get(campaignId: number): Promise<SequencePlan> {
    await this.campaigns.get(campaignId);
    return this.existing(campaignId);
  }

  /**
   * Gives the campaign a sequence, in the place of the one that it has. Live enrolments follow it for the steps that
   * they have not come to.
   *
   * @throws DomainError `campaign_not_found`; `invalid_request` that names a window without hours and each unknown template
   */
  async replace(campaignId: number, plan: Omit<SequencePlan, 'id' | 'campaignId'>): Promise<SequencePlan> {
    await this.campaigns.get(campaignId);
    const errors = [...windowProblems(plan), ...(await this.templateProblems(campaignId, plan))];
    if (errors.length > 0) {
      throw new DomainError('invalid_request', 'The sequence cannot be carried out.', { errors });
    }
    await this.sequences.replace(campaignId, plan);
    return this.existing(campaignId);
  }

  /**
   * Enrols leads of the campaign; the first step goes when its delay is over and its window open. Repeating it is safe.
   *
   * @param leadIds null: all leads of the campaign
   * @throws DomainError `campaign_not_found`, `sequence_not_found`
   */
  async enrol(campaignId: number, leadIds: readonly number[] | null): Promise<Enrolled> {
    await this.get(campaignId);
    const rows = await this.enrolments.enrol(campaignId, leadIds, this.steps.simulated);
    const inCampaign = new Map(rows.map((row) => [row.lead_id, row]));
    const others = (leadIds ?? []).filter((id) => !inCampaign.has(id));
    const known = others.length === 0 ? new Set<number>() : await this.leads.findIds(others);
    return {
      enrolled: rows.filter(({ enrolled }) => enrolled).length,
      skipped: [
        ...rows
          .filter(({ enrolled }) => !enrolled)
          .map(({ lead_id, status }) => ({ lead_id, code: SKIPPED_AS[status] ?? 'already_enrolled' })),
        ...others.map((lead_id) => ({
          lead_id,
          code: known.has(lead_id) ? 'lead_not_in_campaign' : 'lead_not_found',
        })),
      ],
    };
  }

  private async existing(campaignId: number): Promise<SequencePlan> {
    const plan = (await this.sequences.find([campaignId])).get(campaignId);
    if (plan === undefined) {
      throw new DomainError('sequence_not_found', `Campaign ${campaignId} has no sequence.`);
    }
    return plan;
  }

  private async templateProblems(
    campaignId: number,
    { steps }: Pick<SequencePlan, 'steps'>,
  ): Promise<FieldProblem[]> {
    const types = [...new Set(steps.map(({ templateType }) => templateType))];
    const found = await Promise.all(types.map((type) => this.templates.findForCampaign(campaignId, type)));
    const unknown = new Set(types.filter((_, index) => found[index] === null));
    return steps.flatMap(({ templateType }, index) =>
      unknown.has(templateType)
        ? [
            {
              field: `steps[${index}].template_type`,
              code: 'template_not_found',
              detail: 'The campaign has no template of this type, nor is there a global one.',
            },
          ]
        : [],
    );
  }
}

/** Statuses of leads that get no mail, in the words of the API. */
const SKIPPED_AS: Readonly<Record<string, string>> = {
  SUPPRESSED: 'lead_suppressed',
  UNSUBSCRIBED: 'lead_unsubscribed',
  BOUNCED: 'lead_bounced',
};

function windowProblems({ window }: Pick<SequencePlan, 'window'>): FieldProblem[] {
  return window === null || window.from < window.to
    ? []
    : [{ field: 'window.to', code: 'not_after_from', detail: 'Must be later than `from`.' }];
}
