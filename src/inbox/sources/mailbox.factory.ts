import type { InboxConfig } from '../../config/inbox.config.js';
import { ImapMailbox } from './imap/imap-mailbox.js';
import type { MailboxAccount } from './mailbox.js';
import { NoOpMailbox } from './noop/noop-mailbox.js';

/** Where a client begins in clear text and asks for TLS (RFC 8314). */
const STARTTLS_PORT = 143;

/** The account that the configuration asks for: user and password mean IMAP, without them nothing is read. */
export function createMailboxAccount(config: InboxConfig): MailboxAccount {
  const { server, port, email: user, password, mailboxes } = config;
  if (user === null || password === null) return new NoOpMailbox();
  return new ImapMailbox({ server, port, security: securityOf(config), user, password, mailboxes });
}

/** How the connection is made private. */
export function securityOf({ tls, port }: Pick<InboxConfig, 'tls' | 'port'>): 'tls' | 'starttls' | 'none' {
  if (tls === 'none') return 'none';
  return port === STARTTLS_PORT ? 'starttls' : 'tls';
}
