import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { SentMailRepository } from './sent-mail.repository.js';
import type { SentMail, SentMailNames } from './sent-mail.js';

/** Finds our mails for what comes in about them. In the transaction of the caller, without locks. */
@Injectable()
export class SentMailLookup {
  constructor(private readonly mails: SentMailRepository) {}

  /** All mails that one of the names stands for, in no order. */
  async findNamed(tx: Transaction, names: SentMailNames): Promise<SentMail[]> {
    if (names.publicTokens.length === 0 && names.messageIds.length === 0) return [];
    return this.mails.findNamed(tx, names);
  }

  /**
   * The newest mail to one of the addresses.
   *
   * @param before it was sent within `days` before this; null: before now
   */
  async findNewestTo(
    tx: Transaction,
    addresses: readonly string[],
    before: Date | null,
    days: number,
  ): Promise<SentMail | null> {
    return addresses.length === 0 ? null : this.mails.findNewestTo(tx, addresses, before, days);
  }

  async find(tx: Transaction, id: number): Promise<SentMail | null> {
    return this.mails.find(tx, id);
  }
}
