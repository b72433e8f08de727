import { type ImapSettings, DEFAULT_IMAP_LIMITS } from '../../src/inbox/sources/imap/imap-settings.js';
import { ImapMailbox } from '../../src/inbox/sources/imap/imap-mailbox.js';
import { FakeImap, PASSWORD } from '../support/fake-imap/fake-imap.js';
import { findFreePort } from '../support/free-port.js';
import {
  BEGINNING_BYTES,
  describeMailboxContract,
  type MailboxHarness,
  MOST_BYTES,
} from './mailbox.contract.js';

const LIMITS = { ...DEFAULT_IMAP_LIMITS, mostBytes: MOST_BYTES, beginningBytes: BEGINNING_BYTES };

describeMailboxContract('IMAP', makeHarness);

async function makeHarness(): Promise<MailboxHarness> {
  const fake = await FakeImap.start();
  const closedPort = await findFreePort();
  const account = (settings: Partial<ImapSettings> = {}): ImapMailbox =>
    new ImapMailbox(
      {
        server: '127.0.0.1',
        port: fake.port,
        security: 'none',
        user: 'replies@cam.test',
        password: PASSWORD,
        mailboxes: [],
        ...settings,
      },
      LIMITS,
    );
  return {
    account: account(),
    remake: () => account({ password: 'changed', port: closedPort }),
    others: [account({ user: 'others@cam.test' }), account({ server: 'localhost' })],
    wrongPassword: account({ password: 'wrong' }),
    unreachable: account({ port: closedPort }),
    insecure: [account({ security: 'starttls' }), account({ security: 'tls' })],
    reading: (mailboxes) => account({ mailboxes }),
    junkName: 'Spam',
    secrets: ['replies', 'cam.test', '127.0.0.1', PASSWORD],
    deliver: (raw, { mailbox = 'INBOX', receivedAt = new Date() } = {}) => {
      fake.mailbox(mailbox).add(raw, receivedAt);
      return Promise.resolve();
    },
    remove: (uid) => {
      fake.mailbox('INBOX').remove(uid);
      return Promise.resolve();
    },
    renumber: () => {
      fake.mailbox('INBOX').renumber();
      return Promise.resolve();
    },
    marks: (mailbox) =>
      Promise.resolve(fake.mailbox(mailbox).mails.map(({ marks }) => [...marks].toSorted().join(' '))),
    close: () => fake.stop(),
  };
}
