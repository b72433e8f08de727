import type { MailboxAccount, MailboxAnswer, MailboxSession } from '../mailbox.js';

/** The account of a process without credentials: there is nothing to read. */
export class NoOpMailbox implements MailboxAccount {
  readonly fingerprint = 'noop';

  isConfigured(): boolean {
    return false;
  }

  connect(): Promise<MailboxAnswer<MailboxSession>> {
    return Promise.resolve({ kind: 'refused', code: 'not_configured' });
  }
}
