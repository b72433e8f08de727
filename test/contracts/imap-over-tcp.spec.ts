import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { ImapMailbox } from '../../src/inbox/sources/imap/imap-mailbox.js';
import { DEFAULT_IMAP_LIMITS, type ImapLimits } from '../../src/inbox/sources/imap/imap-settings.js';
import type { MailboxSession } from '../../src/inbox/sources/mailbox.js';
import { FakeImap, PASSWORD } from '../support/fake-imap/fake-imap.js';

const EPOCH = new Date(0);
const NEVER = new AbortController().signal;
const MAIL = { uid: 1, bytes: 20, receivedAt: null };
const RAW = 'Subject: one\r\n\r\n';

describe('ImapMailbox over TCP', () => {
  let fake: FakeImap;

  beforeEach(async () => {
    fake = await FakeImap.start();
    fake.mailbox('INBOX').add(RAW, new Date());
  });

  afterEach(async () => {
    await fake.stop();
  });

  function accountAt(port: number, limits: Partial<ImapLimits> = {}): ImapMailbox {
    return new ImapMailbox(
      { server: '127.0.0.1', port, security: 'none', user: 'replies', password: PASSWORD, mailboxes: [] },
      { ...DEFAULT_IMAP_LIMITS, ...limits },
    );
  }

  async function connect(limits: Partial<ImapLimits> = {}): Promise<MailboxSession> {
    const answer = await accountAt(fake.port, limits).connect(NEVER);
    if (answer.kind !== 'told') throw new Error(`Not connected: ${JSON.stringify(answer)}`);
    return answer.value;
  }

  describe('a server that is silent', () => {
    it('is given up before its greeting', async () => {
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;

      const answer = await accountAt(port, { connectWithinMs: 200 }).connect(NEVER);
      silent.close();

      expect(answer.kind).toBe('unreachable');
    });

    it.each(['CAPABILITY', 'LOGIN'])('is given up at %s', async (command) => {
      fake.failNext(command, 'hang');

      const answer = await accountAt(fake.port, { connectWithinMs: 200 }).connect(NEVER);

      expect(answer).toEqual({ kind: 'unreachable', code: 'no_answer_in_time' });
    });

    it.each([
      ['LIST', (session: MailboxSession) => session.listMailboxes()],
      ['EXAMINE', (session: MailboxSession) => session.open('INBOX', null, EPOCH)],
      ['UID SEARCH', (session: MailboxSession) => session.open('INBOX', null, EPOCH)],
    ])('is given up at %s', async (command, call) => {
      const session = await connect({ callWithinMs: 200 });
      fake.failNext(command, 'hang');

      expect(await call(session)).toEqual({ kind: 'unreachable', code: 'no_answer_in_time' });
      expect(await session.fetch(MAIL)).toEqual({ kind: 'unreachable', code: 'no_answer_in_time' });
    });

    it('is given up in the middle of a mail', async () => {
      const session = await connect({ callWithinMs: 200 });
      await session.open('INBOX', null, EPOCH);
      fake.failNext('UID FETCH', { raw: '* 1 FETCH (UID 1 BODY[]<0> {20}\r\nSubj' });

      expect(await session.fetch(MAIL)).toEqual({ kind: 'unreachable', code: 'no_answer_in_time' });
    });
  });

  describe('a server that does harm', () => {
    it.each([
      [
        'announces a mail larger than asked for',
        '* 1 FETCH (UID 1 BODY[]<0> {99999999}\r\n',
        'literaltoolarge',
      ],
      ['never ends its line', `* ${'x'.repeat(17 * 1024 * 1024)}`, 'linetoolarge'],
    ])('is left when it %s', async (_what, raw, code) => {
      const session = await connect();
      await session.open('INBOX', null, EPOCH);
      fake.failNext('UID FETCH', { raw });

      expect(await session.fetch(MAIL)).toEqual({ kind: 'broken', code });
    });

    it('does not end the process by leaving while nobody waits for it', async () => {
      const session = await connect();
      await session.open('INBOX', null, EPOCH);

      await fake.cutAll();

      expect(await session.fetch(MAIL)).toMatchObject({ kind: 'unreachable' });
    });

    it('has not lost its mail when it has left', async () => {
      const session = await connect();
      await session.open('INBOX', null, EPOCH);
      await fake.cutAll();
      // By the time another connection has come and gone, the end of this one has been noticed.
      await (await connect()).close();

      expect(await session.measure([1])).toMatchObject({ kind: 'unreachable' });
    });

    it('gets a mail told from what it tells unasked', async () => {
      fake.mailbox('INBOX').add('Subject: two\r\n\r\n', new Date());
      fake.noise = '* 2 FETCH (FLAGS (\\Seen) UID 2)\r\n* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n';
      const session = await connect();
      await session.open('INBOX', null, EPOCH);

      const sizes = await session.measure([1, 2]);
      const fetched = await session.fetch(MAIL);

      expect(sizes).toMatchObject({ kind: 'told', value: [{ uid: 1, bytes: RAW.length }, { uid: 2 }] });
      expect(fetched).toMatchObject({ kind: 'told', value: { raw: Buffer.from(RAW), oversize: null } });
    });

    it('without UIDVALIDITY is not read: no position would hold', async () => {
      const session = await connect();
      fake.mailbox('INBOX').uidValidity = Number.NaN;

      expect(await session.open('INBOX', null, EPOCH)).toEqual({ kind: 'broken', code: 'no_uidvalidity' });
    });
  });

  it('is asked for TLS where it offers none, and gets no password', async () => {
    const settings = { server: '127.0.0.1', port: fake.port, user: 'replies', password: PASSWORD };
    const account = new ImapMailbox({ ...settings, security: 'starttls', mailboxes: [] });

    expect(await account.connect(NEVER)).toEqual({ kind: 'insecure', code: 'tls' });
    expect(fake.commands.filter((command) => /LOGIN|AUTH/.test(command))).toEqual([]);
  });
});
