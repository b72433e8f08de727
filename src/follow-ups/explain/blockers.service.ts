import { Injectable } from '@nestjs/common';
import { CampaignsService } from '../../campaigns/campaigns.service.js';
import { SendingConfig } from '../../config/sending.config.js';
import { CampaignOutlooks } from '../../email/explain/campaign-outlook.service.js';
import { type Reason, waitReason } from '../../email/explain/reason.js';
import { RecipientBlockers } from '../../email/explain/recipient-blockers.service.js';
import { StepSending } from '../../email/steps/step-sending.service.js';
import { SequencesService } from '../../sequences/sequences.service.js';
import { timeZoneOf } from '../../sequences/timing/resolve-time-zone.js';
import type { BlockersView, BlockerView } from './blockers.dto.js';
import { waitingReasons } from './enrolment-blockers.js';
import { EnrolmentGroupsReadModel, type WaitingGroup } from './enrolment-groups.view.js';
import { endOf } from './step-reasons.js';

/** Says what keeps the mail of a campaign from going now, in counts. */
@Injectable()
export class Blockers {
  constructor(
    private readonly campaigns: CampaignsService,
    private readonly sequences: SequencesService,
    private readonly groups: EnrolmentGroupsReadModel,
    private readonly outlooks: CampaignOutlooks,
    private readonly recipients: RecipientBlockers,
    private readonly steps: StepSending,
    private readonly sending: SendingConfig,
  ) {}

  /** @throws DomainError `campaign_not_found` */
  async find(campaignId: number): Promise<BlockersView> {
    const campaign = await this.campaigns.get(campaignId);
    const { simulated } = this.steps;
    const [plans, waiting, ended, others, outlook] = await Promise.all([
      this.sequences.find([campaignId]),
      this.recipients.addressesWanted().then((most) => this.groups.countWaiting(campaignId, simulated, most)),
      this.groups.countEnded(campaignId, simulated),
      this.groups.countOthers(campaignId, simulated),
      this.outlooks.of(campaign),
    ]);
    const stopped = await this.recipients.count(
      waiting.map(({ lead_status: leadStatus, leads: count, addresses }) => ({
        leadStatus,
        count,
        addresses,
      })),
    );
    const plan = plans.get(campaignId);
    const hours = {
      window: plan?.window ?? null,
      zoneOf: (zone: string | null) => timeZoneOf(zone, campaign.timezone, this.sending.timeZone),
      now: outlook.now,
    };

    const counts = new BlockerCounts();
    const dueLeads = sum(waiting.filter(({ is_early: isEarly }) => !isEarly));
    for (const { reason, emails } of outlook.common) counts.add(reason, { emails, leads: dueLeads });
    for (const { reason, emails } of outlook.some) counts.add(reason, { emails });
    for (const { reason, count: leads } of stopped) counts.add(reason, { leads });
    for (const group of waiting) {
      for (const reason of waitingReasons(group, hours)) counts.add(reason, { leads: group.leads });
    }
    for (const { status, stop_reason: reason, leads } of ended) {
      const end = endOf(status, reason, null);
      if (end !== null) counts.add(end, { leads });
    }
    if (plan === undefined) counts.add(noSequence(), { leads: others });
    else if (others > 0) counts.add(notEnrolled(), { leads: others });
    return {
      campaign_id: campaignId,
      status: campaign.status,
      explained_at: outlook.now,
      blockers: counts.views,
    };
  }
}

/** Adds up what the same code keeps. */
class BlockerCounts {
  private readonly byCode = new Map<string, BlockerView>();

  add({ code, detail, until }: Reason, held: { readonly emails?: number; readonly leads?: number }): void {
    const { emails = 0, leads = 0 } = held;
    const known = this.byCode.get(code);
    if (known === undefined) {
      this.byCode.set(code, { code, detail, emails, leads, next_possible_at: until });
      return;
    }
    known.emails += emails;
    known.leads += leads;
    const first = known.next_possible_at;
    known.next_possible_at = first === null || (until !== null && until < first) ? until : first;
  }

  get views(): BlockerView[] {
    return [...this.byCode.values()];
  }
}

function noSequence(): Reason {
  return waitReason('NO_SEQUENCE', 'The campaign has no sequence: mail goes only when somebody asks for it.');
}

function notEnrolled(): Reason {
  return waitReason('NOT_ENROLLED', 'These leads are not enrolled in the sequence of the campaign.');
}

function sum(groups: readonly WaitingGroup[]): number {
  return groups.reduce((all, { leads }) => all + leads, 0);
}
