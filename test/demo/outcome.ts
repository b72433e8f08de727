import type { CampaignView } from '../../src/campaigns/dto/campaign.dto.js';
import type { CampaignMetricsView } from '../../src/decisions/api/dto/campaign-metrics.dto.js';
import type { DecisionView } from '../../src/decisions/api/dto/decision.dto.js';
import type { OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { EnrolmentView } from '../../src/follow-ups/dto/enrolment.dto.js';
import type { LeadExplanationView } from '../../src/follow-ups/explain/explain.dto.js';
import type { InboundEmailView } from '../../src/inbox/api/dto/inbound-email.dto.js';
import type { LeadView } from '../../src/leads/dto/lead.dto.js';
import type { ReceivedAlert } from '../support/alert-receiver.js';
import type { OnWire } from '../support/app.js';
import type { Person } from './people.js';
import type { DemoService } from './service-process.js';
import type { DemoCampaign } from './story.js';

/** What became of one person. */
export interface Way {
  readonly person: Person;
  readonly lead: Pick<OnWire<LeadView>, 'id' | 'status'>;
  readonly enrolment: Pick<OnWire<EnrolmentView>, 'status' | 'stop_reason' | 'stop_evidence' | 'hold_code'>;
  /** Oldest first; those that were never sent too. */
  readonly mails: readonly Pick<OnWire<OutboundEmailView>, 'id' | 'sequence_number' | 'status' | 'sent_at'>[];
}

export interface CampaignOutcome {
  readonly campaign: Pick<
    OnWire<CampaignView>,
    'name' | 'status' | 'max_emails_per_day' | 'paused_by' | 'pause_reason'
  >;
  readonly ways: readonly Way[];
  readonly metrics: Omit<OnWire<CampaignMetricsView>, 'computed_at'>;
  /** Oldest first. */
  readonly decisions: readonly Pick<
    OnWire<DecisionView>,
    'decided_at' | 'rule' | 'verdict' | 'applied' | 'numerator' | 'denominator' | 'low' | 'high' | 'threshold'
  >[];
}

/** All that the service says at the end, and what the two who stood outside it saw. */
export interface Outcome {
  readonly campaigns: readonly CampaignOutcome[];
  /** By the evidence that names them: `inbound:7`. */
  readonly inbound: ReadonlyMap<string, OnWire<InboundEmailView>>;
  readonly alerts: readonly ReceivedAlert[];
  /** How often the provider took mail, by its idempotency key. */
  readonly accepted: readonly number[];
}

/** Asks the REST API. */
export async function readCampaign(service: DemoService, told: DemoCampaign): Promise<CampaignOutcome> {
  const { id, people } = told;
  const leads = await service.list<LeadView>(`leads?campaign_id=${id}`);
  const enrolments = await service.list<EnrolmentView>(`campaigns/${id}/enrolments`);
  const mails = await service.list<OutboundEmailView>(`emails/outbound?campaign_id=${id}`);
  const decisions = await service.list<DecisionView>(`campaigns/${id}/decisions`);
  const ways = people.map((person): Way => {
    const lead = leads.find(({ email }) => email === person.email);
    const enrolment = enrolments.find(({ lead_id: leadId }) => leadId === lead?.id);
    if (lead === undefined || enrolment === undefined) throw new Error(`${person.email} was forgotten`);
    return { person, lead, enrolment, mails: mails.filter((mail) => mail.lead_id === lead.id).toReversed() };
  });
  return {
    campaign: await service.get<CampaignView>(`campaigns/${id}`),
    ways,
    metrics: await service.get<CampaignMetricsView>(`campaigns/${id}/metrics`),
    decisions: decisions.toReversed(),
  };
}

/** Why somebody of the campaign, who has got a mail and whose sequence is not over, gets no more. */
export async function explain(
  service: DemoService,
  { ways }: CampaignOutcome,
): Promise<OnWire<LeadExplanationView>> {
  const way = ways.find(({ mails, enrolment }) => mails.length > 0 && enrolment.status === 'ACTIVE');
  if (way === undefined) throw new Error('Nobody waits for a mail');
  return service.get<LeadExplanationView>(`leads/${way.lead.id}/explain`);
}

export async function readInbound(service: DemoService): Promise<Outcome['inbound']> {
  const mails = await service.list<InboundEmailView>('emails/inbound');
  return new Map(mails.map((mail) => [`inbound:${mail.id}`, mail]));
}
