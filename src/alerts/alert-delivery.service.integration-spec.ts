import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { holdsWithin } from '../../test/chaos/until.js';
import { AlertReceiver } from '../../test/support/alert-receiver.js';
import { configOf } from '../../test/support/config.js';
import { emptyTables } from '../../test/support/factories.js';
import { findFreePort } from '../../test/support/free-port.js';
import { besideTransaction } from '../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { AlertsConfig } from '../config/alerts.config.js';
import type { Database } from '../database/database.js';
import type { NewAlert } from './alert.js';
import { AlertDeliveryService } from './alert-delivery.service.js';
import { type AlertTiming, DEFAULT_ALERT_TIMING } from './alert-timing.js';
import { AlertsRepository } from './alerts.repository.js';
import { AlertsService } from './alerts.service.js';

const PATIENCE_MS = 10_000;

let db: TestDatabase;
let receiver: AlertReceiver;
let logged: string[];
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  receiver = await AlertReceiver.start();
  logged = [];
  const log = (...parts: unknown[]) => void logged.push(JSON.stringify(parts));
  Logger.overrideLogger({ log, warn: log, error: log });
});
afterEach(() => receiver.stop());
afterAll(() => db.drop());

interface SenderOptions {
  readonly database?: Database;
  readonly config?: Partial<Pick<AlertsConfig, 'webhookUrl' | 'webhookSecret'>>;
  readonly timing?: Partial<AlertTiming>;
  readonly repository?: AlertsRepository;
}

/** The alerts of one process. */
function createAlerts({ database = db.database, config, timing, repository }: SenderOptions = {}) {
  const alertsConfig = configOf(AlertsConfig, config ?? receiver.config);
  const alerts = repository ?? new AlertsRepository(database);
  return {
    service: new AlertsService(alertsConfig, alerts),
    delivery: new AlertDeliveryService(alertsConfig, alerts, { ...DEFAULT_ALERT_TIMING, ...timing }),
  };
}

const PAUSED: NewAlert = {
  kind: 'campaign.paused',
  dedupeKey: 'campaign.paused:7',
  data: { campaign_id: 7, campaign_name: 'Engines', rule: 'bounce_rate' },
};

/** @param alerts alerts that differ from {@link PAUSED} */
async function raise(...alerts: Partial<NewAlert>[]): Promise<void> {
  const { service } = createAlerts();
  for (const alert of alerts.length > 0 ? alerts : [{}]) {
    await db.database.transaction((tx) => service.raise(tx, { ...PAUSED, ...alert }));
  }
}

async function outbox(): Promise<unknown[]> {
  return db.query(
    `SELECT kind, attempts, delivered_at IS NOT NULL AS delivered, gave_up_at IS NOT NULL AS gave_up, last_error
       FROM cam_alerts ORDER BY id`,
  );
}

/** Seconds until the next attempt, by the database's clock. */
async function dueInS(): Promise<number> {
  const [row] = await db.query<{ due_in_s: number }>(
    'SELECT EXTRACT(EPOCH FROM due_at - cam_now())::float8 AS due_in_s FROM cam_alerts',
  );
  return row?.due_in_s ?? NaN;
}

/** Resolves while the receiver has an alert in hand. */
async function untilReceived(): Promise<void> {
  if (!(await holdsWithin(PATIENCE_MS, () => receiver.received.length > 0))) {
    throw new Error('The receiver got no alert');
  }
}

/** Lets the wait for the next attempt, or a lease, be over. */
async function makeDue(): Promise<void> {
  await db.query('UPDATE cam_alerts SET due_at = cam_now() WHERE due_at IS NOT NULL');
}

