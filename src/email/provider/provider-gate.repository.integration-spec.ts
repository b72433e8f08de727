import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyTables } from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { ProviderGateReadModel } from './provider-gate.view.js';
import { ProviderGateRepository } from './provider-gate.repository.js';

const LONG_MS = 60_000;

let db: TestDatabase;
let gates: ProviderGateRepository;
let view: ProviderGateReadModel;
beforeAll(async () => {
  db = await createTestDatabase();
  gates = new ProviderGateRepository(db.database);
  view = new ProviderGateReadModel(db.database);
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

/** Lets a shut-down be over, as if its time had passed. */
async function endShutDown(): Promise<void> {
  await db.query(`UPDATE cam_provider_gates SET shut_until = clock_timestamp() WHERE shut_until IS NOT NULL`);
}

describe('ProviderGateRepository.pass', () => {
  it('reserves moments at the pace, however many ask at once', async () => {
    await db.query('CREATE TABLE reserved (until timestamptz NOT NULL)');
    await db.query(`
      CREATE FUNCTION note_reserved() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO reserved VALUES (NEW.next_free_at); RETURN NULL; END $$`);
    await db.query(
      'CREATE TRIGGER note AFTER UPDATE ON cam_provider_gates FOR EACH ROW EXECUTE FUNCTION note_reserved()',
    );

    const passes = await Promise.all(Array.from({ length: 50 }, () => gates.pass('Resend', 20, LONG_MS)));

    await db.query('DROP TRIGGER note ON cam_provider_gates');
    expect(passes.map(({ kind }) => kind)).toEqual(Array<string>(50).fill('go'));
    const gaps = await db.query<{ gap_ms: number }>(
      `SELECT gap_ms FROM (
         SELECT EXTRACT(EPOCH FROM until - lag(until) OVER (ORDER BY until))::float8 * 1000 AS gap_ms FROM reserved
       ) AS gaps WHERE gap_ms IS NOT NULL`,
    );
    expect(gaps).toHaveLength(49);
    for (const { gap_ms: gapMs } of gaps) expect(gapMs).toBeGreaterThan(49.99);
    // They asked within less than they will take: nobody waits for longer than the others need.
    for (const pass of passes) expect(pass.kind === 'go' && pass.waitMs).toBeLessThanOrEqual(49 * 50);
  });

  it('saves up nothing while nobody asks', async () => {
    await db.query(`UPDATE cam_provider_gates SET next_free_at = clock_timestamp() - interval '1 hour'`);

    const first = await gates.pass('Resend', 1, LONG_MS);
    const second = await gates.pass('Resend', 1, LONG_MS);

    expect(first).toEqual({ kind: 'go', waitMs: 0, probing: false });
    expect(second).toEqual({ kind: 'go', waitMs: expect.any(Number) as unknown, probing: false });
    expect(second.kind === 'go' && second.waitMs).toBeGreaterThan(500);
  });

  it('reserves nothing farther away than asked for', async () => {
    await db.query(`UPDATE cam_provider_gates SET next_free_at = clock_timestamp() + interval '20 seconds'`);
    const [before] = await db.query(`SELECT next_free_at FROM cam_provider_gates WHERE provider = 'Resend'`);

    const pass = await gates.pass('Resend', 1, 10_000);

    expect(pass.kind).toBe('wait');
    expect(pass.kind === 'wait' && pass.retryInMs).toBeGreaterThan(15_000);
    expect(pass.kind === 'wait' && pass.retryInMs).toBeLessThanOrEqual(20_000);
    expect(await db.query(`SELECT next_free_at FROM cam_provider_gates WHERE provider = 'Resend'`)).toEqual([
      before,
    ]);
  });

  it('follows the real time, whatever the offset of our clock', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');
    await db.setClockOffset('3 days');

    expect((await gates.pass('Resend', 10, LONG_MS)).kind).toBe('wait');
  });

  it('has a gate for each provider', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');

    expect((await gates.pass('SMTP', 10, LONG_MS)).kind).toBe('go');
  });
});

describe('ProviderGateRepository, shut', () => {
  it('lets nothing through, also when nothing ever went, and says for how long and why', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');

    const pass = await gates.pass('Resend', 10, LONG_MS);

    expect(pass).toEqual({ kind: 'wait', retryInMs: expect.any(Number) as unknown, reason: 'quota' });
    expect(pass.kind === 'wait' && pass.retryInMs).toBeGreaterThan(LONG_MS - 5_000);
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

  it('lets requests probe when its time is over, until one goes well', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');
    await endShutDown();

    const probe = await gates.pass('Resend', 1_000, LONG_MS);
    const shutWhileProbing = await view.findShut('Resend');
    await gates.reopen('Resend');
    const afterwards = await gates.pass('Resend', 1_000, LONG_MS);

    expect(probe).toMatchObject({ kind: 'go', probing: true });
    expect(shutWhileProbing).toMatchObject({ isShut: false, reason: 'quota' });
    expect(afterwards).toMatchObject({ kind: 'go', probing: false });
    expect(await view.findShut('Resend')).toBeNull();
  });

  it('is not reopened by a request that left before it', async () => {
    await gates.shut('Resend', LONG_MS, 'quota');

    await gates.reopen('Resend');

    expect(await view.findShut('Resend')).toMatchObject({ isShut: true });
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
  ])('is the time until a request may leave: %s', async (_name, gate, least, most) => {
    await db.query(`UPDATE cam_provider_gates SET ${gate} WHERE provider = 'Resend'`);

    const freeInMs = await view.freeInMs('Resend');

    expect(freeInMs).toBeGreaterThanOrEqual(least);
    expect(freeInMs).toBeLessThanOrEqual(most);
  });
});
