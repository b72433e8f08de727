import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { emptyTables } from '../../../../test/support/factories.js';
import { FakeImap, PASSWORD } from '../../../../test/support/fake-imap/fake-imap.js';
import { createInbox, rawMail } from '../../../../test/support/inbox.js';
import { accountOn, createPoller, daysAgo, deliver } from '../../../../test/support/polling.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { NoOpMailbox } from '../noop/noop-mailbox.js';
import type { MailboxPoller } from './mailbox-poller.service.js';
import { MailboxPollsRepository } from './mailbox-polls.repository.js';
import { MailboxPollsReadModel } from './mailbox-polls.view.js';

const TOO_OLD = daysAgo(40);

let db: TestDatabase;
let fake: FakeImap;
let poller: MailboxPoller;

beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  fake = await FakeImap.start();
  poller = createPoller({ database: db.database, account: accountOn(fake) });
});
afterEach(() => fake.stop());
afterAll(() => db.drop());

async function subjects(): Promise<string[]> {
  const rows = await db.query<{ subject: string }>('SELECT subject FROM cam_inbound_emails ORDER BY id');
  return rows.map(({ subject }) => subject);
}

const state = () => new MailboxPollsReadModel(db.database).find(accountOn(fake).fingerprint);

async function dueInMinutes(): Promise<number | undefined> {
  const [row] = await db.query<{ minutes: number }>(
    'SELECT EXTRACT(EPOCH FROM poll_after - cam_now())::float8 / 60 AS minutes FROM cam_mailbox_polls',
  );
  return row?.minutes;
}

async function makeDue(): Promise<void> {
  await db.query("UPDATE cam_mailbox_polls SET poll_after = '-infinity'");
}

async function pollAgain() {
  await makeDue();
  return poller.runOnce();
}

