import { Inject, Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import { ProviderEventsService } from '../email/delivery/provider-events.service.js';
import {
  PROVIDER_WEBHOOK,
  type ProviderWebhook,
  type RequestHeaders,
} from '../email/provider/provider-webhook.js';
import { ReceivedMailService } from './received-mail.service.js';

/** Seconds after which the provider may call again while there is no secret to know it by. */
const NOT_CONFIGURED_RETRY_AFTER_S = 300;

/** What the provider calls us with: read, and stored before it is answered. */
@Injectable()
export class WebhooksService {
  private readonly logger = new Logger(WebhooksService.name);

  constructor(
    @Inject(PROVIDER_WEBHOOK) private readonly webhook: ProviderWebhook | null,
    private readonly events: ProviderEventsService,
    private readonly received: ReceivedMailService,
  ) {}

  /**
   * Resolves when the event is committed.
   *
   * @throws DomainError `webhooks_not_configured`, `invalid_signature` or `provider_unavailable`
   */
  async take(headers: RequestHeaders, body: Uint8Array): Promise<void> {
    if (this.webhook === null) {
      throw new DomainError('webhooks_not_configured', 'Set AICMO_RESEND_WEBHOOK_SECRET to take events.', {
        retryAfterS: NOT_CONFIGURED_RETRY_AFTER_S,
      });
    }
    const reading = this.webhook.read(headers, body);
    if (reading.kind === 'forged') {
      this.logger.warn({ event: 'webhook.forged', reason: reading.reason });
      throw new DomainError('invalid_signature', reading.reason);
    }
    const { news } = reading;
    if (news.about.kind === 'received_mail') await this.received.take(news, news.about.notice);
    else await this.events.record(news);
  }
}
