import { Injectable, Logger } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { Database, type Transaction } from '../../database/database.js';
import { ProofRepository } from '../dispatch/proof.repository.js';
import type { MailNames, MailNews, ProviderNews } from '../provider/provider-webhook.js';
import { DeliveryService } from './delivery.service.js';
import { ProviderEventsRepository, type StoredEvent } from './provider-events.repository.js';

/** `foreign`: stored, and about no mail of this database. `known`: it was stored before. */
export type EventResult = 'recorded' | 'foreign' | 'known';

/** Takes in what the provider tells after it took a mail, in any order and however often. */
@Injectable()
export class ProviderEventsService {
  private readonly logger = new Logger(ProviderEventsService.name);

  constructor(
    private readonly database: Database,
    private readonly events: ProviderEventsRepository,
    private readonly proofs: ProofRepository,
    private readonly delivery: DeliveryService,
  ) {}

  /**
   * Stores the event and all that follows from it in one transaction: when this resolves, it is committed. An event by
   * our tag proves that the provider has the mail, so an open or UNKNOWN one is settled by it.
   */
  async record(news: ProviderNews): Promise<EventResult> {
    const { result, emailId } = await this.database.transaction((tx) => this.recordIn(tx, news));
    if (result !== 'known') {
      this.logger.log({
        event: 'provider_event.recorded',
        type: news.type,
        event_id: news.eventId,
        email_id: emailId,
      });
    }
    return result;
  }

  /** True when it is stored: whoever tells it now repeats it. */
  async isKnown({ provider, eventId }: ProviderNews): Promise<boolean> {
    return this.database.transaction((tx) => this.events.isStored(tx, provider, eventId));
  }

  /** {@link record} as a part of the caller's transaction, of whose locks these are the last. */
  async recordIn(
    tx: Transaction,
    news: ProviderNews,
  ): Promise<{ result: EventResult; emailId: number | null }> {
    const event = await this.events.insert(tx, news);
    if (event === null) return { result: 'known', emailId: null };
    if (news.about.kind !== 'sent_mail') return { result: 'foreign', emailId: null };

    const { names } = news.about;
    const emailId = await this.findMail(tx, news.provider, names);
    if (emailId === null) return { result: 'foreign', emailId };
    await this.events.learnNames(tx, emailId, names);
    await this.apply(tx, emailId, news.about.news, event, `event:${news.eventId}`);
    await this.events.attach(tx, event.id, emailId);
    return { result: 'recorded', emailId };
  }

  private async findMail(
    tx: Transaction,
    provider: ProviderNews['provider'],
    { sendKey, messageId }: MailNames,
  ): Promise<number | null> {
    if (sendKey !== null) {
      const { emailId } = await this.proofs.settleByTagIn(tx, { sendKey, messageId });
      if (emailId !== null) return emailId;
    }
    return messageId === null ? null : this.events.findByMessageId(tx, provider, messageId);
  }

  private async apply(
    tx: Transaction,
    outboundEmailId: number,
    news: MailNews,
    { occurred_at: occurredAt }: StoredEvent,
    evidence: string,
  ): Promise<void> {
    const report = { outboundEmailId, evidence, occurredAt };
    switch (news.kind) {
      case 'accepted':
        return;
      case 'delivered':
      case 'opened':
      case 'clicked':
        return this.delivery.recordFact(tx, outboundEmailId, { kind: news.kind, occurredAt });
      case 'failed':
        return this.delivery.recordFact(tx, outboundEmailId, {
          kind: 'failed',
          occurredAt,
          detail: news.detail,
        });
      case 'complained':
        return this.delivery.recordComplaint(tx, report);
      case 'suppressed':
        return this.delivery.recordProviderSuppression(tx, { ...report, detail: news.detail });
      case 'bounced':
        return this.delivery.recordReturn(tx, {
          ...report,
          kind: news.bounce,
          statusCode: news.statusCode,
          diagnostic: news.detail,
        });
      default:
        return assertNever(news);
    }
  }
}
