import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLeads,
  setClockTo,
} from '../../../test/support/factories.js';
import {
  ACCEPTED,
  attempts,
  emailRow,
  FAILED,
  lease,
  leadRow,
  NOW,
  passOn,
  placesTaken,
  queueRows,
  REJECTED,
  SENT,
} from '../../../test/support/settlements.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { LEAD_STATUSES } from '../../leads/lead.entity.js';

let db: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db, { dailyCap: 100 });
});
beforeEach(async () => {
  await emptyTables(db);
  await setClockTo(db, NOW);
});
afterAll(() => db.drop());

describe('AcceptanceRepository, by way of a settlement', () => {
  it('records an acceptance, and that the lead was contacted', async () => {
    const held = await engine.settlements.settle(await lease(db, engine), SENT, ACCEPTED);

    expect(held).toBe(true);
    expect(await emailRow(db)).toMatchObject({
      status: 'SENT',
      sent_at: expect.any(Date) as unknown,
      provider_message_id: 'm1',
      error_code: null,
    });
    expect(await queueRows(db)).toEqual([]);
    expect(await attempts(db)).toEqual([
      {
        attempt: 1,
        outcome: 'accepted',
        code: null,
        reason: null,
        provider_message_id: 'm1',
        finished: true,
      },
    ]);
    expect(await placesTaken(db)).toEqual([1, 1]);
    expect(await leadRow(db)).toMatchObject({
      status: 'CONTACTED',
      last_contacted_at: (await emailRow(db)).sent_at,
    });
  });

  it.each(LEAD_STATUSES)(
    'moves the time of contact of a %s lead, and her status only if she is NEW',
    async (status) => {
      const before = new Date('2026-01-01T00:00:00Z');

      const held = await lease(db, engine, { last_contacted_at: before });
      await db.query('UPDATE cam_leads SET status = $1', [status]);

      await engine.settlements.settle(held, SENT, ACCEPTED);

      expect(await leadRow(db)).toMatchObject({
        status: status === 'NEW' ? 'CONTACTED' : status,
        last_contacted_at: (await emailRow(db)).sent_at,
      });
    },
  );

  it('writes acceptances that come together at once, each to its own mail', async () => {
    const campaignId = await insertCampaign(db);
    for (const leadId of await insertLeads(db, campaignId, 40)) {
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });
    }
    const { emails } = await engine.claims.claim(engine.owner, 50);

    const held = await Promise.all(
      emails.map(({ lease: mine }) =>
        engine.settlements.settle(mine, { kind: 'sent', messageId: `m${mine.emailId}` }, ACCEPTED),
      ),
    );

    expect(held).toEqual(Array<boolean>(40).fill(true));
    const rows = await db.query<{ id: number }>(
      `SELECT o.id, o.status, o.provider_message_id, t.provider_message_id AS attempt_message_id, l.status AS lead_status
         FROM cam_outbound_emails AS o JOIN cam_send_attempts AS t ON t.outbound_email_id = o.id
         JOIN cam_leads AS l ON l.id = o.lead_id`,
    );
    expect(rows).toHaveLength(40);
    for (const { id, ...row } of rows) {
      const name = `m${id}`;
      expect(row).toEqual({
        status: 'SENT',
        provider_message_id: name,
        attempt_message_id: name,
        lead_status: 'CONTACTED',
      });
    }
    expect(await queueRows(db)).toEqual([]);
  });

  it('records a message id that repeats, and loses none of the acceptances that came with it', async () => {
    const campaignId = await insertCampaign(db);
    for (const leadId of await insertLeads(db, campaignId, 5)) {
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });
    }
    const { emails } = await engine.claims.claim(engine.owner, 50);
    const names = ['m1', 'm2', 'm2', 'm3', 'm2'];

    await Promise.all(
      emails.map(({ lease: mine }, index) =>
        engine.settlements.settle(mine, { kind: 'sent', messageId: names[index] ?? '' }, ACCEPTED),
      ),
    );

    const rows = await db.query<{ status: string; named: string | null; repeated: string | null }>(
      `SELECT status, provider_message_id AS named, email_metadata ->> 'repeated_provider_message_id' AS repeated
         FROM cam_outbound_emails`,
    );
    expect(rows.map(({ status }) => status)).toEqual(Array<string>(5).fill('SENT'));
    expect(rows.flatMap(({ named }) => named ?? []).toSorted()).toEqual(['m1', 'm2', 'm3']);
    expect(rows.flatMap(({ repeated }) => repeated ?? [])).toEqual(['m2', 'm2']);
  });

  it("records the Message-ID that the recipient sees, and nothing in the place of another mail's", async () => {
    const first = await lease(db, engine);
    await engine.settlements.settle(first, { ...SENT, messageIdHeader: '<1@provider.test>' }, ACCEPTED);
    const second = await lease(db, engine);
    await engine.settlements.settle(
      second,
      { kind: 'sent', messageId: 'm2', messageIdHeader: '<1@provider.test>' },
      ACCEPTED,
    );

    expect(
      await db.query('SELECT status, provider_message_id_header FROM cam_outbound_emails ORDER BY id'),
    ).toEqual([
      { status: 'SENT', provider_message_id_header: '<1@provider.test>' },
      { status: 'SENT', provider_message_id_header: null },
    ]);
  });

  it('never moves the time of contact back', async () => {
    const later = new Date('2026-03-11T00:00:00Z');

    await engine.settlements.settle(await lease(db, engine, { last_contacted_at: later }), SENT, ACCEPTED);

    expect((await leadRow(db)).last_contacted_at).toEqual(later);
  });

  it('leaves the lead alone when the mail is simulated', async () => {
    await engine.settlements.settle(await lease(db, engine, {}, { simulated: true }), SENT, ACCEPTED);

    expect((await emailRow(db)).status).toBe('SENT');
    expect(await leadRow(db)).toMatchObject({ status: 'NEW', last_contacted_at: null });
  });
});

