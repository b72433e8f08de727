import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDelivery, type Delivery } from '../../../test/support/delivery.js';
import { createEngine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../../test/support/factories.js';
import { createInbox, incoming, rawMail } from '../../../test/support/inbox.js';
import { metricsOf, refreshMetrics } from '../../../test/support/metrics.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { InboundEmailsRepository } from '../../inbox/ingest/inbound-emails.repository.js';
import { SuppressionsRepository } from '../../suppressions/suppressions.repository.js';

const JANE = 'jane@lead.test';
const TOKEN = 'abcdefghijklmnopqrstuvwxyz';
const OCCURRED_AT = new Date('2026-01-06T09:00:00Z');

let db: TestDatabase;
let delivery: Delivery;
let campaignId: number;
let leadId: number;
let emailId: number;
beforeAll(async () => {
  db = await createTestDatabase();
  delivery = createDelivery(db);
});
beforeEach(async () => {
  await emptyTables(db);
  await setClockTo(db, '2026-01-06T12:00:00Z');
  campaignId = await insertCampaign(db);
  leadId = await insertLead(db, campaignId, { email: JANE });
  emailId = await insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    to_email: JANE,
    status: 'SENT',
    public_token: TOKEN,
    message_id_header: `<cam.${TOKEN}@sender.test>`,
  });
});
afterAll(() => db.drop());

const answer = rawMail({
  From: JANE,
  'Message-ID': '<answer@lead.test>',
  'In-Reply-To': `<cam.${TOKEN}@sender.test>`,
  Date: 'Tue, 06 Jan 2026 09:00:00 +0000',
});

describe('The counts of what the service does', () => {
  it('hold a mail once its acceptance is recorded, and once only', async () => {
    const openId = await insertEmail(db, { campaign_id: campaignId, lead_id: leadId });
    const engine = createEngine(db);
    expect(await metricsOf(db, campaignId)).toMatchObject({ sent: 1, leads_mailed: 1 });

    const { emails } = await engine.claims.claim(engine.owner, 1);
    const lease = emails[0]?.lease;
    if (lease?.emailId !== openId) throw new Error('The mail was not leased');
    for (const messageId of ['m-1', 'm-1']) {
      await engine.settlements.settle(
        lease,
        { kind: 'sent', messageId },
        { outcome: 'accepted', code: null, reason: null },
      );
    }

    expect(await metricsOf(db, campaignId)).toMatchObject({ sent: 2, leads_mailed: 1 });
  });

  it('hold a report once, however often it is told', async () => {
    const report = { outboundEmailId: emailId, evidence: 'event:msg_1', occurredAt: OCCURRED_AT };
    const bounce = { ...report, address: JANE, statusCode: null, diagnostic: null };
    for (let told = 0; told < 2; told += 1) {
      await db.database.transaction(async (tx) => {
        await delivery.service.recordFact(tx, emailId, { kind: 'delivered', occurredAt: OCCURRED_AT });
        await delivery.service.recordBounce(tx, { ...bounce, kind: 'soft' });
        await delivery.service.recordBounce(tx, { ...bounce, kind: 'soft', evidence: `inbound:${told}` });
        await delivery.service.recordComplaint(tx, report);
        await delivery.service.recordBounce(tx, { ...bounce, kind: 'hard', evidence: `event:msg_${told}` });
        await delivery.service.recordUnsubscribe(tx, {
          ...report,
          evidence: `outbound:${emailId}`,
          reason: 'x',
        });
      });
    }

    expect(await metricsOf(db, campaignId)).toMatchObject({
      sent: 1,
      delivered: 1,
      soft_bounces: 1,
      hard_bounces: 1,
      complaints: 1,
      unsubscribed: 1,
    });
  });

  it('hold nothing of what is rolled back', async () => {
    const before = await metricsOf(db, campaignId);

    await expect(
      db.database.transaction(async (tx) => {
        await delivery.service.recordComplaint(tx, {
          outboundEmailId: emailId,
          evidence: 'event:msg_1',
          occurredAt: OCCURRED_AT,
        });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');

    expect(await metricsOf(db, campaignId)).toEqual(before);
  });

  it('hold an answer once, and follow a person who gives it another label', async () => {
    const inbox = createInbox(db);
    await inbox.ingest(incoming(answer), { class: 'POSITIVE' });
    await inbox.ingest(incoming(answer), { class: 'POSITIVE' });
    const counted = { replies: 1, positive: 1, negative: 0, out_of_office: 0, leads_replied: 1 };
    expect(await metricsOf(db, campaignId)).toMatchObject(counted);

    const emails = new InboundEmailsRepository();
    await db.database.transaction((tx) =>
      emails.label(tx, 1, { classification: 'OOO', automatic: true }, 'ops'),
    );
    const absent = { replies: 0, positive: 0, negative: 0, out_of_office: 1, leads_replied: 0 };
    expect(await metricsOf(db, campaignId)).toMatchObject(absent);

    await db.database.transaction((tx) =>
      emails.label(tx, 1, { classification: 'NEGATIVE', automatic: false }, 'ops'),
    );
    expect(await metricsOf(db, campaignId)).toMatchObject({
      ...absent,
      replies: 1,
      negative: 1,
      out_of_office: 0,
      leads_replied: 1,
    });
  });

  it('let go of an unsubscribe that is lifted', async () => {
    const inbox = createInbox(db);
    await inbox.ingest(incoming(answer), { class: 'UNSUB' });
    expect(await metricsOf(db, campaignId)).toMatchObject({ replies: 1, unsubscribed: 1 });

    const suppressions = new SuppressionsRepository(db.database);
    await db.database.transaction((tx) => suppressions.lift(tx, 'inbound:1', 'ops', 'misread'));

    expect(await metricsOf(db, campaignId)).toMatchObject({ replies: 1, unsubscribed: 0 });
  });

  it('hold an unsubscribe from a mail that is only later known to be sent', async () => {
    const openId = await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, to_email: JANE });
    await db.database.transaction((tx) =>
      delivery.service.recordUnsubscribe(tx, {
        outboundEmailId: openId,
        evidence: `outbound:${openId}`,
        occurredAt: OCCURRED_AT,
        reason: 'Unsubscribed by the link of a mail',
      }),
    );
    await refreshMetrics(db, campaignId);
    expect(await metricsOf(db, campaignId)).toMatchObject({ sent: 1, unsubscribed: 0 });

    await db.query(`UPDATE cam_outbound_emails SET status = 'SENT', sent_at = cam_now() WHERE id = $1`, [
      openId,
    ]);

    expect(await metricsOf(db, campaignId)).toMatchObject({ sent: 2, unsubscribed: 1 });
  });

  it('leave simulated mail out, and what becomes of it', async () => {
    const simulatedId = await insertEmail(db, {
      campaign_id: campaignId,
      lead_id: leadId,
      simulated: true,
      status: 'SENT',
    });
    const before = await metricsOf(db, campaignId);

    await db.database.transaction(async (tx) => {
      const occurredAt = OCCURRED_AT;
      await delivery.service.recordFact(tx, simulatedId, { kind: 'delivered', occurredAt });
      await delivery.service.recordComplaint(tx, {
        outboundEmailId: simulatedId,
        evidence: 'event:2',
        occurredAt,
      });
    });

    expect(await metricsOf(db, campaignId)).toEqual(before);
  });
});
