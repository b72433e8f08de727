import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../test/support/engine.js';
import { emptyTables } from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { ProviderGateReadModel } from './provider-gate.view.js';
import type { MomentsWanted, ProviderGateRepository } from './provider-gate.repository.js';

const LONG_MS = 60_000;

let db: TestDatabase;
let gates: ProviderGateRepository;
let view: ProviderGateReadModel;
beforeAll(async () => {
  db = await createTestDatabase();
  gates = createEngine(db).gates;
  view = new ProviderGateReadModel(db.database);
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

/** Lets a shut-down be over, as if its time had passed. */
async function endShutDown(): Promise<void> {
  await db.query(`UPDATE cam_provider_gates SET shut_until = clock_timestamp() WHERE shut_until IS NOT NULL`);
}

/** Asks for one moment, but for the fields given. */
async function reserve(wanted: Partial<MomentsWanted> = {}, provider: 'Resend' | 'SMTP' = 'Resend') {
  return gates.reserve(provider, {
    ratePerSecond: 10,
    count: 1,
    withinMs: LONG_MS,
    lostProbeMs: LONG_MS,
    ...wanted,
  });
}

async function setGate(columns: string): Promise<void> {
  await db.query(`UPDATE cam_provider_gates SET ${columns} WHERE provider = 'Resend'`);
}

describe('ProviderGateRepository.reserve', () => {
  it('reserves moments at the pace, however many ask at once, and gives none twice', async () => {
    const asked = Array.from({ length: 50 }, (_, index) =>
      reserve({ ratePerSecond: 20, count: 1 + (index % 3) }),
    );

    const reserved = await Promise.all(asked);

    const [row] = await db.query<{ ahead_ms: number }>(
      `SELECT EXTRACT(EPOCH FROM next_free_at - clock_timestamp())::float8 * 1000 AS ahead_ms
         FROM cam_provider_gates WHERE provider = 'Resend'`,
    );
    const count = reserved.reduce((sum, moments) => sum + (moments.kind === 'go' ? moments.count : 0), 0);
    expect(count).toBe(99);
    // They asked within less than they will take: all that is ahead was reserved by them, none of it twice.
    expect(row?.ahead_ms).toBeGreaterThan(98 * 50 - 2_000);
    expect(row?.ahead_ms).toBeLessThanOrEqual(99 * 51);
    const waits = reserved.map((moments) => (moments.kind === 'go' ? moments.waitMs : -1));
    expect(new Set(waits).size).toBe(50);
  });

  it('keeps a little below the pace asked for', async () => {
    const moments = await reserve({ ratePerSecond: 10 });

    expect(moments).toMatchObject({ kind: 'go', waitMs: 0 });
    expect(moments.kind === 'go' && moments.spacingMs).toBeGreaterThan(100.5);
    expect(moments.kind === 'go' && moments.spacingMs).toBeLessThan(101);
  });

  it('saves up nothing while nobody asks', async () => {
    await setGate(`next_free_at = clock_timestamp() - interval '1 hour'`);

    const first = await reserve({ ratePerSecond: 1 });
    const second = await reserve({ ratePerSecond: 1 });

    expect(first).toMatchObject({ kind: 'go', waitMs: 0, recovering: false });
    expect(second.kind === 'go' && second.waitMs).toBeGreaterThan(500);
  });

  it('reserves only what fits into the time given', async () => {
    await setGate(`next_free_at = clock_timestamp() - interval '1 hour'`);

    const moments = await reserve({ ratePerSecond: 10, count: 100, withinMs: 2_000 });

    expect(moments).toMatchObject({ kind: 'go', count: 20 });
  });

  it('reserves nothing farther away than asked for', async () => {
    await setGate(`next_free_at = clock_timestamp() + interval '20 seconds'`);
    const before = await db.query(`SELECT next_free_at FROM cam_provider_gates WHERE provider = 'Resend'`);

    const moments = await reserve({ withinMs: 10_000 });

    expect(moments.kind).toBe('wait');
    expect(moments.kind === 'wait' && moments.retryInMs).toBeGreaterThan(15_000);
    expect(moments.kind === 'wait' && moments.retryInMs).toBeLessThanOrEqual(20_000);
    expect(await db.query(`SELECT next_free_at FROM cam_provider_gates WHERE provider = 'Resend'`)).toEqual(
      before,
    );
  });

  it('follows the real time, whatever the offset of our clock', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');
    await db.setClockOffset('3 days');

    expect((await reserve()).kind).toBe('wait');
  });

  it('has a gate for each provider', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');

    expect((await reserve({}, 'SMTP')).kind).toBe('go');
  });
});

