import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SuppressionView } from '../../src/suppressions/dto/suppression.dto.js';
import { TestApp } from '../support/app.js';
import { emptyTables, insertSuppression, setClockTo } from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let db: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  db = await createTestDatabase();
  app = await TestApp.start({ databaseUrl: db.url });
});
beforeEach(() => emptyTables(db));
afterAll(async () => {
  await app.close();
  await db.drop();
});

const reason = 'Asked for it by phone';

const targets = async (query: string): Promise<unknown[]> =>
  (await app.api.get<SuppressionView[]>(`suppressions${query}`)).body.map(
    ({ address, domain }) => address ?? domain,
  );

describe('POST suppressions', () => {
  it('suppresses an address in its one form, and tells a repeat from a first time', async () => {
    const first = await app.api.post<SuppressionView>('suppressions', {
      address: 'Ada@Bücher.example',
      reason,
    });
    const again = await app.api.post<SuppressionView>('suppressions', {
      address: 'ada@xn--bcher-kva.example',
      reason,
    });

    expect([first.status, again.status]).toEqual([201, 200]);
    expect(first.body).toMatchObject({
      id: 1,
      address: 'ada@xn--bcher-kva.example',
      domain: null,
      cause: 'person',
      evidence: 'person',
      reason,
      expires_at: null,
      created_by: '',
      removed_at: null,
    });
    expect(again.body).toEqual(first.body);
  });

  it('keeps what another word replaces on record', async () => {
    await app.api.post('suppressions', { domain: 'engines.example', reason });
    const replaced = await app.api.post<SuppressionView>('suppressions', {
      domain: 'engines.example',
      reason,
      expires_at: '2030-01-01T00:00:00Z',
    });

    expect([replaced.status, replaced.body.expires_at]).toEqual([201, '2030-01-01T00:00:00.000Z']);
    expect(await targets('')).toEqual(['engines.example']);
    expect(await targets('?show=all')).toEqual(['engines.example', 'engines.example']);
  });

  it('puts a word in force again that has expired', async () => {
    const word = { domain: 'engines.example', reason, expires_at: '2030-01-01T00:00:00Z' };
    await app.api.post('suppressions', word);
    await setClockTo(db, '2030-01-02T00:00:00Z');

    expect((await app.api.post('suppressions', { ...word, expires_at: '2030-02-01T00:00:00Z' })).status).toBe(
      201,
    );
    expect(await targets('')).toEqual(['engines.example']);
  });

  it.each([
    [{ reason }, [{ field: 'address', code: 'one_of' }]],
    [
      { reason, address: 'a@b.example', expires_at: '2020-01-01T00:00:00Z' },
      [{ field: 'expires_at', code: 'out_of_range' }],
    ],
    [{ reason, address: 'a@b.example', domain: 'b.example' }, [{ field: 'address', code: 'one_of' }]],
    [
      { address: 'a@b', domain: 'b', extra: 1 },
      [
        { field: 'address', code: 'invalid_email' },
        { field: 'domain', code: 'invalid_domain' },
        { field: 'extra', code: 'unknown_property' },
        { field: 'reason', code: 'required' },
      ],
    ],
  ])('refuses %j', async (body, errors) => {
    const answer = await app.api.post('suppressions', body);

    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map(({ field, code }) => ({ field, code }))).toEqual(
      expect.arrayContaining(errors),
    );
    expect(await targets('?show=all')).toEqual([]);
  });
});

describe('GET suppressions', () => {
  it('finds all that keeps mail from an address', async () => {
    await insertSuppression(db, 'ada@engines.example');
    await insertSuppression(db, 'engines.example');
    await insertSuppression(db, 'eve@engines.example');

    expect(await targets('?address=ADA%2Bnews@engines.example')).toEqual([
      'engines.example',
      'ada@engines.example',
    ]);
    expect(await targets('?domain=engines.example')).toEqual(['engines.example']);
    expect(await targets('?cause=complaint')).toEqual([]);
  });

  it('goes through the pages by their links', async () => {
    for (const name of ['a', 'b', 'c']) await insertSuppression(db, `${name}@engines.example`);

    const first = await app.api.get<SuppressionView[]>('suppressions?limit=2');
    const [, next = ''] = /<([^>]+)>/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await app.api.get<SuppressionView[]>(next);

    expect(first.body.map(({ id }) => id)).toEqual([3, 2]);
    expect(second.body.map(({ id }) => id)).toEqual([1]);
    expect(second.headers.get('link')).toBeNull();
  });
});

describe('DELETE suppressions', () => {
  const remove = (id: number, body: unknown): Promise<{ status: number }> =>
    app.api.call('DELETE', `suppressions/${id}`, { body });

  it('lifts one and keeps who did it and why', async () => {
    const id = await insertSuppression(db, 'ada@engines.example');
    await insertSuppression(db, 'ada@engines.example', { cause: 'complaint', evidence: 'event:1' });

    expect((await remove(id, { reason: 'Another Ada' })).status).toBe(204);
    expect((await remove(id, { reason: 'Once more' })).status).toBe(204);

    expect(await targets('')).toEqual(['ada@engines.example']);
    const all = await app.api.get<SuppressionView[]>('suppressions?show=all&cause=person');
    expect(all.body).toMatchObject([{ removed_by: '', removal_reason: 'Another Ada' }]);
  });

  it('wants a reason, and something to lift', async () => {
    const id = await insertSuppression(db, 'ada@engines.example');

    expect((await remove(id, {})).status).toBe(400);
    expect((await remove(id + 1, { reason: 'None' })).status).toBe(404);
    expect(await targets('')).toHaveLength(1);
  });
});
