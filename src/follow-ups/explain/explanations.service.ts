import { Injectable } from '@nestjs/common';
import type { Campaign } from '../../campaigns/campaign.entity.js';
import { CampaignsService } from '../../campaigns/campaigns.service.js';
import {
  type EmailOutlook,
  type LeadOutlook,
  MailOutlook,
} from '../../email/explain/mail-outlook.service.js';
import { nextPossibleAt } from '../../email/explain/next-time-policy.js';
import { type Reason, waitReason } from '../../email/explain/reason.js';
import { type MailOfStep, StepSending } from '../../email/steps/step-sending.service.js';
import { leadNotFound } from '../../leads/leads.service.js';
import { LeadsReadModel } from '../../leads/leads.view.js';
import { EnrolmentSchedule, type KnownEnrolment } from '../../sequences/enrolment-schedule.service.js';
import { gateOf } from '../../sequences/gate-policy.js';
import { SequencesService } from '../../sequences/sequences.service.js';
import { threadOf } from '../thread-of.js';
import type { CampaignExplanationView, EmailExplanationView, LeadExplanationView } from './explain.dto.js';
import { endOf, moveReason, previewReasons, type SendingMove, timeReasons } from './step-reasons.js';

type Mails = ReadonlyMap<number, MailOfStep>;

/** What keeps the next mail of a campaign from a lead, and when it could go. */
interface Outlook {
  readonly reasons: readonly Reason[];
  readonly nextPossibleAt: Date | null;
}

/**
 * Says why a lead gets no mail now, and when she could. Reads only, and decides nothing: `nextMove`, `gateOf`, the rules of
 * the claim and the composer do, as they do when mail goes.
 */
@Injectable()
export class Explanations {
  constructor(
    private readonly leads: LeadsReadModel,
    private readonly campaigns: CampaignsService,
    private readonly sequences: SequencesService,
    private readonly schedule: EnrolmentSchedule,
    private readonly steps: StepSending,
    private readonly mail: MailOutlook,
  ) {}

  /** @throws DomainError `lead_not_found` */
  async explain(leadId: number): Promise<LeadExplanationView> {
    const lead = await this.leads.find(leadId);
    if (lead === null) throw leadNotFound(leadId);
    const [campaigns, plans, enrolments] = await Promise.all([
      Promise.all(lead.campaign_ids.map((id) => this.campaigns.get(id))),
      this.sequences.find(lead.campaign_ids),
      this.schedule.findOfLead(leadId, this.steps.simulated),
    ]);
    const [mails, outlook] = await Promise.all([this.findMails(enrolments), this.mail.of(lead, campaigns)]);
    const explained = await Promise.all(
      campaigns.map(async (campaign): Promise<CampaignExplanationView> => {
        const enrolment = enrolments.find(({ campaignId }) => campaignId === campaign.id);
        const next =
          enrolment === undefined
            ? withoutEnrolment(campaign, plans.has(campaign.id), outlook)
            : await this.ofEnrolment(enrolment, mails.get(enrolment.id) ?? new Map(), outlook);
        return campaignView(campaign, enrolment, next, outlook);
      }),
    );
    return { lead_id: leadId, status: lead.status, explained_at: outlook.now, campaigns: explained };
  }

  private async findMails(enrolments: readonly KnownEnrolment[]): Promise<Map<number, Mails>> {
    return this.steps.previewMails(
      enrolments.map(({ id: enrolmentId, campaignId, leadId, step: fromStep }) => ({
        enrolmentId,
        campaignId,
        leadId,
        fromStep,
      })),
    );
  }

  private async ofEnrolment(enrolment: KnownEnrolment, mails: Mails, outlook: LeadOutlook): Promise<Outlook> {
    const { row, campaignId } = enrolment;
    const forNewMail = outlook.forNewMail.get(campaignId) ?? [];
    const end = row.is_looked_at ? null : endOf(row.status, row.stop_reason, row.stop_evidence);
    if (end !== null) return ended(end, forNewMail);

    const move = this.schedule.decide(enrolment, mails);
    switch (move.kind) {
      case 'stop':
      case 'exhausted':
        return ended(moveReason(move, mails), forNewMail);
      case 'await': {
        const open = outlook.emails.find(({ id }) => id === mails.get(move.step)?.id);
        return { reasons: [moveReason(move, mails)], nextPossibleAt: open?.nextPossibleAt ?? null };
      }
      case 'send':
      case 'wait':
        return this.ofStep(enrolment, move, mails, forNewMail);
    }
  }

