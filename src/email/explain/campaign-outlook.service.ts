import { Inject, Injectable } from '@nestjs/common';
import type { Campaign } from '../../campaigns/campaign.entity.js';
import { ownerOf, type QueueOwner } from '../dispatch/queue-owner.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { CampaignQueueReadModel, type QueueGroup } from './campaign-queue.view.js';
import { MailOutlook } from './mail-outlook.service.js';
import {
  endedReason,
  isOnItsWay,
  notDueReason,
  onItsWayReason,
  type QueueFacts,
  strandedReason,
} from './queue-reasons.js';
import type { Reason } from './reason.js';
import { RecipientBlockers } from './recipient-blockers.service.js';
import { capReasons, pauseReason, providerReasons } from './reasons-policy.js';

/** A reason, and how many open mails of a campaign it keeps. */
export interface EmailBlocker {
  readonly reason: Reason;
  readonly emails: number;
}

export interface CampaignOutlook {
  /** The database's time. */
  readonly now: Date;
  /** What holds for the whole campaign: it keeps every mail that would be new, too. */
  readonly common: readonly EmailBlocker[];
  /** What holds for some of its open mails. */
  readonly some: readonly EmailBlocker[];
}

/** Says what keeps the mail of a campaign: counts, by the rules of the claim. */
@Injectable()
export class CampaignOutlooks {
  private readonly owner: QueueOwner;

  constructor(
    private readonly queue: CampaignQueueReadModel,
    private readonly outlook: MailOutlook,
    private readonly recipients: RecipientBlockers,
    @Inject(EMAIL_PROVIDER) provider: EmailProvider,
  ) {
    this.owner = ownerOf(provider);
  }

  async of(campaign: Campaign): Promise<CampaignOutlook> {
    const [groups, unknown, today, provider] = await Promise.all([
      this.recipients.addressesWanted().then((most) => this.queue.count(campaign.id, this.owner, most)),
      this.queue.countUnknown(campaign.id, this.owner),
      this.outlook.readPlaces([campaign]),
      this.outlook.readProvider(),
    ]);
    const { places, dayEndsAt, now } = today;
    const open = groups.filter((group) => isHeld(group, now));
    const withoutPlace = open.filter((group) => !group.holds_place);
    const full = places.fullCaps(campaign.id);

    const common: EmailBlocker[] = [];
    if (campaign.status !== 'ACTIVE') {
      const reason = pauseReason({ campaignId: campaign.id, pause: campaign });
      common.push({ reason, emails: sum(open) });
    }
    // Where both caps are full, a mail still waits once.
    for (const reason of capReasons(full.slice(0, 1), campaign.id, dayEndsAt)) {
      common.push({ reason, emails: sum(withoutPlace) });
    }
    for (const reason of provider === null ? [] : providerReasons(provider, now)) {
      common.push({ reason, emails: sum(open) });
    }

    const commonCodes = new Set(common.map(({ reason }) => reason.code));
    const some = groups.flatMap((group): EmailBlocker[] => {
      const facts = factsOf(group, now);
      const note = isOnItsWay(facts)
        ? onItsWayReason()
        : notDueReason(facts, {
            campaignIsActive: campaign.status === 'ACTIVE',
            hasPlaces: group.holds_place || full.length === 0,
            dayEndsAt,
          });
      const reason = strandedReason(facts) ?? note;
      // What holds for all of them has counted these.
      return reason === null || commonCodes.has(reason.code) ? [] : [{ reason, emails: group.emails }];
    });
    const stopped = await this.recipients.count(
      open.map(({ lead_status: leadStatus, emails: count, addresses }) => ({ leadStatus, count, addresses })),
    );
    for (const { reason, count: emails } of stopped) some.push({ reason, emails });
    if (unknown > 0) some.push({ reason: endedReason('UNKNOWN', null), emails: unknown });
    return { now, common, some };
  }
}

/** Mail that this process could send, and that is not under way. */
function isHeld(group: QueueGroup, now: Date): boolean {
  const facts = factsOf(group, now);
  return strandedReason(facts) === null && !isOnItsWay(facts);
}

function factsOf(group: QueueGroup, now: Date): QueueFacts {
  const { ours, repeatable, leased, waits_for: waitsFor, due_at: dueAt } = group;
  return { ours, repeatable, leased, waitsFor, dueAt, now };
}

function sum(groups: readonly QueueGroup[]): number {
  return groups.reduce((all, { emails }) => all + emails, 0);
}
