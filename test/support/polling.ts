import { InboxConfig } from '../../src/config/inbox.config.js';
import type { Database } from '../../src/database/database.js';
import { ImapMailbox } from '../../src/inbox/sources/imap/imap-mailbox.js';
import { DEFAULT_IMAP_LIMITS, type ImapSettings } from '../../src/inbox/sources/imap/imap-settings.js';
import type { MailSink } from '../../src/inbox/sources/mail-sink.js';
import type { MailboxAccount } from '../../src/inbox/sources/mailbox.js';
import { MailboxPoller } from '../../src/inbox/sources/polling/mailbox-poller.service.js';
import { MailboxPollsRepository } from '../../src/inbox/sources/polling/mailbox-polls.repository.js';
import { DEFAULT_POLL_TIMING, type PollTiming } from '../../src/inbox/sources/polling/poll-lease.js';
import { configOf } from './config.js';
import { type FakeImap, PASSWORD } from './fake-imap/fake-imap.js';
import { createInbox, rawMail } from './inbox.js';

export interface PollerOptions {
  readonly database: Database;
  readonly account: MailboxAccount;
  /** Default: the inbox itself. */
  readonly sink?: MailSink;
  readonly timing?: Partial<PollTiming>;
  readonly pollIntervalMinutes?: number;
}

/** The poller of one process. Several over one database are replicas. Logs nothing. */
export function createPoller({ database, account, ...options }: PollerOptions): MailboxPoller {
  return new MailboxPoller(
    account,
    options.sink ?? createInbox({ database }).service,
    new MailboxPollsRepository(database),
    configOf(InboxConfig, { pollIntervalMinutes: options.pollIntervalMinutes ?? 15 }),
    { ...DEFAULT_POLL_TIMING, ...options.timing },
  );
}

/** The account of the fake server. */
export function accountOn(fake: FakeImap, settings: Partial<ImapSettings> = {}): ImapMailbox {
  const account = { server: '127.0.0.1', port: fake.port, user: 'replies@cam.test', password: PASSWORD };
  return new ImapMailbox({ ...account, security: 'none', mailboxes: [], ...settings }, DEFAULT_IMAP_LIMITS);
}

export function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

/** Puts a mail of this subject, and of no other's Message-ID, into a mailbox of the fake server. */
export function deliver(fake: FakeImap, subject: string, mailbox = 'INBOX', receivedAt = new Date()): void {
  const headers = {
    From: 'jane@lead.test',
    To: 'replies@cam.test',
    Subject: subject,
    Date: 'Mon, 05 Jan 2026 10:00:00 +0000',
    'Message-ID': `<${subject.replaceAll(' ', '-')}@lead.test>`,
  };
  fake.mailbox(mailbox).add(rawMail(headers), receivedAt);
}