describe('MailboxPoller', () => {
  it('reads INBOX and junk, every mail once, and nothing else', async () => {
    deliver(fake, 'one');
    deliver(fake, 'two');
    deliver(fake, 'filed as junk', 'Spam');
    deliver(fake, 'our own', 'Sent');

    expect(await poller.runOnce()).toEqual({ kind: 'complete', stored: 3, known: 0 });
    expect(await pollAgain()).toEqual({ kind: 'complete', stored: 0, known: 0 });

    expect(await subjects()).toEqual(['one', 'two', 'filed as junk']);
  });

  it('asks for nothing that could mark, move or delete', async () => {
    deliver(fake, 'one');
    await poller.runOnce();
    deliver(fake, 'two');
    await pollAgain();

    const words = fake.commands.map((command) => command.split(' ').slice(0, 2).join(' '));
    const allowed = /^(CAPABILITY|LOGIN|ID|NAMESPACE|ENABLE|LIST|LSUB|EXAMINE|UID SEARCH|UID FETCH|LOGOUT)\b/;
    expect(words.filter((command) => !allowed.test(command))).toEqual([]);
    expect(fake.commands.filter((command) => /BODY(?!\.PEEK)|RFC822(?!\.SIZE)/.test(command))).toEqual([]);
    expect(fake.mailbox('INBOX').mails.map(({ marks }) => [...marks])).toEqual([['\\Recent'], ['\\Recent']]);
  });

  it('is not due before its interval is over, counted from the end', async () => {
    await poller.runOnce();
    deliver(fake, 'one');

    expect(await poller.runOnce()).toEqual({ kind: 'not_due' });
    expect(await dueInMinutes()).toBeCloseTo(15, 0);
    await db.setClockOffset('16 minutes');
    expect(await poller.runOnce()).toMatchObject({ kind: 'complete', stored: 1 });
  });

  it('leaves years of old mail alone at the first look, and later takes whatever comes', async () => {
    deliver(fake, 'old', 'INBOX', TOO_OLD);
    deliver(fake, 'recent');
    await poller.runOnce();
    // As a mail that somebody moves here: its date is old, its UID is new.
    deliver(fake, 'moved here', 'INBOX', TOO_OLD);

    await pollAgain();

    expect(await subjects()).toEqual(['recent', 'moved here']);
  });

  it('remembers a first look that found nothing new', async () => {
    deliver(fake, 'old', 'INBOX', TOO_OLD);
    await poller.runOnce();
    deliver(fake, 'moved here', 'INBOX', TOO_OLD);

    await pollAgain();

    expect(await subjects()).toEqual(['moved here']);
  });

  it('reads a mailbox again whose UIDVALIDITY changed, and knows its mail', async () => {
    deliver(fake, 'one');
    deliver(fake, 'two');
    await poller.runOnce();
    fake.mailbox('INBOX').renumber();
    deliver(fake, 'three');

    expect(await pollAgain()).toEqual({ kind: 'complete', stored: 1, known: 2 });
    expect(await pollAgain()).toEqual({ kind: 'complete', stored: 0, known: 0 });
    expect(await subjects()).toEqual(['one', 'two', 'three']);
  });

  it('reads as far back as the last good poll when UIDVALIDITY changed after a long outage', async () => {
    await poller.runOnce();
    await db.query("UPDATE cam_mailbox_polls SET last_success_at = cam_now() - interval '50 days'");
    deliver(fake, 'came in meanwhile', 'INBOX', TOO_OLD);
    fake.mailbox('INBOX').renumber();

    await pollAgain();

    expect(await subjects()).toEqual(['came in meanwhile']);
  });

  it('stores the beginning of a mail over the size limit', async () => {
    fake.mailbox('INBOX').add(rawMail({ Subject: 'large' }, 'x'.repeat(26 * 1024 * 1024)), daysAgo(0));

    expect(await poller.runOnce()).toMatchObject({ kind: 'complete', stored: 1 });
    const rows = await db.query('SELECT subject, parse_error FROM cam_inbound_emails');
    expect(rows).toEqual([{ subject: 'large', parse_error: 'too_large' }]);
  });

  it('reads on past a mailbox that is not there', async () => {
    deliver(fake, 'one');
    const account = accountOn(fake, { mailboxes: ['Nowhere', 'INBOX'] });

    const report = await createPoller({ database: db.database, account }).runOnce();

    expect(report).toMatchObject({ kind: 'complete', stored: 1 });
  });

  it('fails when no mailbox is there', async () => {
    const account = accountOn(fake, { mailboxes: ['Nowhere'] });

    const report = await createPoller({ database: db.database, account }).runOnce();

    expect(report).toMatchObject({ kind: 'failed', error: 'missing: no_mailbox' });
  });

  it('is off without an account, and writes nothing', async () => {
    const off = createPoller({ database: db.database, account: new NoOpMailbox() });

    expect(await off.runOnce()).toEqual({ kind: 'off' });
    expect(await db.query('SELECT FROM cam_mailbox_polls')).toEqual([]);
  });

  it('logs neither address, subject nor password', async () => {
    const lines: unknown[] = [];
    const listen = (...line: unknown[]): void => void lines.push(line);
    const sink = createInbox(db).service;
    const loud = createPoller({ database: db.database, account: accountOn(fake), sink });
    Logger.overrideLogger({ log: listen, warn: listen, error: listen });
    try {
      deliver(fake, 'very private');
      await loud.runOnce();
      await makeDue();
      fake.failNext('LOGIN', { answer: 'NO [AUTHENTICATIONFAILED] No replies@cam.test here' });
      await loud.runOnce();
    } finally {
      Logger.overrideLogger(false);
    }

    expect(lines).toHaveLength(3);
    expect(inspect(lines, { depth: null })).not.toMatch(
      new RegExp(`cam\\.test|lead\\.test|private|${PASSWORD}`),
    );
  });
});

