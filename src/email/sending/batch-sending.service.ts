import { Inject, Injectable } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { DomainError } from '../../common/domain-error.js';
import { SendingConfig } from '../../config/sending.config.js';
import type { Lead } from '../../leads/lead.entity.js';
import { Dispatcher } from '../dispatch/dispatcher.service.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import type { VariableValue } from '../templates/template-renderer.js';
import { type Accepted, AcceptRepository } from './accept.repository.js';
import { type Composition, EmailComposer } from './email-composer.service.js';
import type { NewEmail } from './new-email.js';
import { refusalError } from './refusal-error.js';
import type { Refusal, TemplateChoice } from './send-email.js';

export interface BatchRequest {
  readonly campaignId: number;
  readonly template: TemplateChoice;
  readonly sequenceNumber: number;
  readonly campaignSequenceId: number | null;
  /** What happens to mail that today's caps have no place for: it is not stored, or waits for a day with places. */
  readonly overCap: 'reject' | 'defer';
  readonly leads: readonly {
    readonly leadId: number;
    readonly personalization: Readonly<Record<string, VariableValue>>;
  }[];
}

/**
 * queued: stored, goes as soon as pace and caps allow. duplicate: was there before. dropped: stored, kept in by our
 * rules. blocked: a cap is full, nothing stored. failed: no mail could be made, nothing stored.
 */
export interface BatchItem {
  readonly leadId: number;
  readonly outcome: 'queued' | 'duplicate' | 'dropped' | 'blocked' | 'failed';
  readonly id: number | null;
  readonly code: string | null;
  readonly detail: string | null;
}

/** Accepts one mail to each of many leads, in one transaction; the dispatcher sends them. */
@Injectable()
export class BatchSendingService {
  constructor(
    private readonly composer: EmailComposer,
    private readonly accepts: AcceptRepository,
    private readonly dispatcher: Dispatcher,
    private readonly sending: SendingConfig,
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
  ) {}

  /**
   * One item for each lead, in the order asked. Repeating the call is safe.
   *
   * @throws DomainError when the call as a whole is refused
   */
  async sendBatch(request: BatchRequest): Promise<BatchItem[]> {
    const { batchCap } = this.sending;
    if (batchCap !== 0 && request.leads.length > batchCap) {
      throw new DomainError('batch_cap_exceeded', `A call takes at most ${batchCap} leads here.`);
    }
    const { composition, leads } = await this.composer.prepare(
      request.campaignId,
      request.template,
      request.leads.map(({ leadId }) => leadId),
    );
    if (composition.kind !== 'ready') throw refusalError(composition);

    const made = request.leads.map(({ leadId, personalization }) =>
      this.make(composition, leads.get(leadId), personalization, request),
    );
    const answers = await this.accept(request, made.filter(isEmail));
    return request.leads.map(({ leadId }, index) => {
      const item = made[index];
      if (item === undefined) throw new Error('A lead was asked for and not answered');
      return isEmail(item) ? itemOf(leadId, answers.get(item)) : failedItem(leadId, item);
    });
  }

  private make(
    composition: Composition,
    lead: Lead | Refusal | undefined,
    personalization: Readonly<Record<string, VariableValue>>,
    request: BatchRequest,
  ): NewEmail | Refusal {
    if (lead === undefined) throw new Error('A lead was asked for and not answered');
    if ('kind' in lead) return lead;
    const composed = this.composer.render(composition, lead, { personalization, toEmail: null });
    return composed.kind === 'rendered'
      ? this.composer.freeze(composition, lead, request, composed)
      : composed;
  }

  private async accept(request: BatchRequest, emails: readonly NewEmail[]): Promise<Map<NewEmail, Accepted>> {
    const answers = new Map<NewEmail, Accepted>();
    if (emails.length === 0) return answers;
    const result = await this.accepts.accept(
      {
        campaignId: request.campaignId,
        provider: this.provider.getName(),
        simulated: this.provider.simulated,
        accountFingerprint: this.provider.accountFingerprint,
        maxRetries: this.sending.maxRetries,
        placing: request.overCap === 'reject' ? 'reserve' : 'defer',
      },
      emails,
    );
    if (result.kind === 'campaign_paused') throw refusalError(result);
    for (const [index, answer] of result.emails.entries()) {
      const email = emails[index];
      if (email !== undefined) answers.set(email, answer);
    }
    this.dispatcher.nudge();
    return answers;
  }
}

function isEmail(made: NewEmail | Refusal): made is NewEmail {
  return 'sendKey' in made;
}

function failedItem(leadId: number, refusal: Refusal): BatchItem {
  const { code, message, errors } = refusalError(refusal);
  const details = (errors ?? []).map(({ detail }) => detail);
  return { leadId, outcome: 'failed', id: null, code, detail: [message, ...details].join(' ') };
}

function itemOf(leadId: number, accepted: Accepted | undefined): BatchItem {
  if (accepted === undefined) throw new Error('A mail was offered and not answered for');
  switch (accepted.kind) {
    case 'existing':
      return { leadId, outcome: 'duplicate', id: accepted.id, code: null, detail: null };
    case 'over_cap': {
      const { code, message } = refusalError(accepted);
      return { leadId, outcome: 'blocked', id: null, code, detail: message };
    }
    case 'created':
      return accepted.drop === null
        ? { leadId, outcome: 'queued', id: accepted.id, code: null, detail: null }
        : {
            leadId,
            outcome: 'dropped',
            id: accepted.id,
            code: accepted.drop.code,
            detail: accepted.drop.message,
          };
    case 'overtaken':
      throw new Error('Only the step of a sequence can be overtaken');
    default:
      return assertNever(accepted);
  }
}
