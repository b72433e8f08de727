import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
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

    expect(round).toEqual({ leased: 3, more: false });
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
    await campaigns.pause(1, null, 'ops');
    await dispatcher.drain();
    const whilePaused = await countByStatus();
    await campaigns.resume(1, null, 'ops');

    await dispatcher.drain();

    expect(whilePaused).toEqual({ QUEUED: 1 });
    expect(await countByStatus()).toEqual({ SENT: 1 });
  });
});

describe('Dispatcher, its loop', () => {
  /** Looks rarely unless told otherwise: what it does in time, it does because it was woken. */
  const HOUR_MS = 3_600_000;

  it('looks once at its start, and sends until nothing is due', async () => {
    const { dispatcher } = createEngine(db, { provider, timing: { pollMs: HOUR_MS } });
    await insertEmails(230);

    dispatcher.onApplicationBootstrap();

    await until({ SENT: 230 });
    await dispatcher.beforeApplicationShutdown();
  });

  it('is woken by a nudge, also one that comes while it looks', async () => {
    const { dispatcher, queue } = createEngine(db, { provider, timing: { pollMs: HOUR_MS } });
    const hasDue = queue.hasDue.bind(queue);
    queue.hasDue = async (owner) => {
      queue.hasDue = hasDue;
      const nothing = await hasDue(owner);
      await insertEmails(1);
      dispatcher.nudge();
      return nothing;
    };

    dispatcher.onApplicationBootstrap();

    await until({ SENT: 1 });
    await insertEmails(1);
    dispatcher.nudge();
    await until({ SENT: 2 });
    await dispatcher.beforeApplicationShutdown();
  });

  it('finds by itself what another process left behind', async () => {
    const { dispatcher } = createEngine(db, { provider, timing: { pollMs: 5 } });
    dispatcher.onApplicationBootstrap();

    await insertEmails(3);

    await until({ SENT: 3 });
    await dispatcher.beforeApplicationShutdown();
  });

  it('goes on after a failure of the database', async () => {
    const { dispatcher, claims } = createEngine(db, { provider, timing: { pollMs: 5 } });
    const claim = claims.claim.bind(claims);
    let failures = 0;
    claims.claim = (...claimed) => {
      failures += 1;
      if (failures > 3) return claim(...claimed);
      return Promise.reject(new DatabaseConnectionError(new Error('Connection terminated')));
    };
    await insertEmails(1);

    dispatcher.onApplicationBootstrap();

    await until({ SENT: 1 });
    await dispatcher.beforeApplicationShutdown();
  });

  it('takes on no more than it can have in flight, and goes on while some are slow', async () => {
    const { dispatcher } = createEngine(db, { provider, timing: { pollMs: HOUR_MS } });
    const release: (() => void)[] = [];
    for (let count = 0; count < 40; count += 1) release.push(holdNext());
    await insertEmails(350);

    dispatcher.onApplicationBootstrap();

    await until({ SENT: 310, QUEUED: 40 });
    for (const letGo of release) letGo();
    await until({ SENT: 350 });
    await dispatcher.beforeApplicationShutdown();
    expect(provider.mostAtOnce).toBeLessThanOrEqual(200);
  });

  it('claims no more once the service stops, and takes what it has to its end', async () => {
    const engine = createEngine(db, { provider, timing: { pollMs: 5 } });
    await insertEmails(1);
    const letGo = holdNext();
    engine.dispatcher.onApplicationBootstrap();
    await untilCalled();

    const stopped = Promise.all([
      engine.dispatcher.beforeApplicationShutdown(),
      engine.sender.beforeApplicationShutdown(),
    ]);
    await insertEmails(1);
    letGo();
    await stopped;

    expect(await countByStatus()).toEqual({ SENT: 1, QUEUED: 1 });
  });
});

describe('Dispatcher and a claim under way when the service stops', () => {
  it('hands back what it brings before the shutdown goes on', async () => {
    const engine = createEngine(db, { provider, timing: { pollMs: 5 } });
    const { claims, dispatcher, sender } = engine;
    const claim = claims.claim.bind(claims);
    let claimed = (): void => undefined;
    const hasClaimed = new Promise<void>((resolve) => (claimed = resolve));
    let goOn = (): void => undefined;
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
    claims.claim = async (...wanted) => {
      const result = await claim(...wanted);
      claimed();
      await mayGoOn;
      return result;
    };
    await insertEmails(3);
    dispatcher.onApplicationBootstrap();
    await hasClaimed;

    const stopped = Promise.all([dispatcher.beforeApplicationShutdown(), sender.beforeApplicationShutdown()]);
    goOn();
    await stopped;

    expect(provider.calls).toEqual([]);
    expect(
      await db.query(
        'SELECT lease_token, maybe_sent_since, due_at <= cam_now() AS due FROM cam_dispatch_queue',
      ),
    ).toEqual(Array(3).fill({ lease_token: null, maybe_sent_since: null, due: true }));
  });
});

/** Polls until the mails are as told. */
async function until(expected: Record<string, number>): Promise<void> {
  const deadlineMs = performance.now() + 20_000;
  let counts = await countByStatus();
  while (!isDeepStrictEqual(counts, expected)) {
    if (performance.now() > deadlineMs) throw new Error(`Still ${JSON.stringify(counts)}`);
    await delay(5);
    counts = await countByStatus();
  }
}
