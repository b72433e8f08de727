import { Inject, Injectable } from '@nestjs/common';
import type { Campaign } from '../../campaigns/campaign.entity.js';
import { SendingConfig } from '../../config/sending.config.js';
import { Database } from '../../database/database.js';
import type { Lead } from '../../leads/lead.entity.js';
import { type GateFacts, gateOf } from '../../sequences/gate-policy.js';
import { SuppressionsService } from '../../suppressions/suppressions.service.js';
import { type PlacesToday, QuotaRepository } from '../caps/quota.repository.js';
import { CLAIM_AHEAD_MS } from '../dispatch/claim.repository.js';
import { type ClaimFacts, hindrancesOf } from '../dispatch/claim-policy.js';
import { ownerOf, type QueueOwner } from '../dispatch/queue-owner.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { ProviderGateReadModel } from '../provider/provider-gate.view.js';
import { StepsRepository } from '../steps/steps.repository.js';
import { type LeadEmailRow, LeadEmailsReadModel } from './lead-emails.view.js';
import { nextPossibleAt } from './next-time-policy.js';
import {
  endedReason,
  isOnItsWay,
  notDueReason,
  onItsWayReason,
  type QueueFacts,
  strandedReason,
} from './queue-reasons.js';
import type { Reason } from './reason.js';
import {
  capReasons,
  type KnownSuppression,
  type ProviderState,
  providerReasons,
  reasonsOf,
} from './reasons-policy.js';

/** The lead that is asked about. */
export type AskedLead = Pick<Lead, 'id' | 'email' | 'status' | 'last_replied_at'>;

/** A mail that exists, and what keeps it from going. */
export interface EmailOutlook {
  readonly id: number;
  readonly campaignId: number;
  readonly sequenceNumber: number;
  readonly status: StoredStatus | 'SENDING';
  /** Empty: it goes as soon as its turn comes. */
  readonly reasons: readonly Reason[];
  readonly nextPossibleAt: Date | null;
}

export interface LeadOutlook {
  /** The database's time. */
  readonly now: Date;
  /** Open ones and the latest of the others, newest first. */
  readonly emails: readonly EmailOutlook[];
  /** By campaign: what would keep a new mail to the lead's own address from going. */
  readonly forNewMail: ReadonlyMap<number, readonly Reason[]>;
}

/** All that reasons are made of, read once. */
interface Circumstances extends PlacesToday {
  readonly lead: AskedLead;
  readonly campaigns: ReadonlyMap<number, Campaign>;
  readonly suppressions: ReadonlyMap<string, readonly KnownSuppression[]>;
  readonly provider: ProviderState | null;
  readonly gates: ReadonlyMap<number, GateFacts>;
}

/**
 * Says why mail to a lead does not go. It decides nothing: it asks the functions by which mail is accepted and claimed,
 * without their locks, so that a moment later the answer may be another one.
 */
@Injectable()
export class MailOutlook {
  private readonly owner: QueueOwner;

  constructor(
    private readonly database: Database,
    private readonly emails: LeadEmailsReadModel,
    private readonly steps: StepsRepository,
    private readonly quota: QuotaRepository,
    private readonly gates: ProviderGateReadModel,
    private readonly suppressions: SuppressionsService,
    private readonly sending: SendingConfig,
    @Inject(EMAIL_PROVIDER) provider: EmailProvider,
  ) {
    this.owner = ownerOf(provider);
  }

  /** @param campaigns those of the lead, and of all her mails */
  async of(lead: AskedLead, campaigns: readonly Campaign[]): Promise<LeadOutlook> {
    const rows = await this.emails.find(lead.id, this.owner);
    const circumstances = await this.read(lead, campaigns, rows);
    return {
      now: circumstances.now,
      emails: rows.map((row) => this.emailOutlook(row, circumstances)),
      forNewMail: new Map(campaigns.map(({ id }) => [id, this.newMailReasons(id, circumstances)])),
    };
  }

  /** What the provider of this process lets through; null: it simulates, and lets everything through. */
  async readProvider(): Promise<ProviderState | null> {
    if (this.owner.simulated) return null;
    const [freeInMs, shut] = await Promise.all([
      this.gates.freeInMs(this.owner.provider),
      this.gates.findShut(this.owner.provider),
    ]);
    return { freeInMs, shutReason: shut?.reason ?? null, aheadMs: CLAIM_AHEAD_MS };
  }

  /** Today's places of these campaigns, as they are at this moment. */
  async readPlaces(campaigns: readonly Campaign[]): Promise<PlacesToday> {
    return this.quota.readToday(
      this.database,
      this.owner.simulated,
      campaigns.map(({ id, max_emails_per_day: cap }) => ({ campaignId: id, cap })),
    );
  }

