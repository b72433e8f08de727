import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyTables } from '../../../../test/support/factories.js';
import { FakeImap } from '../../../../test/support/fake-imap/fake-imap.js';
import { createInbox } from '../../../../test/support/inbox.js';
import { accountOn, createPoller, deliver } from '../../../../test/support/polling.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import type { MailSink } from '../mail-sink.js';

const SUBJECTS = ['one', 'two', 'three', 'four', 'five'];

let db: TestDatabase;
let fake: FakeImap;

beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  fake = await FakeImap.start();
  for (const subject of SUBJECTS) deliver(fake, subject);
});
afterEach(() => fake.stop());
afterAll(() => db.drop());

async function subjects(): Promise<string[]> {
  const rows = await db.query<{ subject: string }>('SELECT subject FROM cam_inbound_emails ORDER BY id');
  return rows.map(({ subject }) => subject);
}

const makeDue = () => db.query("UPDATE cam_mailbox_polls SET poll_after = '-infinity'");

/** A replica, by default one that stores what it reads. */
function replica(wrap: (sink: MailSink) => MailSink = (sink) => sink, timing = {}) {
  const sink = wrap(createInbox(db).service);
  return createPoller({ database: db.database, account: accountOn(fake), sink, timing });
}

/** Stores, but waits before the transaction ends: `reached` says that it is there, `goOn` lets it end. */
function holdUp() {
  let goOn: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { held, goOn: () => goOn(), reach: () => reach(), reached };
}

describe('MailboxPoller of several replicas', () => {
  it('reads each mail once when all look at the same moment', async () => {
    const reports = await Promise.all([replica(), replica(), replica()].map((poller) => poller.runOnce()));

    expect(reports.map(({ kind }) => kind).toSorted()).toEqual(['complete', 'not_due', 'not_due']);
    expect(fake.connections).toBe(1);
    expect(await subjects()).toEqual(SUBJECTS);
  });

  it('leaves an account alone while another replica is at it, and takes it over when that one is silent', async () => {
    const account = accountOn(fake).fingerprint;
    await db.query(
      `INSERT INTO cam_mailbox_polls (account, lease_token, leased_until)
       VALUES ($1, gen_random_uuid(), cam_now() + interval '3 minutes')`,
      [account],
    );

    expect(await replica().runOnce()).toEqual({ kind: 'not_due' });
    await db.setClockOffset('4 minutes');
    expect(await replica().runOnce()).toMatchObject({ kind: 'complete', stored: SUBJECTS.length });
  });

  it('keeps the account for as long as it reads, however long that is', async () => {
    const slow = replica((sink) => ({
      async ingest(mail, inSameTransaction) {
        const taken = await sink.ingest(mail, inSameTransaction);
        // More than half of the lease goes by with each mail.
        await db.query("UPDATE cam_clock SET clock_offset = clock_offset + interval '2 minutes'");
        expect(await replica().runOnce()).toEqual({ kind: 'not_due' });
        return taken;
      },
    }));

    expect(await slow.runOnce()).toMatchObject({ kind: 'complete', stored: SUBJECTS.length });
  });

  it('writes nothing any more once another replica has taken over', async () => {
    const { held, goOn, reach, reached } = holdUp();
    const late = replica((sink) => ({
      async ingest(mail, inSameTransaction) {
        reach();
        await held;
        return sink.ingest(mail, inSameTransaction);
      },
    }));
    const lateReport = late.runOnce();
    await reached;
    await db.setClockOffset('1 hour');
    const report = await replica().runOnce();
    goOn();

    expect(report).toMatchObject({ kind: 'complete', stored: SUBJECTS.length });
    expect(await lateReport).toEqual({ kind: 'lost', stored: 0, known: 0 });
    expect(await subjects()).toEqual(SUBJECTS);
    const [poll] = await db.query('SELECT lease_token, failures FROM cam_mailbox_polls');
    expect(poll).toEqual({ lease_token: null, failures: 0 });
  });
});

describe('MailboxPoller and a crash', () => {
  it('loses nothing and stores nothing twice when a transaction ends between mail and position', async () => {
    let moves = 0;
    const crashing = replica((sink) => ({
      ingest: (mail, inSameTransaction) =>
        sink.ingest(mail, async (transaction) => {
          await inSameTransaction?.(transaction);
          moves += 1;
          if (moves === 3) throw new Error('Killed before the commit');
        }),
    }));

    expect(await crashing.runOnce()).toMatchObject({ kind: 'failed', error: 'storage', stored: 2 });
    expect(await subjects()).toEqual(['one', 'two']);
    const [position] = await db.query<{ last_uid: string }>('SELECT last_uid FROM cam_mailbox_cursors');
    expect(position).toMatchObject({ last_uid: '2' });

    await makeDue();
    expect(await replica().runOnce()).toMatchObject({ kind: 'complete', stored: 3, known: 0 });
    expect(await subjects()).toEqual(SUBJECTS);
  });

  it('reads each mail once when the answer to a commit was lost', async () => {
    let taken = 0;
    const crashing = replica((sink) => ({
      async ingest(mail, inSameTransaction) {
        const result = await sink.ingest(mail, inSameTransaction);
        taken += 1;
        if (taken === 3) throw new Error('Killed after the commit');
        return result;
      },
    }));

    expect(await crashing.runOnce()).toMatchObject({ kind: 'failed', stored: 2 });
    await makeDue();
    expect(await replica().runOnce()).toMatchObject({ kind: 'complete', stored: 2, known: 0 });
    expect(await subjects()).toEqual(SUBJECTS);
  });

  it('ends between two mails when the process is to end, and gives the account back at once', async () => {
    const { held, goOn, reach, reached } = holdUp();
    const ending = replica((sink) => ({
      async ingest(mail, inSameTransaction) {
        reach();
        await held;
        return sink.ingest(mail, inSameTransaction);
      },
    }));
    const report = ending.runOnce();
    await reached;
    const shutdown = ending.beforeApplicationShutdown();
    goOn();
    await shutdown;

    expect(await report).toEqual({ kind: 'stopped', stored: 1, known: 0 });
    expect(await ending.runOnce()).toEqual({ kind: 'not_due' });
    expect(await replica().runOnce()).toMatchObject({ kind: 'complete', stored: SUBJECTS.length - 1 });
    expect(await subjects()).toEqual(SUBJECTS);
  });

  it('ends at once when the server is silent', async () => {
    fake.failNext('UID SEARCH', 'hang');
    const ending = replica();
    const report = ending.runOnce();
    await waitFor(() => fake.commands.some((command) => command.startsWith('UID SEARCH')));

    await ending.beforeApplicationShutdown();

    expect(await report).toEqual({ kind: 'stopped', stored: 0, known: 0 });
    const [poll] = await db.query('SELECT failures FROM cam_mailbox_polls');
    expect(poll).toEqual({ failures: 0 });
  });

  it('gives the account back, due, when there is more to read than fits into a poll', async () => {
    const bounded = replica((sink) => sink, { longestPollMs: -1 });

    expect(await bounded.runOnce()).toEqual({ kind: 'bounded', stored: 0, known: 0 });
    expect(await replica().runOnce()).toMatchObject({ kind: 'complete', stored: SUBJECTS.length });
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('It did not come about in time');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
