import { Logger } from '@nestjs/common';
import { AlertsRepository } from '../../src/alerts/alerts.repository.js';
import { AlertsService } from '../../src/alerts/alerts.service.js';
import { CampaignsRepository } from '../../src/campaigns/campaigns.repository.js';
import { CampaignsService } from '../../src/campaigns/campaigns.service.js';
import { AlertsConfig } from '../../src/config/alerts.config.js';
import { SendingConfig } from '../../src/config/sending.config.js';
import type { Transaction } from '../../src/database/database.js';
import { SentMailLookup } from '../../src/email/sent-mail/sent-mail-lookup.service.js';
import { SentMailRepository } from '../../src/email/sent-mail/sent-mail.repository.js';
import { InboundEmailsService } from '../../src/inbox/api/inbound-emails.service.js';
import type { Classification, ReportedRecipient } from '../../src/inbox/classification/classification.js';
import { InboundEffects } from '../../src/inbox/effects/inbound-effects.service.js';
import { InboundEmailsRepository } from '../../src/inbox/ingest/inbound-emails.repository.js';
import { IngestService } from '../../src/inbox/ingest/ingest.service.js';
import type { IncomingMail } from '../../src/inbox/ingest/incoming-mail.js';
import { MailMatcher } from '../../src/inbox/matching/mail-matcher.service.js';
import { RematchService } from '../../src/inbox/matching/rematch.service.js';
import type { ReadResult } from '../../src/inbox/reading/mail-reader.service.js';
import { unread } from '../../src/inbox/reading/unread.js';
import { LeadsRepository } from '../../src/leads/leads.repository.js';
import { LeadsService } from '../../src/leads/leads.service.js';
import { SuppressionsRepository } from '../../src/suppressions/suppressions.repository.js';
import { SuppressionsService } from '../../src/suppressions/suppressions.service.js';
import { configOf } from './config.js';
import { createDelivery } from './delivery.js';
import { InProcessMailReader } from './in-process-mail-reader.js';
import type { TestDatabase } from './test-database.js';

/** Reads mail for real, but finds in it the class that the spec says: the rules have specs of their own. */
class ToldReader extends InProcessMailReader {
  private readonly told = new WeakMap<Uint8Array, Partial<Classification>>();

  tell(raw: Uint8Array, found: Partial<Classification>): void {
    this.told.set(raw, found);
  }

  override async read(raw: Uint8Array): Promise<ReadResult> {
    const read = await super.read(raw);
    const plain = {
      class: 'NEUTRAL',
      confidence: 0.9,
      needsReview: false,
      delayed: false,
      recipients: [],
      originalMessageId: null,
      feedbackType: null,
      returnDate: null,
      hasLeft: false,
    } as const;
    return { ...read, classification: { ...read.classification, ...plain, ...this.told.get(raw) } };
  }
}

/** Gives up on every mail. */
export class FailingReader extends ToldReader {
  override async read(raw: Uint8Array): Promise<ReadResult> {
    return Promise.resolve({
      kind: 'unreadable',
      reason: 'timeout',
      ...unread(raw, 'rfc822', 'not read: timeout'),
    });
  }
}

/**
 * The inbox of one process, over a database of a spec and without HTTP; alerts are stored when a webhook is given. Several
 * over one database are replicas.
 */
export function createInbox(
  { database }: Pick<TestDatabase, 'database'>,
  reader = new ToldReader(),
  alerts: Partial<AlertsConfig> = {},
) {
  Logger.overrideLogger(false);
  const leads = new LeadsService(
    new LeadsRepository(database),
    new CampaignsService(new CampaignsRepository(database)),
  );
  const { service: delivery, stops, transitions } = createDelivery({ database });
  const sentMails = new SentMailLookup(new SentMailRepository());
  const emails = new InboundEmailsRepository();
  const effects = new InboundEffects(
    emails,
    delivery,
    leads,
    stops,
    transitions,
    new AlertsService(configOf(AlertsConfig, alerts), new AlertsRepository(database)),
  );
  const matcher = new MailMatcher(sentMails);
  const sending = configOf(SendingConfig, { replyAddress: 'replies@in.sender.test' });
  const service = new IngestService(database, reader, emails, matcher, effects, sending);
  return {
    service,
    people: new InboundEmailsService(
      database,
      emails,
      sentMails,
      effects,
      leads,
      new SuppressionsService(new SuppressionsRepository(database)),
    ),
    rematching: new RematchService(database, emails, sentMails, matcher, effects),
    /** Ingests a mail that the rules take for `found`. */
    async ingest(
      mail: IncomingMail,
      found: Partial<Classification> = {},
      inSameTransaction?: (tx: Transaction) => Promise<void>,
    ) {
      reader.tell(mail.raw, found);
      return service.ingest(mail, inSameTransaction);
    },
  };
}

/** A raw mail of these header fields. */
export function rawMail(headers: Readonly<Record<string, string>>, body = 'Hello'): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from([...lines, '', body, ''].join('\r\n'));
}

let uids = 0;

/** As IMAP brings it, each with a UID of its own unless told. */
export function incoming(raw: Uint8Array, fields: Partial<IncomingMail> = {}): IncomingMail {
  uids += 1;
  return { provider: 'IMAP', uid: `inbox/1/${uids}`, receivedAt: null, raw, oversize: null, ...fields };
}

/** What a delivery report says of one recipient. */
export function reported(address: string, fields: Partial<ReportedRecipient> = {}): ReportedRecipient {
  return { address, kind: 'hard', status: '5.1.1', diagnostic: 'no such user', ...fields };
}
