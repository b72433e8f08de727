import { Injectable, Logger } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';
import { SentMailLookup } from '../../email/sent-mail/sent-mail-lookup.service.js';
import { MAX_INTEGER } from '../../http/fields.js';
import { InboundEffects } from '../effects/inbound-effects.service.js';
import { needsReview } from '../effects/review.js';
import { InboundEmailsRepository, type UnsureMail } from '../ingest/inbound-emails.repository.js';
import { matchColumns } from '../ingest/match-columns.js';
import { cluesOfStored } from './clues-of-stored.js';
import { tokenOfMessageId } from './clues.js';
import { MailMatcher } from './mail-matcher.service.js';
import { isStrong } from './match-policy.js';

/** What is older has been given up: nobody learns a Message-ID so late. */
const DAYS = 30;

/** Who takes back what a weaker match had told. */
const OURSELVES = 'cam';

/** Mails looked up together. */
const PAGE = 200;

/**
 * Ties mail to ours that came before we knew what ours is called: a provider may replace our Message-ID, and tell
 * later. Nothing has to be remembered for it, so nothing can be lost; every replica may do it at any time.
 */
@Injectable()
export class RematchService {
  private readonly logger = new Logger(RematchService.name);

  constructor(
    private readonly database: Database,
    private readonly emails: InboundEmailsRepository,
    private readonly sentMails: SentMailLookup,
    private readonly matcher: MailMatcher,
    private readonly effects: InboundEffects,
  ) {}

  /**
   * Looks once at all mail of the last days that is tied to none of ours, or by an address alone.
   *
   * @returns how many it tied
   */
  async runOnce(): Promise<number> {
    let matched = 0;
    let beforeId = MAX_INTEGER;
    for (;;) {
      const page = await this.database.transaction((tx) => this.emails.findUnsure(tx, beforeId, DAYS, PAGE));
      for (const { id } of await this.withNamed(page)) {
        if (await this.database.transaction((tx) => this.rematch(tx, id))) matched += 1;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return matched;
      beforeId = last.id;
    }
  }

  /** Those of the mails that name one of ours. */
  private async withNamed(page: readonly UnsureMail[]): Promise<UnsureMail[]> {
    const messageIds = page.flatMap((mail) => mail.messageIds);
    const publicTokens = messageIds.map(tokenOfMessageId).filter((token) => token !== null);
    const named = await this.database.transaction((tx) =>
      this.sentMails.findNamed(tx, { messageIds, publicTokens }),
    );
    const ids = new Set(named.flatMap((mail) => mail.messageIds));
    const tokens = new Set(named.map(({ publicToken }) => publicToken));
    return page.filter((mail) =>
      mail.messageIds.some((id) => ids.has(id) || tokens.has(tokenOfMessageId(id) ?? '')),
    );
  }

  private async rematch(tx: Transaction, id: number): Promise<boolean> {
    const mail = await this.emails.lock(tx, id);
    // Another replica, or a person, was faster.
    if (mail === null || isStrong(mail.match_confidence)) return false;
    const clues = cluesOfStored(mail, await this.emails.findReferences(tx, id));
    const match = await this.matcher.matchByName(tx, clues);
    if (match === null) return false;

    const matched = await this.emails.match(tx, id, matchColumns(match));
    const effects = await this.effects.applyAnew(tx, mail, matched, match.mail, OURSELVES);
    await this.emails.setNeedsReview(tx, id, needsReview(matched, effects));
    this.logger.log({ event: 'inbound.rematched', email_id: id });
    return true;
  }
}
