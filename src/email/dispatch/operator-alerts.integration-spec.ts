import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AlertReceiver, type ReceivedAlert } from '../../../test/support/alert-receiver.js';
import { createEngine, type Engine, type EngineOptions } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertSuppression,
} from '../../../test/support/factories.js';
import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { realTimeMs } from '../../common/clock.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { SendOutcome } from '../provider/email-provider.js';

const LONG_AGO = new Date('2026-01-05T12:00:00Z');
const AMBIGUOUS: SendOutcome = { kind: 'ambiguous', reason: 'no answer' };
const MISCONFIGURED: SendOutcome = { kind: 'misconfigured', reason: 'The API key is not valid' };
const UNREACHABLE: SendOutcome = { kind: 'unreachable', reason: 'no connection' };
const QUOTA_USED_UP: SendOutcome = {
  kind: 'deferred',
  reason: 'no more this month',
  retryAfterMs: 3_600_000,
  quotaUsedUp: true,
};
const TOO_MANY: SendOutcome = { kind: 'deferred', reason: 'too many requests', retryAfterMs: 60_000 };

let db: TestDatabase;
let receiver: AlertReceiver;
let provider: FakeEmailProvider;
let engine: Engine;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  receiver = await AlertReceiver.start();
  provider = new FakeEmailProvider();
  engine = createAlertingEngine();
});
afterEach(() => receiver.stop());
afterAll(() => db.drop());

function createAlertingEngine(options: EngineOptions = {}): Engine {
  return createEngine(db, { provider, alerts: receiver.config, ...options });
}

/** An open mail of a campaign and a lead of its own. @returns its id and its campaign's */
async function insertMail(
  fields: Partial<OutboundEmail> = {},
  queue: Partial<DispatchQueueRow> = {},
): Promise<{ readonly id: number; readonly campaignId: number }> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId);
  const id = await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, ...fields }, queue);
  return { id, campaignId };
}

/** Of a mail that may have been accepted so long ago that no provider remembers its key. */
const FORGOTTEN = { attempt: 1, maybe_sent_attempt: 1, maybe_sent_since: LONG_AGO };

/** What the operator has been told, by the end of all deliveries. */
async function told(): Promise<ReceivedAlert['body'][]> {
  await engine.alertDelivery.runOnce();
  expect(receiver.forged).toEqual([]);
  return receiver.received.map(({ body }) => body);
}

function unknown(...emails: readonly { readonly id: number; readonly campaignId: number }[]): unknown {
  return {
    type: 'emails.unknown',
    timestamp: expect.any(String) as unknown,
    data: { email_ids: emails.map(({ id }) => id), campaign_ids: emails.map(({ campaignId }) => campaignId) },
  };
}

function shut(cause: string): unknown {
  return {
    type: 'provider.shut',
    timestamp: expect.any(String) as unknown,
    data: { provider: 'Resend', cause },
  };
}

async function statuses(): Promise<string[]> {
  const rows = await db.query<{ status: string }>('SELECT status FROM cam_outbound_emails ORDER BY id');
  return rows.map(({ status }) => status);
}

describe('The operator hears of mail whose fate is unknown', () => {
  it('when no retry is left', async () => {
    engine = createAlertingEngine({ maxRetries: 0 });
    const mail = await insertMail({ max_retries: 0 });
    provider.answerNext(AMBIGUOUS);

    await engine.dispatcher.drain();

    expect(await statuses()).toEqual(['UNKNOWN']);
    expect(await told()).toEqual([unknown(mail)]);
  });

  it('when mails are closed out, in one alert', async () => {
    const mails = [await insertMail({}, FORGOTTEN), await insertMail({}, FORGOTTEN)];

    await engine.dispatcher.tidy();

    expect(await statuses()).toEqual(['UNKNOWN', 'UNKNOWN']);
    expect(await told()).toEqual([unknown(...mails)]);
  });

  it('when a stop keeps in what may have been sent, and not when it keeps in what was not', async () => {
    const recently = new Date(realTimeMs() - 60_000);
    const doubtful = await insertMail(
      {},
      { ...FORGOTTEN, maybe_sent_since: recently, cap_day: '2026-01-05' },
    );
    await insertMail();
    await insertSuppression(db, 'lead.test');

    await engine.dispatcher.drain();

    expect(await statuses()).toEqual(['UNKNOWN', 'DROPPED']);
    expect(await told()).toEqual([unknown(doubtful)]);
  });

  it('again when a mail that was sent again becomes unknown once more', async () => {
    engine = createAlertingEngine({ maxRetries: 0 });
    const mail = await insertMail({ max_retries: 0 });
    provider.answerNext(AMBIGUOUS, AMBIGUOUS);

    await engine.dispatcher.drain();
    await engine.operators.resolve(mail.id, 'resend', 'ops', 'The recipient has not got it');
    await engine.dispatcher.drain();

    expect(await statuses()).toEqual(['UNKNOWN']);
    expect(await told()).toEqual([unknown(mail), unknown(mail)]);
  });

  it('but not of what failed, was sent, or is tried again', async () => {
    await insertMail();
    await insertMail();
    await insertMail();
    provider.answerNext({ kind: 'rejected', code: 'VALIDATION_ERROR', reason: 'no' }, AMBIGUOUS);

    await engine.dispatcher.drain();

    expect((await statuses()).toSorted()).toEqual(['FAILED', 'QUEUED', 'SENT']);
    expect(await told()).toEqual([]);
  });

  it('but not of simulated mail', async () => {
    provider = new FakeEmailProvider({ simulated: true });
    engine = createAlertingEngine();
    await insertMail({ simulated: true }, FORGOTTEN);

    await engine.dispatcher.tidy();

    expect(await statuses()).toEqual(['UNKNOWN']);
    expect(await told()).toEqual([]);
  });

  it('not at all without a webhook, and the mail is settled all the same', async () => {
    engine = createAlertingEngine({ alerts: {} });
    await insertMail({}, FORGOTTEN);

    await engine.dispatcher.tidy();

    expect(await statuses()).toEqual(['UNKNOWN']);
    expect(await db.query('SELECT FROM cam_alerts')).toEqual([]);
  });
});

