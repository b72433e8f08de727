import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDelivery } from '../../../test/support/delivery.js';
import { acceptContext, createEngine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertLead,
  insertSuppression,
  newEmail,
} from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { RecipientStop } from './recipient-stops.service.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

function stopOf(fields: Pick<RecipientStop, 'leadId'> & Partial<RecipientStop>): Promise<void> {
  const { stops } = createDelivery(db);
  const stop: RecipientStop = {
    campaignId: null,
    occurredAt: new Date('2026-01-06T12:00:00Z'),
    address: 'jane@lead.test',
    cause: 'hard_bounce',
    evidence: 'inbound:1',
    reason: 'No such user',
    expiresAt: null,
    ...fields,
  };
  return db.database.transaction((tx) => stops.stop(tx, stop));
}

const statusOf = async (id: number): Promise<unknown> =>
  (await db.query<{ status: string }>('SELECT status FROM cam_leads WHERE id = $1', [id]))[0]?.status;

describe('RecipientStops', () => {
  it('marks the lead and suppresses the address, once for one piece of evidence', async () => {
    const leadId = await insertLead(db, await insertCampaign(db), { email: 'jane@lead.test' });

    await stopOf({ leadId });
    await stopOf({ leadId });

    expect(await statusOf(leadId)).toBe('BOUNCED');
    expect(await db.query('SELECT scope, target, cause, evidence, created_by FROM cam_suppressions')).toEqual(
      [
        {
          scope: 'address',
          target: 'jane@lead.test',
          cause: 'hard_bounce',
          evidence: 'inbound:1',
          created_by: 'cam',
        },
      ],
    );
  });

  it('leaves the lead alone whose mail bounced at an address that is not hers', async () => {
    const leadId = await insertLead(db, await insertCampaign(db), { email: 'jane@lead.test' });

    await stopOf({ leadId, address: 'old@lead.test' });

    expect(await statusOf(leadId)).toBe('NEW');
  });

  it('never takes an unsubscribe back for a bounce', async () => {
    const leadId = await insertLead(db, await insertCampaign(db), { email: 'jane@lead.test' });

    await stopOf({ leadId, cause: 'unsubscribe', evidence: 'outbound:1' });
    await stopOf({ leadId, cause: 'hard_bounce', evidence: 'inbound:2' });

    expect(await statusOf(leadId)).toBe('UNSUBSCRIBED');
  });

  it('leaves the lead as she is when the bounces will pass', async () => {
    const leadId = await insertLead(db, await insertCampaign(db), { email: 'jane@lead.test' });

    await stopOf({ leadId, cause: 'soft_bounces', expiresAt: new Date('2026-04-01T00:00:00Z') });

    expect(await statusOf(leadId)).toBe('NEW');
  });
});

describe('A suppression that is in force', () => {
  async function accept(target: string, fields: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    await insertSuppression(db, target, fields);
    const { accepts } = createEngine(db);
    const email = { ...newEmail({ campaignId, leadId }), toEmail: 'jane+offers@mail.lead.test' };
    const result = await accepts.accept(acceptContext({ campaignId }), [email]);
    return result.kind === 'accepted' ? result.emails[0] : result;
  }

  it.each(['jane+offers@mail.lead.test', 'jane@mail.lead.test', 'mail.lead.test', 'lead.test'])(
    'of %s keeps the mail in',
    async (target) => {
      expect(await accept(target)).toMatchObject({ kind: 'created', drop: { code: 'SUPPRESSED' } });
    },
  );

  it.each(['john@mail.lead.test', 'offers.lead.test', 'test'])(
    'of %s is none of its business',
    async (target) => {
      expect(await accept(target)).toMatchObject({ kind: 'created', drop: null });
    },
  );

  it('no more when it has expired or was removed', async () => {
    const removal = { removed_at: '2026-01-01T00:00:00Z', removed_by: 'ops', removal_reason: 'A mistake' };

    expect(await accept('lead.test', { expires_at: '2026-01-01T00:00:00Z' })).toMatchObject({ drop: null });
    expect(await accept('jane@mail.lead.test', removal)).toMatchObject({ drop: null });
  });
});