  private async read(
    lead: AskedLead,
    campaigns: readonly Campaign[],
    rows: readonly LeadEmailRow[],
  ): Promise<Circumstances> {
    const addresses = [...new Set([lead.email, ...rows.map(({ to_email: address }) => address)])];
    const steps = rows.flatMap(({ id: emailId, enrolment_id: enrolmentId, sequence_number: step }) =>
      enrolmentId === null ? [] : [{ emailId, enrolmentId, step }],
    );
    const [suppressions, gates, provider, places] = await Promise.all([
      Promise.all(addresses.map((address) => this.suppressions.findInForce(address))),
      this.steps.findGateFacts(this.database, steps),
      this.readProvider(),
      this.readPlaces(campaigns),
    ]);
    return {
      lead,
      campaigns: new Map(campaigns.map((campaign) => [campaign.id, campaign])),
      suppressions: new Map(addresses.map((address, index) => [address, suppressions[index] ?? []])),
      gates,
      provider,
      ...places,
    };
  }

  private emailOutlook(row: LeadEmailRow, circumstances: Circumstances): EmailOutlook {
    const { now } = circumstances;
    const gate = circumstances.gates.get(row.id);
    const queue = queueFacts(row, now);
    const reasons =
      row.status === 'QUEUED'
        ? this.openReasons(row, queue, circumstances)
        : [endedReason(row.status, row.error_code)];
    const isBoundToHours = gate !== undefined && !row.maybe_sent;
    return {
      id: row.id,
      campaignId: row.campaign_id,
      sequenceNumber: row.sequence_number,
      status: row.status === 'QUEUED' && queue.leased ? 'SENDING' : row.status,
      reasons,
      nextPossibleAt: nextPossibleAt(reasons, now, (at) =>
        isBoundToHours ? gateOf({ ...gate, now: at }) : null,
      ),
    };
  }

  private openReasons(row: LeadEmailRow, queue: QueueFacts, circumstances: Circumstances): Reason[] {
    const stranded = strandedReason(queue);
    if (stranded !== null) return [stranded];
    if (isOnItsWay(queue)) return [onItsWayReason()];

    const { campaign_id: campaignId, to_email: address } = row;
    const { places, dayEndsAt } = circumstances;
    const gate = circumstances.gates.get(row.id);
    const full = row.holds_place ? [] : places.fullCaps(campaignId);
    const notDue = notDueReason(queue, {
      campaignIsActive: circumstances.campaigns.get(campaignId)?.status === 'ACTIVE',
      hasPlaces: full.length === 0,
      dayEndsAt,
    });
    const reasons = [
      ...this.claimReasons(campaignId, circumstances, {
        address,
        gate: gate === undefined ? null : gateOf(gate),
        followUp: row.follow_up ?? false,
        queuedAt: row.queued_at,
        maybeSent: row.maybe_sent,
      }),
      ...capReasons(full, campaignId, dayEndsAt),
      ...this.providerReasons(circumstances),
    ];
    return withNote(reasons, notDue);
  }

  private newMailReasons(campaignId: number, circumstances: Circumstances): Reason[] {
    const { lead, places, dayEndsAt, now } = circumstances;
    return [
      ...this.claimReasons(campaignId, circumstances, {
        address: lead.email,
        gate: null,
        followUp: false,
        queuedAt: now,
        maybeSent: false,
      }),
      ...capReasons(places.fullCaps(campaignId), campaignId, dayEndsAt),
      ...this.providerReasons(circumstances),
    ];
  }

  private claimReasons(
    campaignId: number,
    { lead, campaigns, suppressions }: Circumstances,
    mail: Pick<ClaimFacts, 'gate' | 'followUp' | 'queuedAt' | 'maybeSent'> & { readonly address: string },
  ): Reason[] {
    const campaign = campaigns.get(campaignId);
    const { address, ...facts } = mail;
    const inForce = suppressions.get(address) ?? [];
    const hindrances = hindrancesOf(
      {
        ...facts,
        recipient: { address, leadStatus: lead.status, suppressed: inForce.length > 0 },
        lastRepliedAt: lead.last_replied_at,
        campaignIsActive: campaign?.status === 'ACTIVE',
      },
      this.sending.allowlist,
    );
    const pause = campaign ?? { paused_by: null, pause_reason: null };
    return reasonsOf(hindrances, { campaignId, pause, suppressions: inForce });
  }

  private providerReasons({ provider, now }: Circumstances): Reason[] {
    return provider === null ? [] : providerReasons(provider, now);
  }
}

function queueFacts(row: LeadEmailRow, now: Date): QueueFacts {
  return {
    ours: row.ours ?? false,
    repeatable: row.repeatable ?? false,
    leased: row.leased ?? false,
    waitsFor: row.waits_for,
    dueAt: row.due_at,
    now,
  };
}

/** What the queue noted when it put a mail off is often what still holds: told once, with the later end. */
function withNote(reasons: readonly Reason[], note: Reason | null): Reason[] {
  if (note === null) return [...reasons];
  const isKnown = reasons.some(({ code }) => code === note.code);
  return isKnown
    ? reasons.map((reason) =>
        reason.code === note.code ? { ...reason, until: later(reason, note) } : reason,
      )
    : [...reasons, note];
}

function later({ until: one }: Reason, { until: other }: Reason): Date | null {
  if (one === null || other === null) return null;
  return one > other ? one : other;
}
