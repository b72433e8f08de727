import { afterAll, beforeAll } from '@jest/globals';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapMailbox } from '../../src/inbox/sources/imap/imap-mailbox.js';
import { type ImapSettings, DEFAULT_IMAP_LIMITS } from '../../src/inbox/sources/imap/imap-settings.js';
import { describeWhere } from '../support/describe-where.js';
import { findFreePort } from '../support/free-port.js';
import { OwnDovecot } from '../support/own-dovecot.js';
import {
  BEGINNING_BYTES,
  describeMailboxContract,
  type MailboxHarness,
  MOST_BYTES,
} from './mailbox.contract.js';

const PASSWORD = 'open sesame "\\';
const LIMITS = { ...DEFAULT_IMAP_LIMITS, mostBytes: MOST_BYTES, beginningBytes: BEGINNING_BYTES };

/** One for each test: a mailbox nobody has read yet. */
const users = Array.from({ length: 100 }, (_, index) => `replies${index}@cam.test`);

describeWhere(await OwnDovecot.whatIsMissing(), 'Dovecot', () => {
  let dovecot: OwnDovecot;

  beforeAll(async () => {
    dovecot = await OwnDovecot.start({
      users: Object.fromEntries(users.map((user) => [user, PASSWORD])),
    });
  });

  afterAll(async () => {
    await dovecot.stop();
  });

  describeMailboxContract('Dovecot within TLS', () => makeHarness(dovecot, 'tls'));
  describeMailboxContract('Dovecot after STARTTLS', () => makeHarness(dovecot, 'starttls'));
});

async function makeHarness(dovecot: OwnDovecot, security: 'tls' | 'starttls'): Promise<MailboxHarness> {
  const user = users.shift() ?? '';
  const closedPort = await findFreePort();
  const untrusting: ImapSettings = {
    server: '127.0.0.1',
    port: security === 'tls' ? dovecot.tlsPort : dovecot.port,
    security,
    user,
    password: PASSWORD,
    mailboxes: [],
  };
  const account = (settings: Partial<ImapSettings> = {}): ImapMailbox =>
    new ImapMailbox({ ...untrusting, trusted: dovecot.certificate, ...settings }, LIMITS);
  return {
    account: account(),
    remake: () => account({ password: 'changed', port: closedPort }),
    others: [account({ user: 'others@cam.test' }), account({ server: 'localhost' })],
    wrongPassword: account({ password: 'wrong' }),
    unreachable: account({ port: closedPort }),
    insecure: [new ImapMailbox(untrusting, LIMITS)],
    reading: (mailboxes) => account({ mailboxes }),
    junkName: 'Junk',
    secrets: ['replies', 'cam.test', '127.0.0.1', PASSWORD],
    deliver: (raw, options) => dovecot.deliver(user, raw, options),
    remove: (uid) => removeMail(dovecot.maildir(user), uid),
    renumber: () => dovecot.renumber(user),
    marks: (mailbox) => marksOf(dovecot.maildir(user, mailbox)),
    close: () => Promise.resolve(),
  };
}

/** Takes a mail away behind the server's back, as another client's EXPUNGE does. */
async function removeMail(maildir: string, uid: number): Promise<void> {
  const list = await readFile(join(maildir, 'dovecot-uidlist'), 'utf8');
  const line = list.split('\n').find((entry) => entry.startsWith(`${uid} `)) ?? '';
  await rm(join(maildir, 'new', line.replace(/^.*:/, '')));
}

/** Maildir keeps marks in names (`new/name` becomes `cur/name:2,S`): names alone tell all. */
async function marksOf(maildir: string): Promise<readonly string[]> {
  const names = await Promise.all(
    ['new', 'cur'].map(async (part) => {
      const files = await readdir(join(maildir, part)).catch(() => []);
      return files.map((file) => `${part}/${file}`);
    }),
  );
  return names.flat().toSorted();
}
