import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import { emptyTables, insertTemplate, setClockTo } from '../../../test/support/factories.js';
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { SendingConfig } from '../../config/sending.config.js';
import { EnrolmentsRepository } from '../../sequences/enrolments.repository.js';
import { EnrolmentsService } from '../../sequences/enrolments.service.js';
import type { SendWindow } from '../../sequences/timing/send-window.js';

const MONDAY_MORNING = '2026-03-02T10:00:00Z';
/** Closed in Berlin and in London, open in New York. */
const MONDAY_NIGHT = '2026-03-02T20:00:00Z';
const WORKDAYS = [1, 2, 3, 4, 5];
const OFFICE_HOURS: SendWindow = { days: WORKDAYS, from: '09:00', to: '17:00' };
const LATE_HOURS: SendWindow = { days: WORKDAYS, from: '19:00', to: '23:00' };

/** Who changes what a mail of a step waits for, so that its hours are open now. */
const CHANGES: readonly (readonly [string, (on: TestDatabase) => Promise<unknown>])[] = [
  ['the window', () => putSequence(LATE_HOURS)],
  ['the window is gone', () => putSequence(null)],
  ["the campaign's time zone", () => engine.campaigns.update(1, { timezone: 'America/New_York' })],
  ["the lead's time zone", () => engine.leads.update(1, { timezone: 'America/New_York' }, 'ops')],
  [
    "the lead's time zone, by an import",
    () => engine.leads.import(1, [{ email: 'ada@lead.test', timezone: 'America/New_York' }]),
  ],
];

let db: TestDatabase;
let engine: Engine;
let enrolments: EnrolmentsService;

beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db, { dailyCap: 1 });
  enrolments = new EnrolmentsService(new EnrolmentsRepository(db.database), configOf(SendingConfig));
});
beforeEach(async () => {
  await emptyTables(db);
  await setClockTo(db, MONDAY_MORNING);
  await engine.campaigns.create({
    name: 'Spring',
    timezone: 'Europe/Berlin',
    max_emails_per_day: null,
    from_email: null,
  });
  await insertTemplate(db, { subject: 'Hello', body: 'Hello' });
  await engine.leads.import(1, [{ email: 'ada@lead.test' }]);
  await putSequence(OFFICE_HOURS);
});
afterAll(() => db.drop());

async function putSequence(window: SendWindow | null): Promise<void> {
  await engine.sequences.replace(1, {
    steps: [{ templateType: 'intro', delayDays: 0, businessDays: false, thread: 'same' }],
    window,
    onPositive: 'next_step',
  });
}

async function queueRow() {
  const [row] = await db.query<{ waits_for: string | null; is_due: boolean }>(
    'SELECT waits_for, due_at <= cam_now() AS is_due FROM cam_dispatch_queue',
  );
  return row;
}

async function claimed(): Promise<number> {
  return (await engine.claims.claim(engine.owner, 10)).emails.length;
}

/** The mail of a step that was made in its hours, and not claimed before they were over. */
async function makeMail(): Promise<void> {
  await engine.sequences.enrol(1, null);
  await engine.followUps.runOnce();
  await setClockTo(db, MONDAY_NIGHT);
}

describe('a mail that waits for its hours', () => {
  it.each(CHANGES)('goes as soon as they are open, when what changes is %s', async (_, change) => {
    await makeMail();
    expect(await claimed()).toBe(0);
    expect(await queueRow()).toEqual({ waits_for: 'window', is_due: false });

    await change(db);

    expect(await claimed()).toBe(1);
  });

  it('goes on waiting when its hours change and are not open', async () => {
    await makeMail();
    await claimed();

    await putSequence({ ...LATE_HOURS, from: '22:00' });

    expect(await claimed()).toBe(0);
    expect(await queueRow()).toEqual({ waits_for: 'window', is_due: false });
  });

  it.each(CHANGES)(
    'meets a claim that is under way by the old hours, when what changes is %s',
    async (_, change) => {
      await makeMail();

      await besideTransaction(db, async (claim) => {
        // As the claim does: the entry, then campaign and lead, then the hours, and at last the parking.
        await claim.query('SELECT FROM cam_dispatch_queue FOR UPDATE');
        await claim.query('SELECT FROM cam_campaigns FOR NO KEY UPDATE');
        await claim.query('SELECT FROM cam_leads FOR SHARE');
        const changing = change(db);
        await untilWaiting(db, 1);
        await claim.query(
          `UPDATE cam_dispatch_queue SET waits_for = 'window', due_at = cam_now() + interval '12 hours'`,
        );
        await claim.commit();
        await changing;
      });

      expect(await claimed()).toBe(1);
    },
  );

  it('does not hold up who changes them while a claim waits for the campaign', async () => {
    await makeMail();
    await claimed();
    await setClockTo(db, '2026-03-03T10:00:00Z');

    await besideTransaction(db, async (change) => {
      await change.query('SELECT FROM cam_campaigns FOR NO KEY UPDATE');
      await change.query(`SET LOCAL lock_timeout = '500ms'`);
      const claiming = claimed();
      await untilWaiting(db, 1);
      await change.query(`UPDATE cam_campaigns SET timezone = 'America/New_York'`);
      await change.commit();
      // Five in the morning there: the claim reads the hours after the change.
      expect(await claiming).toBe(0);
    });
    expect(await queueRow()).toEqual({ waits_for: 'window', is_due: false });
  });

  it('gets a new window without standing in the way of who changes the time zone at the same time', async () => {
    await besideTransaction(db, async (change) => {
      await change.query('SELECT FROM cam_campaigns FOR NO KEY UPDATE');
      await change.query(`SET LOCAL lock_timeout = '500ms'`);
      const replacing = putSequence(LATE_HOURS);
      await untilWaiting(db, 1);
      await change.query(`UPDATE cam_campaigns SET timezone = 'America/New_York'`);
      await change.commit();
      await replacing;
    });

    expect(await db.query('SELECT window_from FROM cam_sequences')).toEqual([{ window_from: '19:00' }]);
  });

  it('goes when the absence that it waited for is over early', async () => {
    await makeMail();
    await setClockTo(db, '2026-03-02T11:00:00Z');
    const absence = { returnDate: '2026-03-20', receivedAt: new Date(MONDAY_MORNING), evidence: 'inbound:7' };
    await db.database.transaction((tx) => enrolments.postponeAll(tx, 1, absence));
    await claimed();
    expect(await queueRow()).toEqual({ waits_for: 'postponed', is_due: false });

    await db.database.transaction((tx) => enrolments.answeredWithInterest(tx, 1, 1, 'inbound:8'));

    expect(await claimed()).toBe(1);
  });

  it('leaves alone what waits for something else', async () => {
    await makeMail();
    await db.query(
      `UPDATE cam_dispatch_queue SET waits_for = 'cap', due_at = cam_now() + interval '4 hours'`,
    );

    for (const [, change] of CHANGES) await change(db);

    expect(await queueRow()).toEqual({ waits_for: 'cap', is_due: false });
  });
});

describe('an enrolment whose step waits for its hours', () => {
  it.each(CHANGES)('is mailed as soon as they are open, when what changes is %s', async (_, change) => {
    await setClockTo(db, MONDAY_NIGHT);
    await engine.sequences.enrol(1, null);
    await engine.followUps.runOnce();
    expect(await queueRow()).toBeUndefined();

    await change(db);
    await engine.followUps.runOnce();

    expect(await queueRow()).toEqual({ waits_for: null, is_due: true });
  });
});
