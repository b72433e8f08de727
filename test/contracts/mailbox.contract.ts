import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type {
  MailboxAccount,
  MailboxAnswer,
  MailboxSession,
  OpenedMailbox,
} from '../../src/inbox/sources/mailbox.js';

export interface MailboxHarness {
  readonly account: MailboxAccount;
  /** The same account, as another process makes it: with another password, over another port. */
  remake(): MailboxAccount;
  /** Other accounts: another user, another server. */
  readonly others: readonly MailboxAccount[];
  readonly wrongPassword: MailboxAccount;
  /** Nobody listens there. */
  readonly unreachable: MailboxAccount;
  /** It would take a password in clear text, or cannot prove its name. */
  readonly insecure: readonly MailboxAccount[];
  /** Reads these mailboxes only. */
  reading(mailboxes: readonly string[]): MailboxAccount;
  readonly junkName: string;
  /** What the fingerprint must not give away. */
  readonly secrets: readonly string[];
  deliver(raw: string, options?: { mailbox?: string; receivedAt?: Date }): Promise<void>;
  remove(uid: number): Promise<void>;
  /** Changes the UIDVALIDITY of INBOX, and all UIDs; nobody has it open. */
  renumber(): Promise<void>;
  /** For each mail of a mailbox, what reading could have left on it; and whether it is still there. */
  marks(mailbox: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Limits of the accounts under test. */
export const MOST_BYTES = 4_096;
export const BEGINNING_BYTES = 1_024;

const EPOCH = new Date(0);
const NEVER = new AbortController().signal;
const DAY_MS = 86_400_000;

/** What every account owes the poller, whatever server stands behind it. */
export function describeMailboxContract(name: string, makeHarness: () => Promise<MailboxHarness>): void {
  describe(`${name} keeps the contract of a mailbox account`, () => {
    let harness: MailboxHarness;
    let sessions: MailboxSession[];

    beforeEach(async () => {
      harness = await makeHarness();
      sessions = [];
    });

    afterEach(async () => {
      await Promise.all(sessions.map((session) => session.close()));
      await harness.close();
    });

    async function connect(account = harness.account): Promise<MailboxSession> {
      const session = told(await account.connect(NEVER));
      sessions.push(session);
      return session;
    }

    /** The new mails of a mailbox, as text. */
    async function read(session: MailboxSession, { newUids }: OpenedMailbox): Promise<string[]> {
      const texts = [];
      for (const mail of told(await session.measure(newUids))) {
        const fetched = told(await session.fetch(mail));
        texts.push(Buffer.from(fetched?.raw ?? []).toString('latin1'));
      }
      return texts;
    }

    async function open(session: MailboxSession, mailbox: string, after?: Partial<OpenedMailbox>) {
      const position =
        after === undefined
          ? null
          : { uidValidity: after.uidValidity ?? '', lastUid: after.newUids?.at(-1) ?? 0 };
      const opened = told(await session.open(mailbox, position, EPOCH));
      if (opened === null) throw new Error(`There is no ${mailbox}`);
      return opened;
    }

    it('is configured, and tells its account apart from others, the same way in every process', () => {
      const { fingerprint } = harness.account;

      expect(harness.account.isConfigured()).toBe(true);
      expect(harness.remake().fingerprint).toBe(fingerprint);
      expect(harness.others.map((other) => other.fingerprint)).not.toContain(fingerprint);
    });

    it('gives away neither address nor password', () => {
      const { fingerprint } = harness.account;

      expect(harness.secrets.filter((secret) => fingerprint.includes(secret))).toEqual([]);
    });

    it('reads INBOX and junk when nothing is configured, else what is', async () => {
      const byDefault = await connect();
      const configured = await connect(harness.reading(['Archive/2026']));

      expect(told(await byDefault.listMailboxes())).toEqual(['INBOX', harness.junkName]);
      expect(told(await configured.listMailboxes())).toEqual(['Archive/2026']);
    });

    it('answers null for a mailbox that is not there, and goes on', async () => {
      const session = await connect();

      expect(told(await session.open('Nowhere', null, EPOCH))).toBeNull();
      expect((await open(session, 'INBOX')).newUids).toEqual([]);
    });

    it('hands mail over byte for byte, oldest first, with when it came in', async () => {
      const mails = ['Subject: one\r\n\r\nZaż\u00f3\r\n', 'Subject: two\r\n\r\n{5}\r\n)\r\n'];
      for (const raw of mails) await harness.deliver(raw, { receivedAt: new Date('2026-11-20T10:00:00Z') });

      const session = await connect();
      const opened = await open(session, 'INBOX');
      const sizes = told(await session.measure(opened.newUids));

      expect(opened.newUids).toEqual(opened.newUids.toSorted((a, b) => a - b));
      expect(sizes.map(({ receivedAt }) => receivedAt?.toISOString())).toEqual(
        mails.map(() => '2026-11-20T10:00:00.000Z'),
      );
      expect(await read(session, opened)).toEqual(mails.map((raw) => Buffer.from(raw).toString('latin1')));
    });

    it('reads the same again: in the session, and in another one', async () => {
      await harness.deliver('Subject: one\r\n\r\nHello\r\n');
      const session = await connect();
      const first = await open(session, 'INBOX');
      const texts = await read(session, first);

      expect(await read(session, first)).toEqual(texts);
      const again = await connect();
      expect(await read(again, await open(again, 'INBOX'))).toEqual(texts);
    });

    it('finds nothing after the last mail, then only what came later', async () => {
      await harness.deliver('Subject: one\r\n\r\nHello\r\n');
      const first = await open(await connect(), 'INBOX');

      const still = await open(await connect(), 'INBOX', first);
      await harness.deliver('Subject: two\r\n\r\nHello again\r\n');
      const session = await connect();
      const later = await open(session, 'INBOX', first);

      expect(still.newUids).toEqual([]);
      expect(await read(session, later)).toEqual(['Subject: two\r\n\r\nHello again\r\n']);
    });

    it('says up to where mail was there', async () => {
      await harness.deliver('Subject: one\r\n\r\nHello\r\n');
      const { newUids, knownUpTo } = await open(await connect(), 'INBOX');

      expect(newUids).toEqual([knownUpTo]);
    });

    it('leaves old mail out at the first look, and takes it after a position', async () => {
      const today = new Date();
      const lastYear = new Date(today.getTime() - 300 * DAY_MS);
      await harness.deliver('Subject: old\r\n\r\n', { receivedAt: lastYear });
      await harness.deliver('Subject: new\r\n\r\n', { receivedAt: today });
      const session = await connect();

      const recent = told(await session.open('INBOX', null, new Date(today.getTime() - 30 * DAY_MS)));
      const after = await open(session, 'INBOX', { uidValidity: recent?.uidValidity ?? '', newUids: [0] });

      expect(await read(session, { ...after, newUids: recent?.newUids ?? [] })).toEqual([
        'Subject: new\r\n\r\n',
      ]);
      expect(after.newUids).toHaveLength(2);
    });

    it('takes another UIDVALIDITY for a mailbox that was never read', async () => {
      await harness.deliver('Subject: one\r\n\r\n');
      await harness.deliver('Subject: two\r\n\r\n');
      const before = await open(await connect(), 'INBOX');
      for (const session of sessions) await session.close();

      await harness.renumber();
      const session = await connect();
      const after = await open(session, 'INBOX', before);

      expect(after.uidValidity).not.toBe(before.uidValidity);
      expect((await read(session, after)).toSorted()).toEqual([
        'Subject: one\r\n\r\n',
        'Subject: two\r\n\r\n',
      ]);
    });

    it('fetches the beginning of a mail over the size limit, and says how large it is', async () => {
      const raw = `Subject: large\r\n\r\n${'x'.repeat(MOST_BYTES)}`;
      const fits = `Subject: fits\r\n\r\n${'x'.repeat(MOST_BYTES)}`.slice(0, MOST_BYTES);
      await harness.deliver(raw);
      await harness.deliver(fits);
      const session = await connect();
      const sizes = told(await session.measure((await open(session, 'INBOX')).newUids));

      const mails = [];
      for (const mail of sizes) mails.push(told(await session.fetch(mail)));

      expect(mails.map((mail) => mail?.raw.length)).toEqual([BEGINNING_BYTES, MOST_BYTES]);
      expect(mails.map((mail) => mail?.oversize)).toEqual([raw.length, null]);
    });

    it('is not taken in by a size that is too small', async () => {
      const raw = `Subject: large\r\n\r\n${'x'.repeat(2 * MOST_BYTES)}`;
      await harness.deliver(raw);
      const session = await connect();
      const [mail] = told(await session.measure((await open(session, 'INBOX')).newUids));

      const fetched = told(await session.fetch({ uid: mail?.uid ?? 0, bytes: 10, receivedAt: null }));

      expect(fetched?.raw).toHaveLength(BEGINNING_BYTES);
      expect(fetched?.oversize).toBeGreaterThan(MOST_BYTES);
    });

    it('answers null for a mail that has gone, and goes on', async () => {
      for (const subject of ['one', 'two', 'three']) await harness.deliver(`Subject: ${subject}\r\n\r\n`);
      const session = await connect();
      const { newUids } = await open(session, 'INBOX');
      const [, second] = told(await session.measure(newUids));
      await harness.remove(second?.uid ?? 0);

      // Whoever has the mailbox open may still be shown the mail; a new session must not be.
      const later = await connect();
      await open(later, 'INBOX');

      expect(told(await later.measure(newUids)).map(({ uid }) => uid)).toEqual(
        newUids.filter((uid) => uid !== second?.uid),
      );
      expect(told(await later.fetch(second ?? { uid: 0, bytes: 0, receivedAt: null }))).toBeNull();
      expect((await later.listMailboxes()).kind).toBe('told');
    });

    it('marks, moves and deletes nothing', async () => {
      await harness.deliver('Subject: one\r\n\r\n');
      await harness.deliver('Subject: two\r\n\r\n', { mailbox: harness.junkName });
      const before = [await harness.marks('INBOX'), await harness.marks(harness.junkName)];

      const session = await connect();
      for (const mailbox of told(await session.listMailboxes())) {
        expect(await read(session, await open(session, mailbox))).toHaveLength(1);
      }
      await session.close();

      expect([await harness.marks('INBOX'), await harness.marks(harness.junkName)]).toEqual(before);
    });

    it('is refused with a wrong password', async () => {
      expect(await harness.wrongPassword.connect(NEVER)).toEqual({
        kind: 'refused',
        code: 'authenticationfailed',
      });
    });

    it('is unreachable where nobody listens', async () => {
      expect(await harness.unreachable.connect(NEVER)).toEqual({ kind: 'unreachable', code: 'econnrefused' });
    });

    it('sends no password over a connection that is not private', async () => {
      const answers = await Promise.all(harness.insecure.map((account) => account.connect(NEVER)));

      expect(answers.map(({ kind }) => kind)).toEqual(harness.insecure.map(() => 'insecure'));
    });

    it('fails every call after it was closed, and may be closed again', async () => {
      const session = await connect();
      await session.close();
      await session.close();

      const answers = [
        await session.listMailboxes(),
        await session.open('INBOX', null, EPOCH),
        await session.measure([1]),
        await session.fetch({ uid: 1, bytes: 1, receivedAt: null }),
      ];
      expect(answers).toEqual(answers.map(() => ({ kind: 'unreachable', code: 'closed' })));
    });

    it('ends at once when told to stop, before and during a session', async () => {
      const stop = new AbortController();
      const session = told(await harness.account.connect(stop.signal));

      stop.abort();

      expect(await session.open('INBOX', null, EPOCH)).toEqual({ kind: 'unreachable', code: 'stopped' });
      expect(await harness.account.connect(stop.signal)).toEqual({ kind: 'unreachable', code: 'stopped' });
    });
  });
}

function told<Value>(answer: MailboxAnswer<Value>): Value {
  if (answer.kind !== 'told') throw new Error(`No answer: ${JSON.stringify(answer)}`);
  return answer.value;
}