  private async ofStep(
    enrolment: KnownEnrolment,
    move: SendingMove,
    mails: Mails,
    forNewMail: readonly Reason[],
  ): Promise<Outlook> {
    const { row } = enrolment;
    const facts = this.schedule.factsOf(enrolment, mails);
    const preview = await this.preview(enrolment, move, mails);
    const times = timeReasons(move, facts, row.stop_reason);
    const reasons = [...times, ...previewReasons(preview), ...forNewMail];
    const later = lookReason(enrolment, move);
    if (later !== null) reasons.push(later);
    const from = move.dueAt > facts.now ? move.dueAt : facts.now;
    return {
      reasons,
      nextPossibleAt: nextPossibleAt(reasons, from, (at) =>
        gateOf({ ...facts, now: at, step: move.step, stopReason: row.stop_reason }),
      ),
    };
  }

  private async preview(
    { id, campaignId, leadId, version, plan }: KnownEnrolment,
    move: SendingMove,
    mails: Mails,
  ) {
    const planned = plan.steps[move.step - 1];
    if (planned === undefined) throw new Error('A step is due that is not planned');
    return this.steps.preview({
      campaignId,
      campaignSequenceId: plan.id,
      templateType: planned.templateType,
      step: {
        leadId,
        step: move.step,
        enrolment: { id, version },
        thread: threadOf(plan.steps, move.step, mails),
      },
    });
  }
}

/** The service looks at an enrolment no sooner than it said, though what held it back may be over. */
function lookReason(
  { row: { look_at: until, hold_code: code, now } }: KnownEnrolment,
  move: SendingMove,
): Reason | null {
  if (until === null || until <= now || until <= move.dueAt) return null;
  const detail =
    code === null ? 'It is looked at again then.' : `It was held back (${code}), and is tried again then.`;
  return waitReason('HELD', detail, { until });
}

/** Of what else stops mail to her only that is told which outlasts the enrolment. */
function ended(end: Reason, forNewMail: readonly Reason[]): Outlook {
  return { reasons: [end, ...forNewMail.filter(({ ends }) => ends)], nextPossibleAt: null };
}

function withoutEnrolment({ id }: Campaign, hasSequence: boolean, outlook: LeadOutlook): Outlook {
  const reason = hasSequence
    ? waitReason('NOT_ENROLLED', 'The lead is not enrolled in the sequence of the campaign.')
    : waitReason('NO_SEQUENCE', 'The campaign has no sequence: mail goes only when somebody asks for it.');
  const reasons = [reason, ...(outlook.forNewMail.get(id) ?? [])];
  return { reasons, nextPossibleAt: nextPossibleAt(reasons, outlook.now, () => null) };
}

function campaignView(
  campaign: Campaign,
  enrolment: KnownEnrolment | undefined,
  { reasons, nextPossibleAt: next }: Outlook,
  outlook: LeadOutlook,
): CampaignExplanationView {
  return {
    campaign_id: campaign.id,
    campaign_status: campaign.status,
    enrolment: enrolment === undefined ? null : enrolmentView(enrolment),
    may_send: reasons.length === 0,
    reasons: reasons.map(reasonView),
    next_possible_at: next,
    emails: outlook.emails.filter(({ campaignId }) => campaignId === campaign.id).map(emailView),
  };
}

function enrolmentView({ id, row }: KnownEnrolment): NonNullable<CampaignExplanationView['enrolment']> {
  const { status, stop_reason, stop_evidence, next_step, next_run_at } = row;
  return { id, status, stop_reason, stop_evidence, next_step, next_run_at };
}

function emailView(email: EmailOutlook): EmailExplanationView {
  return {
    id: email.id,
    sequence_number: email.sequenceNumber,
    status: email.status,
    may_send: email.reasons.length === 0,
    reasons: email.reasons.map(reasonView),
    next_possible_at: email.nextPossibleAt,
  };
}

function reasonView({ code, detail, until, evidence }: Reason) {
  return { code, detail, until, evidence };
}