describe('AlertsService.raise', () => {
  it('stores an alert in the transaction of what it tells of', async () => {
    const { service } = createAlerts();

    await db.database.transaction((tx) => service.raise(tx, PAUSED));

    expect(await db.query('SELECT kind, dedupe_key, data, attempts FROM cam_alerts')).toEqual([
      { kind: PAUSED.kind, dedupe_key: PAUSED.dedupeKey, data: PAUSED.data, attempts: 0 },
    ]);
  });

  it('stores nothing when that transaction fails', async () => {
    const { service } = createAlerts();

    const failing = db.database.transaction(async (tx) => {
      await service.raise(tx, PAUSED);
      throw new Error('The pause was not possible');
    });

    await expect(failing).rejects.toThrow('The pause was not possible');
    expect(await outbox()).toEqual([]);
  });

  it('stores the first of a key, also of two at once', async () => {
    const { service } = createAlerts();
    const raiseAs = (name: string) =>
      db.database.transaction((tx) => service.raise(tx, { ...PAUSED, data: { campaign_name: name } }));

    await raiseAs('first');
    await Promise.all([raiseAs('second'), raiseAs('third')]);

    expect(await db.query('SELECT data FROM cam_alerts')).toEqual([{ data: { campaign_name: 'first' } }]);
  });

  it('stores nothing without a webhook', async () => {
    const { service } = createAlerts({ config: {} });

    await db.database.transaction((tx) => service.raise(tx, PAUSED));

    expect(await outbox()).toEqual([]);
  });
});

