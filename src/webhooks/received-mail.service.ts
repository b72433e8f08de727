import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { realTimeMs } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { parseSender } from '../common/email-address.js';
import { withoutTag } from '../common/same-mailbox.js';
import { EmailProviderConfig } from '../config/email-provider.config.js';
import { SendingConfig } from '../config/sending.config.js';
import { Database } from '../database/database.js';
import { ProviderEventsService } from '../email/delivery/provider-events.service.js';
import { RequestPace } from '../email/dispatch/request-pace.service.js';
import type { ProviderNews, ReceivedNotice } from '../email/provider/provider-webhook.js';
import {
  RECEIVED_MAIL_STORE,
  type ReceivedAnswer,
  type ReceivedMailStore,
} from '../email/provider/received-mail-store.js';
import { SentMailLookup } from '../email/sent-mail/sent-mail-lookup.service.js';
import { IngestService } from '../inbox/ingest/ingest.service.js';
import type { IncomingMail } from '../inbox/ingest/incoming-mail.js';
import { oneForm, tokenOfMessageId } from '../inbox/matching/clues.js';

/** Together under the fifteen seconds that the provider waits for its answer. */
const PACE_WAIT_MS = 2_000;
const FIND_MS = 3_000;
const DOWNLOAD_MS = 4_000;

/** As of every source: of a larger mail only the beginning is read. */
const MOST_BYTES = 25 * 1024 * 1024;
const BEGINNING_BYTES = 64 * 1024;

const RETRY_AFTER_S = 30;

/** Takes in the mail that an event says has reached the provider: its content first, then both in one transaction. */
@Injectable()
export class ReceivedMailService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ReceivedMailService.name);
  private readonly stopping = new AbortController();
  private readonly ourAddresses: ReadonlySet<string>;

  constructor(
    @Inject(RECEIVED_MAIL_STORE) private readonly store: ReceivedMailStore | null,
    private readonly pace: RequestPace,
    private readonly database: Database,
    private readonly events: ProviderEventsService,
    private readonly sentMails: SentMailLookup,
    private readonly inbox: IngestService,
    { replyAddress }: SendingConfig,
    { fromEmail }: EmailProviderConfig,
  ) {
    const sender = parseSender(fromEmail);
    const addresses = [replyAddress, sender.kind === 'valid' ? sender.address : null];
    this.ourAddresses = new Set(addresses.filter((address) => address !== null));
  }

  /**
   * Ingests the mail if it went to an address of ours or answers a mail of ours, and stores the event with it. The
   * content is asked for before any transaction; when it cannot be had, nothing is stored and the provider tells again.
   *
   * @throws DomainError `provider_unavailable`
   */
  async take(news: ProviderNews, { receivedId, recipients }: ReceivedNotice): Promise<void> {
    if (this.store === null) {
      this.logger.warn({ event: 'received_mail.not_fetched', event_id: news.eventId, reason: 'no_api_key' });
      await this.events.record(news);
      return;
    }
    if (await this.events.isKnown(news)) return;

    const refusal = await this.pace.awaitMoment(this.stopping.signal, PACE_WAIT_MS);
    if (refusal !== null) throw unavailable(refusal);
    const mail = valueOf(await this.store.find(receivedId, FIND_MS));
    const isOurs = mail !== null && (this.reachedUs(recipients) || (await this.answersUs(mail.answeredIds)));
    const content = isOurs ? valueOf(await this.store.download(mail, MOST_BYTES, DOWNLOAD_MS)) : null;
    if (mail === null || content === null) {
      await this.events.record(news);
      return;
    }
    const incoming: IncomingMail = {
      provider: 'Resend',
      uid: receivedId,
      receivedAt: mail.receivedAt ?? news.occurredAt ?? new Date(realTimeMs()),
      raw: content.cut ? content.raw.subarray(0, BEGINNING_BYTES) : content.raw,
      oversize: content.cut ? content.raw.length : null,
    };
    await this.inbox.ingest(incoming, async (tx) => {
      await this.events.recordIn(tx, news);
    });
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** By the envelope, which also knows whom a blind copy or a forward went to. */
  private reachedUs(recipients: readonly string[]): boolean {
    return recipients.some((recipient) => {
      const address = oneForm(/<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient);
      return this.ourAddresses.has(address) || this.ourAddresses.has(withoutTag(address));
    });
  }

  private async answersUs(answeredIds: readonly string[]): Promise<boolean> {
    const publicTokens = answeredIds.map(tokenOfMessageId).filter((token) => token !== null);
    const mails = await this.database.transaction((tx) =>
      this.sentMails.findNamed(tx, { messageIds: answeredIds, publicTokens }),
    );
    return mails.length > 0;
  }
}

/** Null: the provider has it no more. */
function valueOf<Value>(answer: ReceivedAnswer<Value>): Value | null {
  if (answer.kind === 'failed') throw unavailable(answer.reason);
  return answer.kind === 'told' ? answer.value : null;
}

function unavailable(reason: string): DomainError {
  return new DomainError('provider_unavailable', `The mail could not be fetched: ${reason}.`, {
    retryAfterS: RETRY_AFTER_S,
  });
}