describe('AcceptanceRepository and a lease that has passed on, or ended', () => {
  it('records an acceptance under a lease that has passed on', async () => {
    const first = await lease(db, engine);
    const second = await passOn(db, engine);

    await engine.settlements.settle(first, SENT, ACCEPTED);
    const secondHeld = await engine.settlements.settle(second, FAILED, REJECTED);

    expect(secondHeld).toBe(false);
    expect(await emailRow(db)).toMatchObject({ status: 'SENT', provider_message_id: 'm1', error_code: null });
    expect(await queueRows(db)).toEqual([]);
    expect(await placesTaken(db)).toEqual([1, 1]);
  });

  it('counts two acceptances of one mail as one', async () => {
    const first = await lease(db, engine);
    const second = await passOn(db, engine);
    await engine.settlements.settle(first, SENT, ACCEPTED);
    const [emailBefore, leadBefore] = [await emailRow(db), await leadRow(db)];
    await setClockTo(db, '2026-03-10T12:03:00Z');

    await engine.settlements.settle(second, SENT, ACCEPTED);

    expect([await emailRow(db), await leadRow(db)]).toEqual([emailBefore, leadBefore]);
    expect(await attempts(db)).toEqual([
      expect.objectContaining({ attempt: 1, outcome: 'accepted', provider_message_id: 'm1' }),
      expect.objectContaining({ attempt: 2, outcome: 'accepted', provider_message_id: 'm1' }),
    ]);
  });

  it('turns UNKNOWN into SENT when the acceptance comes late', async () => {
    const first = await lease(db, engine);
    await setClockTo(db, '2026-03-11T12:00:00Z');
    await engine.settlements.closeOut(engine.owner, 10);
    const before = await emailRow(db);

    await engine.settlements.settle(first, SENT, ACCEPTED);

    expect(before.status).toBe('UNKNOWN');
    expect(await emailRow(db)).toMatchObject({ status: 'SENT', error_code: null, error_message: null });
    expect(await leadRow(db)).toMatchObject({
      status: 'CONTACTED',
      last_contacted_at: (await emailRow(db)).sent_at,
    });
    expect(await placesTaken(db)).toEqual([1, 1]);
  });

  it.each([
    ['bounced', `status = 'BOUNCED', bounced_at = cam_now()`],
    ['was given up by the provider', `status = 'FAILED', error_code = 'PROVIDER_FAILED'`],
  ])('leaves a mail alone that %s after it was sent', async (_name, end) => {
    const first = await lease(db, engine);
    await engine.settlements.settle(first, SENT, ACCEPTED);
    await db.query(`UPDATE cam_outbound_emails SET ${end}`);
    const before = await emailRow(db);

    await engine.settlements.settle(first, SENT, ACCEPTED);

    expect(await emailRow(db)).toEqual(before);
  });

  it('records a mail that the provider names like another one, and sends it no more', async () => {
    const first = await lease(db, engine);
    const second = await lease(db, engine);
    await engine.settlements.settle(first, SENT, ACCEPTED);

    await engine.settlements.settle(second, SENT, ACCEPTED);

    expect(
      await db.query(
        'SELECT status, provider_message_id, email_metadata FROM cam_outbound_emails ORDER BY id',
      ),
    ).toEqual([
      { status: 'SENT', provider_message_id: 'm1', email_metadata: {} },
      { status: 'SENT', provider_message_id: null, email_metadata: { repeated_provider_message_id: 'm1' } },
    ]);
    expect(await queueRows(db)).toEqual([]);
  });
});