describe('AlertDeliveryService', () => {
  it('posts an alert once, signed, and says when it happened', async () => {
    const { delivery } = createAlerts();
    await raise();
    const [stored] = await db.query<{ id: number; created_at: Date }>('SELECT * FROM cam_alerts');

    const first = await delivery.runOnce();
    const second = await delivery.runOnce();

    expect(receiver.received).toEqual([
      {
        id: `alert_${stored?.id}`,
        body: { type: PAUSED.kind, timestamp: stored?.created_at.toISOString(), data: PAUSED.data },
      },
    ]);
    expect(receiver.forged).toEqual([]);
    expect(first).toEqual({ delivered: 1, postponed: 0, gaveUp: 0, cut: 0 });
    expect(second).toEqual({ delivered: 0, postponed: 0, gaveUp: 0, cut: 0 });
    expect(await outbox()).toEqual([
      { kind: PAUSED.kind, attempts: 1, delivered: true, gave_up: false, last_error: null },
    ]);
  });

  it('signs with the time of the attempt, whatever the offset of the clock', async () => {
    const { delivery } = createAlerts();
    await db.setClockOffset('-9 days');
    await raise();

    await delivery.runOnce();

    expect(receiver).toMatchObject({ forged: [], received: [{ body: { type: PAUSED.kind } }] });
  });

  it('is known by its secret alone', async () => {
    const { delivery } = createAlerts({
      config: { ...receiver.config, webhookSecret: `whsec_${Buffer.alloc(32, 'other').toString('base64')}` },
    });
    await raise();

    await delivery.runOnce();

    expect(receiver.received).toEqual([]);
    expect(receiver.forged).toHaveLength(1);
  });

  it('posts nothing without a webhook, and keeps what is there', async () => {
    await raise();

    const report = await createAlerts({ config: {} }).delivery.runOnce();

    expect(report).toEqual({ delivered: 0, postponed: 0, gaveUp: 0, cut: 0 });
    expect(await outbox()).toMatchObject([{ attempts: 0, delivered: false }]);
  });

  it('delivers each alert once from two replicas', async () => {
    const other = await db.connectAgain();
    const replicas = [createAlerts(), createAlerts({ database: other.database })];
    await raise(...Array.from({ length: 60 }, (_, index) => ({ dedupeKey: `campaign.paused:${index}` })));

    const reports = await Promise.all(
      replicas.flatMap(({ delivery }) => [
        delivery.runOnce().then(() => delivery.runOnce()),
        delivery.runOnce().then(() => delivery.runOnce()),
      ]),
    );
    for (const { delivery } of replicas) while ((await delivery.runOnce()).delivered > 0);
    await other.close();

    expect(reports.some(({ delivered }) => delivered > 0)).toBe(true);
    expect(receiver.received).toHaveLength(60);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(60);
  });

  it('gives each alert to one of many who ask at once, and lets none wait for another', async () => {
    const repository = new AlertsRepository(db.database);
    await raise(...Array.from({ length: 30 }, (_, index) => ({ dedupeKey: `campaign.paused:${index}` })));

    await besideTransaction(db, async (other) => {
      const held = await other.query<{ id: number }>('SELECT id FROM cam_alerts LIMIT 1 FOR UPDATE');
      const taken = await Promise.all(Array.from({ length: 8 }, () => repository.takeDue(10, 60_000)));
      const ids = [...held, ...taken.flat()].map(({ id }) => id);

      expect(ids).toHaveLength(30);
      expect(new Set(ids).size).toBe(30);
    });
  });

  it('posts again, under the same id, what a process took to its end', async () => {
    class Crashing extends AlertsRepository {
      override async markDelivered(): Promise<void> {
        throw new Error('The process ended here');
      }
    }
    const crashing = createAlerts({ repository: new Crashing(db.database) });
    await raise();
    await expect(crashing.delivery.runOnce()).rejects.toThrow('not recorded');

    const { delivery } = createAlerts();
    const whileLeased = await delivery.runOnce();
    await db.setClockOffset('61 seconds');
    await delivery.runOnce();

    const [first, second, ...others] = receiver.received;
    expect(whileLeased.delivered).toBe(0);
    expect(second).toEqual(first);
    expect(others).toEqual([]);
    expect(await outbox()).toMatchObject([{ attempts: 2, delivered: true }]);
  });

  it.each<[string, Parameters<AlertReceiver['answerNext']>[0], string, Partial<AlertTiming>]>([
    ['a server error', 503, 'status 503', {}],
    ['a refusal', 404, 'status 404', {}],
    [
      'a redirect, which it does not follow',
      (response) => response.writeHead(307, { Location: receiver.url }).end(),
      'status 307',
      {},
    ],
    ['silence', () => undefined, 'timeout', { requestTimeoutMs: 1_000 }],
    ['a connection that breaks', (_response, request) => request.socket.destroy(), 'UND_ERR_SOCKET', {}],
  ])('tries again, later each time, after %s', async (_name, answer, error, timing) => {
    const { delivery } = createAlerts({ timing });
    await raise();
    receiver.answerNext(answer, answer);

    const report = await delivery.runOnce();
    const tooEarly = await delivery.runOnce();
    const firstWaitS = await dueInS();
    await makeDue();
    await delivery.runOnce();
    const secondWaitS = await dueInS();
    await makeDue();
    await delivery.runOnce();

    expect(report).toMatchObject({ delivered: 0, postponed: 1 });
    expect(tooEarly).toMatchObject({ delivered: 0, postponed: 0 });
    expect(firstWaitS).toBeGreaterThan(0);
    expect(firstWaitS).toBeLessThanOrEqual(5.5);
    expect(secondWaitS).toBeGreaterThan(200);
    expect(secondWaitS).toBeLessThanOrEqual(330);
    expect(receiver.received).toHaveLength(3);
    expect(await outbox()).toMatchObject([{ attempts: 3, delivered: true, last_error: error }]);
  });

  it('tries again when nobody listens', async () => {
    const webhookUrl = `http://127.0.0.1:${await findFreePort()}/`;
    const { delivery } = createAlerts({ config: { ...receiver.config, webhookUrl } });
    await raise();

    await delivery.runOnce();

    expect(await outbox()).toMatchObject([{ attempts: 1, delivered: false, last_error: 'ECONNREFUSED' }]);
  });

  it('does not read what a receiver writes without end', async () => {
    const { delivery } = createAlerts();
    let isClosed = false;
    receiver.answerNext((response) => {
      response.writeHead(200);
      const writing = setInterval(() => response.write('x'.repeat(10_000)), 5);
      response.on('close', () => {
        isClosed = true;
        clearInterval(writing);
      });
    });
    await raise();

    const report = await delivery.runOnce();
    const wasCut = await holdsWithin(PATIENCE_MS, () => isClosed);

    expect(report.delivered).toBe(1);
    expect(wasCut).toBe(true);
  });

  it('gives up after ten attempts, with an error', async () => {
    const { delivery } = createAlerts();
    receiver.answerNext(...Array.from({ length: 20 }, () => 500));
    await raise();

    for (let run = 0; run < 12; run += 1) {
      await delivery.runOnce();
      await makeDue();
    }

    expect(receiver.received).toHaveLength(10);
    expect(await outbox()).toEqual([
      { kind: PAUSED.kind, attempts: 10, delivered: false, gave_up: true, last_error: 'status 500' },
    ]);
    expect(logged.filter((line) => line.includes('alert.given_up'))).toHaveLength(1);
  });

  it('gives up at once when the receiver is gone', async () => {
    const { delivery } = createAlerts();
    receiver.answerNext(410);
    await raise();

    const report = await delivery.runOnce();
    await makeDue();
    await delivery.runOnce();

    expect(report.gaveUp).toBe(1);
    expect(receiver.received).toHaveLength(1);
    expect(await outbox()).toMatchObject([{ gave_up: true, last_error: 'status 410' }]);
  });

  it('lets a late failure change nothing once another attempt has begun', async () => {
    const repository = new AlertsRepository(db.database);
    await raise();
    const [late] = await repository.takeDue(1, 0);
    if (late === undefined) throw new Error('Nothing was due');
    await repository.takeDue(1, 60_000);

    await repository.postpone(late, 1, 'status 500');
    await repository.giveUp(late, 'status 410');

    expect(await outbox()).toMatchObject([{ attempts: 2, gave_up: false, last_error: null }]);
    expect(await dueInS()).toBeGreaterThan(30);
  });

  it('shows neither secret nor path, nor what the alert says, in its log', async () => {
    const { delivery } = createAlerts({ timing: { requestTimeoutMs: 2_000 } });
    receiver.answerNext(
      200,
      500,
      410,
      () => undefined,
      (_response, request) => request.socket.destroy(),
    );
    await raise(...Array.from({ length: 5 }, (_, index) => ({ dedupeKey: `campaign.paused:${index}` })));

    await delivery.runOnce();

    const log = logged.join('\n');
    expect(logged).toHaveLength(5);
    expect(log).toContain('alert.delivered');
    for (const secret of ['s3cr3t', '127.0.0.1', receiver.config.webhookSecret, 'Engines']) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('AlertDeliveryService at the end of the process', () => {
  it('takes nothing more', async () => {
    const { delivery } = createAlerts();
    await raise();

    await delivery.beforeApplicationShutdown();
    await delivery.runOnce();

    expect(receiver.received).toEqual([]);
    expect(await outbox()).toMatchObject([{ attempts: 0 }]);
  });

  it('awaits the alert on the wire', async () => {
    const { delivery } = createAlerts();
    await raise();
    let answerNow: () => void = () => undefined;
    receiver.answerNext((response) => (answerNow = () => response.writeHead(204).end()));
    const running = delivery.runOnce();
    await untilReceived();

    const ending = delivery.beforeApplicationShutdown();
    answerNow();
    await ending;

    expect(await running).toMatchObject({ delivered: 1 });
    expect(await outbox()).toMatchObject([{ delivered: true }]);
  });

  it('cuts a receiver that keeps it, and leaves the alert to another process', async () => {
    const { delivery } = createAlerts({ timing: { shutdownWithinMs: 50 } });
    await raise();
    receiver.answerNext(() => undefined);
    const running = delivery.runOnce();
    await untilReceived();

    await delivery.beforeApplicationShutdown();

    expect(await running).toEqual({ delivered: 0, postponed: 0, gaveUp: 0, cut: 1 });
    expect(await outbox()).toMatchObject([{ attempts: 1, delivered: false, last_error: null }]);
    await makeDue();
    await createAlerts().delivery.runOnce();
    expect(await outbox()).toMatchObject([{ attempts: 2, delivered: true }]);
  });
});
