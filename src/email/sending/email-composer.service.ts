import { Injectable } from '@nestjs/common';
import type { Campaign } from '../../campaigns/campaign.entity.js';
import { CampaignsService } from '../../campaigns/campaigns.service.js';
import { type EmailAddressResult, normalizeEmailAddress, parseSender } from '../../common/email-address.js';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { SendingConfig } from '../../config/sending.config.js';
import type { Lead } from '../../leads/lead.entity.js';
import { LeadsService } from '../../leads/leads.service.js';
import { findStop } from '../dispatch/recipient-policy.js';
import type { EmailTemplate } from '../templates/email-template.entity.js';
import { EmailTemplatesService } from '../templates/email-templates.service.js';
import { TemplateRenderer, type TemplateSource } from '../templates/template-renderer.js';
import type { NewEmail, SteppingEnrolment } from './new-email.js';
import { createFooter, type Footer } from './footer.js';
import { freezeEmail, type RenderedContent } from './frozen-email.js';
import { hasSafeLink } from './link-policy.js';
import type { Refusal, SendEmailRequest, TemplateChoice } from './send-email.js';
import type { ThreadMail } from './thread-headers.js';
import { templateVariables } from './template-variables.js';

/** A campaign and template that are ready to make mail of. */
export interface Composition {
  readonly kind: 'ready';
  readonly campaign: Campaign;
  /** Header form, `Name <address>` or bare. */
  readonly fromEmail: string;
  /** Of the sender's address. */
  readonly fromDomain: string;
  readonly source: TemplateSource;
  readonly ctaLink: string | null;
  /** For the mail's record: where its words came from. */
  readonly origin: Readonly<Record<string, unknown>>;
}

/** What a mail is told of the sequence that it is a step of. */
export interface StepOfSequence {
  readonly enrolment: SteppingEnrolment;
  /** The mails that it goes on with, oldest first; empty: it begins a thread. */
  readonly thread: readonly (ThreadMail & { readonly id: number })[];
}

export type Composed =
  { readonly kind: 'rendered'; readonly toEmail: string; readonly content: RenderedContent } | Refusal;

/** Makes mails of campaigns, leads and templates; reads, and writes nothing. */
@Injectable()
export class EmailComposer {
  private readonly footer: Footer;

  constructor(
    private readonly campaigns: CampaignsService,
    private readonly leads: LeadsService,
    private readonly templates: EmailTemplatesService,
    private readonly renderer: TemplateRenderer,
    private readonly sending: SendingConfig,
    private readonly provider: EmailProviderConfig,
  ) {
    this.footer = createFooter(sending.publicUrl, sending.postalAddress);
  }

  /** Finds what the mails of one call are made of. The leads are meaningful only when the composition is ready. */
  async prepare(
    campaignId: number,
    template: TemplateChoice,
    leadIds: readonly number[],
  ): Promise<{ composition: Composition | Refusal; leads: ReadonlyMap<number, Lead | Refusal> }> {
    // Asked at once: each answer takes a round trip, and nearly every request needs them all.
    const [campaign, stored, leads] = await Promise.all([
      this.campaigns.find(campaignId),
      template.kind === 'stored' ? this.templates.findForCampaign(campaignId, template.type) : null,
      this.findLeads(campaignId, leadIds),
    ]);
    return { composition: this.compose(campaign, template, stored), leads };
  }

  private compose(
    campaign: Campaign | null,
    template: TemplateChoice,
    stored: EmailTemplate | null,
  ): Composition | Refusal {
    if (campaign === null) return { kind: 'campaign_not_found' };
    const fromEmail = campaign.from_email ?? this.provider.fromEmail;
    const shared = { kind: 'ready', campaign, fromEmail, fromDomain: domainOf(fromEmail) } as const;
    if (template.kind === 'inline') {
      const { source, ctaLink } = template;
      return { ...shared, source, ctaLink, origin: { template: 'inline' } };
    }
    if (stored === null) return { kind: 'template_not_found' };
    return {
      ...shared,
      source: stored,
      ctaLink: stored.cta_link,
      origin: { template_type: stored.template_type, template_id: stored.id },
    };
  }

