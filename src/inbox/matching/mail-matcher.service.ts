import { Injectable } from '@nestjs/common';
import { withoutTag } from '../../common/same-mailbox.js';
import type { Transaction } from '../../database/database.js';
import { SentMailLookup } from '../../email/sent-mail/sent-mail-lookup.service.js';
import type { SentMail } from '../../email/sent-mail/sent-mail.js';
import type { Clues } from './clues.js';
import { isOurOwn, type Match, matchByAddress, matchByName, namesIn } from './match-policy.js';

/** A sender is taken to answer what she got within so many days. */
const RECENT_DAYS = 30;

/** Finds the mail of ours that a mail is about. */
@Injectable()
export class MailMatcher {
  constructor(private readonly sentMails: SentMailLookup) {}

  /** By tokens and ids alone. */
  async matchByName(tx: Transaction, clues: Clues): Promise<Match<SentMail> | null> {
    const named = await this.sentMails.findNamed(tx, namesIn(clues));
    return isOurOwn(clues, named) ? null : matchByName(clues, named);
  }

  /**
   * By the best clue that leads anywhere.
   *
   * @param receivedAt null: just now
   */
  async match(tx: Transaction, clues: Clues, receivedAt: Date | null): Promise<Match<SentMail> | null> {
    const named = await this.sentMails.findNamed(tx, namesIn(clues));
    if (isOurOwn(clues, named)) return null;
    const match = matchByName(clues, named);
    if (match !== null) return match;

    const addresses = [...new Set(clues.people.flatMap((address) => [address, withoutTag(address)]))];
    const newest = await this.sentMails.findNewestTo(tx, addresses, receivedAt, RECENT_DAYS);
    return newest === null ? null : matchByAddress(clues, newest);
  }
}