describe('ProviderGateRepository, shut', () => {
  it('lets nothing through, also when nothing ever went, and says for how long and why', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');

    const moments = await reserve();

    expect(moments).toEqual({ kind: 'wait', retryInMs: expect.any(Number) as unknown, reason: 'quota' });
    expect(moments.kind === 'wait' && moments.retryInMs).toBeGreaterThan(LONG_MS - 5_000);
    expect(await view.findShut('Resend')).toEqual({
      isShut: true,
      until: expect.any(Date) as unknown,
      reason: 'quota',
    });
    expect(
      await db.query(
        `SELECT isfinite(next_free_at) AS reserved FROM cam_provider_gates WHERE provider = 'Resend'`,
      ),
    ).toEqual([{ reserved: false }]);
  });

  it('keeps the longer of two shut-downs, with its reason', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');
    const longer = await view.findShut('Resend');

    await gates.shut('Resend', 1_000, 'too many requests');

    expect(await view.findShut('Resend')).toEqual(longer);
  });

  it('prolongs a shut-down', async () => {
    await gates.shut('Resend', 1_000, 'too many requests');

    await gates.shut('Resend', LONG_MS, 'quota');

    expect(await view.findShut('Resend')).toMatchObject({ isShut: true, reason: 'quota' });
    expect(await view.freeInMs('Resend')).toBeGreaterThan(LONG_MS - 5_000);
  });

  it('lets one request of the whole fleet probe when its time is over, until one goes well', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');
    await endShutDown();

    const probes = await Promise.all(Array.from({ length: 10 }, () => reserve({ count: 5 })));
    const shutWhileProbing = await view.findShut('Resend');
    await gates.reopen('Resend');
    const afterwards = await reserve({ ratePerSecond: 1_000, count: 5 });

    expect(probes.filter(({ kind }) => kind === 'go')).toEqual([
      expect.objectContaining({ count: 1, recovering: true }),
    ]);
    expect(shutWhileProbing).toMatchObject({ isShut: false, reason: 'quota' });
    expect(afterwards).toMatchObject({ kind: 'go', count: 5, recovering: false });
    expect(await view.findShut('Resend')).toBeNull();
  });

  it('lets another request probe when the first has fallen silent', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');
    await endShutDown();
    await reserve({ lostProbeMs: 0 });

    expect(await reserve()).toMatchObject({ kind: 'go', count: 1 });
  });

  it('is not reopened by a request that left before it', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');

    await gates.reopen('Resend');

    expect(await view.findShut('Resend')).toMatchObject({ isShut: true });
  });
});

describe('ProviderGateRepository, breaker', () => {
  const times = { firstBreakMs: 10_000, longestBreakMs: 25_000 };
  const fail = () => gates.noteFailure('Resend', 'no answer', times);

  it('trips at the fifth failure in a row, however they meet', async () => {
    const trips = await Promise.all(Array.from({ length: 9 }, fail));

    expect(trips.filter((trip) => trip !== null)).toHaveLength(1);
    expect(await view.findShut('Resend')).toMatchObject({ isShut: true, reason: 'no answer' });
  });

  it('forgets failures when a request goes well', async () => {
    for (let count = 0; count < 4; count += 1) await fail();
    expect(await reserve()).toMatchObject({ kind: 'go', recovering: true });

    await gates.reopen('Resend');

    expect(await fail()).toBeNull();
    expect(await view.findShut('Resend')).toBeNull();
  });

  it('shuts for twice as long each time a probe fails, up to the longest', async () => {
    const breaks: (number | null)[] = [];
    for (let count = 0; count < 5; count += 1) breaks.push(await fail());
    for (let count = 0; count < 3; count += 1) {
      await endShutDown();
      breaks.push(await fail());
    }

    const [first = 0, second = 0, third = 0, fourth = 0] = breaks.filter((shutMs) => shutMs !== null);
    for (const [shutMs, expected] of [
      [first, 10_000],
      [second, 20_000],
      [third, 25_000],
      [fourth, 25_000],
    ] as const) {
      expect(shutMs).toBeGreaterThan(expected - 1_000);
      expect(shutMs).toBeLessThanOrEqual(expected);
    }
  });

  it('takes no notice of failures that left before it tripped', async () => {
    for (let count = 0; count < 5; count += 1) await fail();
    const tripped = await view.findShut('Resend');

    expect(await fail()).toBeNull();

    expect(await view.findShut('Resend')).toEqual(tripped);
  });
});

describe('ProviderGateReadModel.freeInMs', () => {
  it.each([
    ['nothing has gone yet', `next_free_at = '-infinity'`, 0, 0],
    ['the last moment is over', `next_free_at = clock_timestamp() - interval '1 second'`, 0, 0],
    ['moments are reserved', `next_free_at = clock_timestamp() + interval '8 seconds'`, 3_000, 8_000],
    [
      'it is shut for longer than moments are reserved',
      `next_free_at = clock_timestamp() + interval '8 seconds', shut_reason = 'quota',
       shut_until = clock_timestamp() + interval '30 seconds'`,
      25_000,
      30_000,
    ],
    [
      'a request probes it',
      `shut_reason = 'quota', shut_until = clock_timestamp() - interval '1 second',
       probe_until = clock_timestamp() + interval '12 seconds'`,
      8_000,
      12_000,
    ],
  ])('is the time until a request may leave: %s', async (_name, gate, least, most) => {
    await db.query(`UPDATE cam_provider_gates SET ${gate} WHERE provider = 'Resend'`);

    const freeInMs = await view.freeInMs('Resend');

    expect(freeInMs).toBeGreaterThanOrEqual(least);
    expect(freeInMs).toBeLessThanOrEqual(most);
  });
});