  /** Each id with the lead, or with the reason why the campaign cannot mail her. */
  private async findLeads(campaignId: number, ids: readonly number[]): Promise<Map<number, Lead | Refusal>> {
    const leads = await this.leads.findInCampaign(campaignId, ids);
    const missing = ids.filter((id) => !leads.has(id));
    const elsewhere = missing.length === 0 ? new Set<number>() : await this.leads.findIds(missing);
    return new Map(
      ids.map((id): [number, Lead | Refusal] => [
        id,
        leads.get(id) ?? { kind: elsewhere.has(id) ? 'lead_not_in_campaign' : 'lead_not_found' },
      ]),
    );
  }

  /** Renders the mail to one lead. Pure but for the configuration. */
  render(
    composition: Composition,
    lead: Lead,
    request: Pick<SendEmailRequest, 'personalization' | 'toEmail'>,
  ): Composed {
    const recipient = recipientOf(lead, request.toEmail);
    if (recipient.kind === 'invalid') return { kind: 'recipient_invalid', detail: recipient.detail };

    const toEmail = recipient.address;
    const variables = templateVariables(lead, toEmail, composition.ctaLink, request.personalization);
    if (!hasSafeLink(variables['cta_link'])) {
      const detail = 'The variable cta_link must be an absolute https, http or mailto link.';
      return { kind: 'template_invalid', problems: [{ field: 'body', code: 'unsafe_link', detail }] };
    }
    const result = this.renderer.render(composition.source, variables);
    switch (result.kind) {
      case 'rendered':
        return { kind: 'rendered', toEmail, content: result };
      case 'missing_variables':
        return result;
      case 'invalid':
        return { kind: 'template_invalid', problems: result.problems };
    }
  }

  /**
   * Gives a rendered mail its keys, and the reason to keep it in if there is one.
   *
   * @param step null: the mail is no step of a sequence
   */
  freeze(
    composition: Composition,
    lead: Lead,
    request: Pick<SendEmailRequest, 'sequenceNumber' | 'campaignSequenceId'>,
    composed: Extract<Composed, { kind: 'rendered' }>,
    step: StepOfSequence | null = null,
  ): NewEmail {
    const { toEmail, content } = composed;
    const frozen = freezeEmail({
      toEmail,
      fromEmail: composition.fromEmail,
      fromDomain: composition.fromDomain,
      replyAddress: this.sending.replyAddress,
      footer: this.footer,
      thread: step?.thread ?? [],
      content,
    });
    return {
      ...frozen,
      leadId: lead.id,
      campaignId: composition.campaign.id,
      sequenceNumber: request.sequenceNumber,
      campaignSequenceId: request.campaignSequenceId,
      enrolment: step?.enrolment ?? null,
      threadParentId: step?.thread.at(-1)?.id ?? null,
      metadata: composition.origin,
      // Whether the address is suppressed is asked where it counts, on the locks of the accepting transaction.
      drop: findStop(
        { address: toEmail, leadStatus: lead.status, suppressed: false },
        this.sending.allowlist,
      ),
    };
  }
}

/** A lead's own address was brought into its one form when it came in. */
function recipientOf(lead: Lead, toEmail: string | null): EmailAddressResult {
  return toEmail === null ? { kind: 'valid', address: lead.email } : normalizeEmailAddress(toEmail);
}

/** Senders are checked where they come in: configuration and campaigns. */
function domainOf(fromEmail: string): string {
  const sender = parseSender(fromEmail);
  if (sender.kind === 'invalid') throw new Error('A stored sender is not an address');
  return sender.address.slice(sender.address.lastIndexOf('@') + 1);
}
