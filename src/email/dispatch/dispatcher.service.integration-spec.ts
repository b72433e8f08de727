import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertEmail, insertLeads } from '../../../test/support/factories.js';
import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { DatabaseConnectionError } from '../../database/database-error.js';
import type { DispatchQueueRow } from '../entities/dispatch-queue-row.entity.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';

let db: TestDatabase;
let provider: FakeEmailProvider;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  provider = new FakeEmailProvider();
  await emptyTables(db);
});
afterAll(() => db.drop());

async function insertEmails(
  count: number,
  fields: Partial<OutboundEmail> = {},
  queue: Partial<DispatchQueueRow> = {},
): Promise<void> {
  const campaignId = await insertCampaign(db);
  for (const leadId of await insertLeads(db, campaignId, count)) {
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, ...fields }, queue);
  }
}

async function countByStatus(): Promise<Record<string, number>> {
  const rows = await db.query<{ status: string; count: number }>(
    'SELECT status, count(*)::integer AS count FROM cam_outbound_emails GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** Holds the provider's next call until it is let go. */
function holdNext(): () => void {
  let letGo = (): void => undefined;
  provider.holdNext(new Promise((resolve) => (letGo = resolve)));
  return () => {
    letGo();
  };
}

async function untilCalled(): Promise<void> {
  while (provider.calls.length === 0) await db.query('SELECT 1');
}

describe('Dispatcher.drain', () => {
  it('sends all that is due, however many claims that takes', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(120);

    await dispatcher.drain();

    expect(await countByStatus()).toEqual({ SENT: 120 });
  });

  it('joins a run under way and makes it look once more', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(1);
    const letGo = holdNext();
    const first = dispatcher.drain();
    await untilCalled();
    await insertEmails(1);

    const second = dispatcher.drain();
    letGo();
    await first;

    expect(second).toBe(first);
    expect(await countByStatus()).toEqual({ SENT: 2 });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('loses no call that comes as the run ends: turn %i', async (turns) => {
    const { dispatcher, queue } = createEngine(db, { provider });
    const claim = queue.claim.bind(queue);
    let called: Promise<void> | undefined;
    queue.claim = async (...claimed) => {
      queue.claim = claim;
      const nothing = await claim(...claimed);
      await insertEmails(1);
      let turn = Promise.resolve();
      for (let count = 0; count < turns; count += 1) turn = turn.then(() => undefined);
      called = turn.then(() => dispatcher.drain());
      return nothing;
    };

    await dispatcher.drain();
    await called;

    expect(await countByStatus()).toEqual({ SENT: 1 });
  });

  it('never rejects, and works again after a failure', async () => {
    const { dispatcher, queue } = createEngine(db, { provider });
    await insertEmails(1);
    const claim = queue.claim.bind(queue);
    queue.claim = () => Promise.reject(new DatabaseConnectionError(new Error('Connection terminated')));

    await dispatcher.drain();
    const afterFailure = await countByStatus();
    queue.claim = claim;
    await dispatcher.drain();

    expect(afterFailure).toEqual({ QUEUED: 1 });
    expect(await countByStatus()).toEqual({ SENT: 1 });
  });

  it('sends each mail once when several replicas drain at the same time', async () => {
    const replicas = Array.from({ length: 4 }, () => createEngine(db, { provider }));
    await insertEmails(150);

    await Promise.all(replicas.map(({ dispatcher }) => dispatcher.drain()));

    expect(await countByStatus()).toEqual({ SENT: 150 });
    expect(provider.calls).toHaveLength(150);
    expect(new Set(provider.calls.map(({ sendKey }) => sendKey)).size).toBe(150);
  });
});

describe('Dispatcher.runOnce', () => {
  it('claims no more than leaves within two seconds at the pace', async () => {
    const { dispatcher } = createEngine(db, { provider, ratePerSecond: 1.5 });
    await insertEmails(5);

    const round = await dispatcher.runOnce();

    expect(round).toEqual({ leased: 3, more: true });
    expect(await countByStatus()).toEqual({ SENT: 3, QUEUED: 2 });
  });

  it.each([
    ['the gate is shut', `shut_until = clock_timestamp() + interval '1 minute', shut_reason = 'quota'`],
    ['the fleet has reserved the next seconds', `next_free_at = clock_timestamp() + interval '3 seconds'`],
  ])('claims nothing while %s', async (_name, gate) => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(1);
    await db.query(`UPDATE cam_provider_gates SET ${gate} WHERE provider = 'Resend'`);

    const round = await dispatcher.runOnce();

    expect(round).toEqual({ leased: 0, more: false });
    expect(await db.query('SELECT FROM cam_send_attempts')).toEqual([]);
  });

  it('sends simulated mail past a shut gate', async () => {
    const simulator = new FakeEmailProvider({ simulated: true });
    const { dispatcher } = createEngine(db, { provider: simulator });
    await insertEmails(1, { simulated: true });
    await db.query(
      `UPDATE cam_provider_gates SET shut_until = clock_timestamp() + interval '1 minute', shut_reason = 'quota'`,
    );

    await dispatcher.drain();

    expect(await countByStatus()).toEqual({ SENT: 1 });
  });

  it('closes out what must not be repeated, also while the gate is shut', async () => {
    const { dispatcher } = createEngine(db, { provider });
    await insertEmails(
      1,
      {},
      {
        attempt: 1,
        maybe_sent_attempt: 1,
        maybe_sent_since: new Date('2026-01-05T12:00:00Z'),
        cap_day: '2026-01-05',
      },
    );
    await db.query(
      `UPDATE cam_provider_gates SET shut_until = clock_timestamp() + interval '1 minute', shut_reason = 'quota'`,
    );

    await dispatcher.runOnce();

    expect(await countByStatus()).toEqual({ UNKNOWN: 1 });
    expect(provider.calls).toEqual([]);
  });

  it('releases what waited for a pause that was lifted', async () => {
    const { dispatcher, campaigns } = createEngine(db, { provider });
    await insertEmails(1);
    await campaigns.pause(1, null);
    await dispatcher.drain();
    const whilePaused = await countByStatus();
    await campaigns.resume(1, null);

    await dispatcher.drain();

    expect(whilePaused).toEqual({ QUEUED: 1 });
    expect(await countByStatus()).toEqual({ SENT: 1 });
  });
});

describe('Dispatcher and a shutdown', () => {
  it('awaits the round under way and claims no more', async () => {
    const { dispatcher } = createEngine(db, { provider, ratePerSecond: 0.5 });
    await insertEmails(2);
    const letGo = holdNext();
    const draining = dispatcher.drain();
    await untilCalled();

    const stopped = dispatcher.beforeApplicationShutdown();
    letGo();
    await stopped;

    expect(await countByStatus()).toEqual({ SENT: 1, QUEUED: 1 });
    await draining;
    await dispatcher.drain();
    expect(provider.calls).toHaveLength(1);
  });

  it('waits no longer than its time when the database stays away', async () => {
    const { dispatcher, settlements } = createEngine(db, { provider, timing: { shutdownWithinMs: 20 } });
    await insertEmails(1);
    const settle = settlements.settle.bind(settlements);
    settlements.settle = () =>
      Promise.reject(new DatabaseConnectionError(new Error('Connection terminated')));
    const draining = dispatcher.drain();
    await untilCalled();

    await dispatcher.beforeApplicationShutdown();

    expect(await countByStatus()).toEqual({ QUEUED: 1 });
    settlements.settle = settle;
    await draining;
  });
});
