import type { Transaction } from '../../database/database.js';
import type { IncomingMail } from '../ingest/incoming-mail.js';

/** Injection token of what takes in every mail. */
export const MAIL_SINK = Symbol('MAIL_SINK');

export interface TakenIn {
  /** `known`: it was there already, by this source or by another. */
  readonly kind: 'stored' | 'known';
  readonly id: number;
}

/** Where the sources hand over what they find. */
export interface MailSink {
  /**
   * Stores a mail, or finds it stored. Safe to call again with the same mail.
   *
   * @param inSameTransaction runs in the transaction that stores the mail, or that finds it known; when it throws, the
   *   transaction is taken back and its error is the call's
   */
  ingest(
    mail: IncomingMail,
    inSameTransaction?: (transaction: Transaction) => Promise<void>,
  ): Promise<TakenIn>;
}