describe('MailboxPoller in trouble', () => {
  it('leaves an account alone for long that takes no password', async () => {
    poller = createPoller({ database: db.database, account: accountOn(fake, { password: 'wrong' }) });

    const report = await poller.runOnce();

    expect(report).toMatchObject({ kind: 'failed', error: 'refused: authenticationfailed' });
    expect(await dueInMinutes()).toBeGreaterThan(7);
    expect(await poller.runOnce()).toEqual({ kind: 'not_due' });
    expect(fake.connections).toBe(1);
  });

  it('waits longer after each failure, and forgets them at a good poll', async () => {
    for (let failures = 0; failures < 3; failures += 1) {
      fake.failNext('EXAMINE', 'drop');
      await pollAgain();
    }
    expect(await state()).toMatchObject({ failures: 3, lastSuccessAt: null, lagSeconds: null });
    expect(await dueInMinutes()).toBeGreaterThan(0.9);

    await pollAgain();

    expect(await state()).toMatchObject({ failures: 0, lastError: null, lastSuccessAt: expect.any(Date) });
  });

  it('gives a server the rest that it asks for', async () => {
    deliver(fake, 'one');
    const rest = 'BAD Request is throttled. Suggested Backoff Time: 7200000 milliseconds';
    fake.failNext('UID FETCH', { answer: rest });

    expect(await poller.runOnce()).toMatchObject({ kind: 'failed', error: 'throttled' });
    expect(await dueInMinutes()).toBeCloseTo(120, 0);
  });

  it.each([
    ['a lost connection', 'UID SEARCH', 'drop', 'unreachable: noconnection'],
    ['a refused search', 'UID SEARCH', { answer: 'NO [SERVERBUG] Sorry' }, 'unreachable: serverbug'],
    ['a search that is no command', 'UID SEARCH', { answer: 'BAD What?' }, 'broken: bad'],
    ['a mail that breaks off', 'UID FETCH', 'drop-midway', 'unreachable: noconnection'],
    ['a refused mail', 'UID FETCH', { answer: 'NO [LIMIT] Later' }, 'throttled: limit'],
    ['a listing that breaks off', 'LIST', 'drop', 'unreachable: closedafterconnecttext'],
  ] as const)('takes %s for a failure, not for an empty mailbox', async (_what, command, fault, error) => {
    deliver(fake, 'one');
    fake.failNext(command, fault);

    expect(await poller.runOnce()).toMatchObject({ kind: 'failed', error });
    expect(await subjects()).toEqual([]);
    await pollAgain();
    expect(await subjects()).toEqual(['one']);
  });

  it('goes on where a lost connection left it', async () => {
    for (const subject of ['one', 'two', 'three']) deliver(fake, subject);
    const sink = createInbox(db).service;
    let taken = 0;
    const dropping = createPoller({
      database: db.database,
      account: accountOn(fake),
      sink: {
        ingest: (mail, inSameTransaction) => {
          taken += 1;
          if (taken === 2) fake.failNext('UID FETCH', 'drop-midway');
          return sink.ingest(mail, inSameTransaction);
        },
      },
    });

    expect(await dropping.runOnce()).toMatchObject({ kind: 'failed', stored: 2 });
    await makeDue();
    expect(await dropping.runOnce()).toMatchObject({ kind: 'complete', stored: 1, known: 0 });
    expect(await subjects()).toEqual(['one', 'two', 'three']);
  });

  it('never moves a position back', async () => {
    for (const subject of ['one', 'two']) deliver(fake, subject);
    await poller.runOnce();
    await makeDue();
    const polls = new MailboxPollsRepository(db.database);
    const account = accountOn(fake).fingerprint;
    const lease = await polls.take(account, 1_000);
    const before = await polls.findPosition(account, 'INBOX');

    await polls.move(lease!, 'INBOX', { uidValidity: before!.uidValidity, lastUid: 1 });

    expect(before).toMatchObject({ lastUid: 2 });
    expect(await polls.findPosition(account, 'INBOX')).toEqual(before);
  });
});
