import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { IdempotencyKeysRepository, type IdempotencyClaim } from './idempotency-keys.repository.js';

const id = { scope: 'ada POST /api/cam/email/send', key: 'k' };

function lockOf(claim: IdempotencyClaim): string {
  if (claim.kind !== 'claimed') throw new Error(`expected a claim, found ${claim.kind}`);
  return claim.lock;
}

describe('IdempotencyKeysRepository', () => {
  let db: TestDatabase;
  let keys: IdempotencyKeysRepository;
  beforeAll(async () => {
    db = await createTestDatabase();
    keys = new IdempotencyKeysRepository(db.database);
  });
  afterAll(async () => {
    await db.drop();
  });
  beforeEach(async () => {
    await db.setClockOffset('0');
    await db.query('DELETE FROM cam_idempotency_keys');
  });

  const stored = (): Promise<unknown[]> =>
    db.query('SELECT key, fingerprint, status_code, response_body FROM cam_idempotency_keys ORDER BY key');

  it('gives a key to one of 20 callers at once', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => keys.claim(id, 'f')));

    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === 'running')).toHaveLength(19);
  });

  it('gives an abandoned key to one of 20 callers at once', async () => {
    await keys.claim(id, 'f');
    await db.setClockOffset('61 seconds');

    const claims = await Promise.all(Array.from({ length: 20 }, () => keys.claim(id, 'f')));

    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === 'running')).toHaveLength(19);
  });

  it('says how long the running call may hold the key', async () => {
    await keys.claim(id, 'f');
    await db.setClockOffset('20.5 seconds');

    expect(await keys.claim(id, 'f')).toEqual({ kind: 'running', retryAfterS: 40 });
  });

  it('still holds the key after 59 s', async () => {
    await keys.claim(id, 'f');
    await db.setClockOffset('59 seconds');

    expect((await keys.claim(id, 'f')).kind).toBe('running');
  });

  it('gives back the stored answer until 24 h have passed', async () => {
    await keys.settle(id, lockOf(await keys.claim(id, 'f')), 201, '{"id":1}');
    await db.setClockOffset('23 hours 59 minutes');

    expect(await keys.claim(id, 'f')).toEqual({ kind: 'answered', statusCode: 201, body: '{"id":1}' });

    await db.setClockOffset('24 hours 1 second');
    expect((await keys.claim(id, 'g')).kind).toBe('claimed');
    expect(await stored()).toEqual([{ key: 'k', fingerprint: 'g', status_code: null, response_body: null }]);
  });

  it('keeps an empty answer', async () => {
    await keys.settle(id, lockOf(await keys.claim(id, 'f')), 204, '');

    expect(await keys.claim(id, 'f')).toEqual({ kind: 'answered', statusCode: 204, body: '' });
  });

  it.each([
    ['running', async () => undefined],
    ['abandoned', () => db.setClockOffset('2 minutes')],
    [
      'answered',
      async (lock: string) => {
        await keys.settle(id, lock, 201, '{}');
      },
    ],
  ])('refuses another body while the first call is %s', async (_what, bringAbout) => {
    await bringAbout(lockOf(await keys.claim(id, 'f')));

    expect(await keys.claim(id, 'g')).toEqual({ kind: 'reused_with_other_body' });
  });

  it('keeps scopes and keys apart', async () => {
    const ids = [id, { ...id, key: 'l' }, { ...id, scope: 'bob POST /api/cam/email/send' }];

    for (const one of ids) expect((await keys.claim(one, 'f')).kind).toBe('claimed');
  });

  it('frees a released key', async () => {
    await keys.release(id, lockOf(await keys.claim(id, 'f')));

    expect((await keys.claim(id, 'g')).kind).toBe('claimed');
  });

  it('does not let a late caller settle or release the claim of its taker', async () => {
    const late = lockOf(await keys.claim(id, 'f'));
    await db.setClockOffset('61 seconds');
    const taker = lockOf(await keys.claim(id, 'f'));

    expect(await keys.settle(id, late, 404, 'late')).toBe(false);
    await keys.release(id, late);
    expect(await keys.settle(id, taker, 201, 'taken')).toBe(true);
    expect(await keys.claim(id, 'f')).toEqual({ kind: 'answered', statusCode: 201, body: 'taken' });
  });

  it('keeps the first answer', async () => {
    const lock = lockOf(await keys.claim(id, 'f'));
    await keys.settle(id, lock, 201, 'first');

    expect(await keys.settle(id, lock, 404, 'second')).toBe(false);
    await keys.release(id, lock);
    expect(await keys.claim(id, 'f')).toEqual({ kind: 'answered', statusCode: 201, body: 'first' });
  });

  it('hands a key on while calls release it all the time', async () => {
    const claimAndRelease = async (): Promise<IdempotencyClaim['kind']> => {
      const claim = await keys.claim(id, 'f');
      if (claim.kind === 'claimed') await keys.release(id, claim.lock);
      return claim.kind;
    };

    const kinds = await Promise.all(Array.from({ length: 100 }, claimAndRelease));

    expect(new Set([...kinds, 'claimed', 'running'])).toEqual(new Set(['claimed', 'running']));
    expect(kinds).toContain('claimed');
    expect(await stored()).toEqual([]);
  });

  it('deletes expired keys alone, in portions, also when asked twice at once', async () => {
    for (const key of ['a', 'b', 'c']) await keys.claim({ ...id, key }, 'f');
    await db.setClockOffset('12 hours');
    await keys.claim({ ...id, key: 'd' }, 'f');
    await db.setClockOffset('24 hours 1 second');

    expect(await keys.deleteExpired(1)).toBe(1);
    const deleted = await Promise.all([keys.deleteExpired(10), keys.deleteExpired(10)]);
    expect(deleted[0] + deleted[1]).toBe(2);
    expect(await stored()).toMatchObject([{ key: 'd' }]);
  });

  it('does not wait for a key that somebody holds', async () => {
    for (const key of ['a', 'b']) await keys.claim({ ...id, key }, 'f');
    await db.setClockOffset('24 hours 1 second');

    await db.database.transaction(async (tx) => {
      await tx.query("SELECT FROM cam_idempotency_keys WHERE key = 'a' FOR UPDATE");

      expect(await keys.deleteExpired(10)).toBe(1);
    });
  });

  it.each([
    [201, null],
    [null, '{}'],
  ])('is refused an answer of status %p and body %p', async (status, body) => {
    await keys.claim(id, 'f');

    await expect(
      db.query('UPDATE cam_idempotency_keys SET status_code = $1, response_body = $2', [status, body]),
    ).rejects.toThrow(/ck_idempotency_keys_answer/);
  });
});
