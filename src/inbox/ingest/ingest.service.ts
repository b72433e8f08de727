import { Injectable, Logger } from '@nestjs/common';
import { SendingConfig } from '../../config/sending.config.js';
import { Database, type Transaction } from '../../database/database.js';
import { InboundEffects } from '../effects/inbound-effects.service.js';
import { needsReview } from '../effects/review.js';
import { type Clues, cluesOf } from '../matching/clues.js';
import { MailMatcher } from '../matching/mail-matcher.service.js';
import { MailReader } from '../reading/mail-reader.service.js';
import { type InboundDraft, draftOf } from './inbound-draft.js';
import { InboundEmailsRepository } from './inbound-emails.repository.js';
import type { IncomingMail } from './incoming-mail.js';
import { matchColumns } from './match-columns.js';

export interface Ingested {
  /** `known`: it was stored before, by whatever way it came. */
  readonly kind: 'stored' | 'known';
  readonly id: number;
}

/** The one way into the inbox, for every source. */
@Injectable()
export class IngestService {
  private readonly logger = new Logger(IngestService.name);

  constructor(
    private readonly database: Database,
    private readonly reader: MailReader,
    private readonly emails: InboundEmailsRepository,
    private readonly matcher: MailMatcher,
    private readonly effects: InboundEffects,
    private readonly sending: SendingConfig,
  ) {}

  /**
   * Reads a mail, and in one transaction stores it, matches it and brings about what it means: once, whoever else
   * ingests it at the same time. What cannot be read is stored too, for a person.
   *
   * @param inSameTransaction last in that transaction, also for a known mail; runs again when the transaction does
   */
  async ingest(
    mail: IncomingMail,
    inSameTransaction?: (tx: Transaction) => Promise<void>,
  ): Promise<Ingested> {
    const read = await this.reader.read(mail.raw);
    const draft = draftOf(mail, read);
    const clues = cluesOf(read.mail, read.classification, this.sending.replyAddress);
    const ingested = await this.database.transaction(async (tx) => {
      const result = await this.store(tx, draft, clues);
      await inSameTransaction?.(tx);
      return result;
    });
    this.logger.log({
      event: ingested.kind === 'stored' ? 'inbound.stored' : 'inbound.known',
      email_id: ingested.id,
      provider: mail.provider,
      ...(draft.parse_error !== null && { parse_error: draft.parse_error }),
    });
    return ingested;
  }

  private async store(tx: Transaction, draft: InboundDraft, clues: Clues): Promise<Ingested> {
    // Known mail uses up no id; the insert decides the races.
    const known = await this.emails.findKnown(tx, draft);
    if (known !== null) return { kind: 'known', id: known };

    const match = await this.matcher.match(tx, clues, draft.received_at);
    const stored = await this.emails.insert(tx, draft, matchColumns(match));
    if (stored === null) {
      const winner = await this.emails.findKnown(tx, draft);
      if (winner === null) throw new Error('A mail was neither stored nor known');
      return { kind: 'known', id: winner };
    }
    const effects = await this.effects.apply(tx, stored, match?.mail ?? null);
    if (needsReview(stored, effects)) await this.emails.setNeedsReview(tx, stored.id, true);
    return { kind: 'stored', id: stored.id };
  }
}