describe('The operator hears of a shut provider', () => {
  /** Lets a shut-down be over, and what waited for it be due. */
  async function endShutDown(): Promise<void> {
    await db.query(
      'UPDATE cam_provider_gates SET shut_until = clock_timestamp() WHERE shut_until IS NOT NULL',
    );
    await db.query('UPDATE cam_dispatch_queue SET due_at = cam_now()');
  }

  /** A mail that the provider answers so, after any shut-down. */
  async function send(...outcomes: SendOutcome[]): Promise<void> {
    for (const outcome of outcomes) {
      await endShutDown();
      await db.query('DELETE FROM cam_dispatch_queue');
      await insertMail();
      provider.answerNext(outcome);
      await engine.dispatcher.drain();
    }
  }

  it('when it refuses our set-up, once until it works again', async () => {
    await send(MISCONFIGURED, MISCONFIGURED, UNREACHABLE, MISCONFIGURED);

    expect(await told()).toEqual([shut('misconfigured')]);
  });

  it('when the breaker trips, once until it works again', async () => {
    await send(UNREACHABLE, UNREACHABLE, UNREACHABLE, UNREACHABLE);
    const beforeItTrips = await told();

    await send(UNREACHABLE, UNREACHABLE, MISCONFIGURED);

    expect(beforeItTrips).toEqual([]);
    expect(await told()).toEqual([shut('unreachable')]);
  });

  it('again when it worked in between', async () => {
    await send(MISCONFIGURED, { kind: 'accepted', messageId: 'm1' }, MISCONFIGURED);

    expect(await told()).toEqual([shut('misconfigured'), shut('misconfigured')]);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2);
  });

  it('when its quota is used up, once until it works again', async () => {
    await send(QUOTA_USED_UP, QUOTA_USED_UP, { kind: 'accepted', messageId: 'm1' }, QUOTA_USED_UP);

    expect(await engine.gatesView.findShut('Resend')).toMatchObject({ isShut: true });
    expect(await told()).toEqual([shut('quota_used_up'), shut('quota_used_up')]);
  });

  it('but not of one that asks to slow down', async () => {
    await send(TOO_MANY, TOO_MANY);

    expect(await engine.gatesView.findShut('Resend')).toMatchObject({ isShut: true });
    expect(await told()).toEqual([]);
  });

  it('also when it had asked to slow down before, and for longer', async () => {
    await engine.gates.shut('Resend', 3_600_000, 'too many requests');

    await engine.gates.shutForFault('Resend', 60_000, 'The API key is not valid');

    expect(await engine.gatesView.findShut('Resend')).toMatchObject({ reason: 'too many requests' });
    expect(await engine.gatesView.freeInMs('Resend')).toBeGreaterThan(3_000_000);
    expect(await told()).toEqual([shut('misconfigured')]);
  });

  it('once from many requests that fail at once', async () => {
    const fault = () => engine.gates.shutForFault('Resend', 60_000, 'The API key is not valid');
    const failure = () =>
      engine.gates.noteFailure('Resend', 'no answer', { firstBreakMs: 10_000, longestBreakMs: 60_000 });

    await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? fault() : failure())));

    expect(await told()).toHaveLength(1);
  });
});
