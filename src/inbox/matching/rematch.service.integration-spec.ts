import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../../test/support/factories.js';
import { createInbox, incoming, rawMail, reported } from '../../../test/support/inbox.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';

const REAL_ID = '<0100@provider.test>';

let db: TestDatabase;
let leadId: number;
let emailId: number;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  const campaignId = await insertCampaign(db);
  leadId = await insertLead(db, campaignId, { email: 'jane@lead.test' });
  emailId = await insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    to_email: 'jane@lead.test',
    status: 'SENT',
  });
});
afterAll(() => db.drop());

const learnId = (): Promise<unknown> =>
  db.query('UPDATE cam_outbound_emails SET provider_message_id_header = $1', [REAL_ID]);

async function stored(id: number): Promise<unknown> {
  return (await db.query('SELECT * FROM cam_inbound_emails WHERE id = $1', [id]))[0];
}

const suppressions = (): Promise<unknown[]> => db.query('SELECT target, cause FROM cam_suppressions');

describe('RematchService', () => {
  const answer = { From: 'jane@lead.test', 'Message-ID': '<1@lead.test>', 'In-Reply-To': REAL_ID };

  it('ties a mail to ours once the name of ours is known, and acts on it', async () => {
    const inbox = createInbox(db);
    const { id } = await inbox.ingest(incoming(rawMail(answer)), { class: 'UNSUB' });
    const before = await stored(id);

    expect(await inbox.rematching.runOnce()).toBe(0);
    await learnId();
    expect(await inbox.rematching.runOnce()).toBe(1);
    expect(await inbox.rematching.runOnce()).toBe(0);

    expect(before).toMatchObject({ lead_id: null, needs_review: true });
    expect(await stored(id)).toMatchObject({
      in_reply_to_outbound_email_id: emailId,
      lead_id: leadId,
      match_method: 'references',
      match_confidence: 0.95,
      sender_is_recipient: true,
      needs_review: false,
    });
    expect(await suppressions()).toEqual([{ target: 'jane@lead.test', cause: 'unsubscribe' }]);
  });

  it('strengthens a match that an address alone had made', async () => {
    await setClockTo(db, '2026-01-06T12:00:00Z');
    const inbox = createInbox(db);
    const { id } = await inbox.ingest(incoming(rawMail(answer)), { class: 'UNSUB' });
    const before = await stored(id);

    await learnId();
    await inbox.rematching.runOnce();

    expect(before).toMatchObject({ match_method: 'sender', needs_review: true });
    expect(await stored(id)).toMatchObject({ match_method: 'references', needs_review: false });
    expect(await suppressions()).toHaveLength(1);
  });

  it('ties a report to the mail that it names', async () => {
    const inbox = createInbox(db);
    const raw = rawMail({ From: 'mailer-daemon@lead.test', 'Message-ID': '<dsn@lead.test>' });
    const found = {
      class: 'BOUNCE',
      recipients: [reported('jane@lead.test')],
      originalMessageId: REAL_ID,
    } as const;
    const { id } = await inbox.ingest(incoming(raw), found);

    await learnId();
    await inbox.rematching.runOnce();

    expect(await stored(id)).toMatchObject({ match_method: 'report', match_confidence: 0.9 });
    expect(await suppressions()).toEqual([{ target: 'jane@lead.test', cause: 'hard_bounce' }]);
  });

  it('lets no stranger suppress with it', async () => {
    const inbox = createInbox(db);
    await inbox.ingest(incoming(rawMail({ ...answer, From: 'eve@evil.test' })), { class: 'UNSUB' });

    await learnId();
    expect(await inbox.rematching.runOnce()).toBe(1);

    expect(await suppressions()).toEqual([]);
  });

  it('leaves alone what names nothing of ours, and finds what lies behind many of those', async () => {
    const inbox = createInbox(db);
    const { id } = await inbox.ingest(incoming(rawMail(answer)));
    await db.query(
      `INSERT INTO cam_inbound_emails (provider, provider_msg_uid, identity_hash, subject, classification,
         classification_confidence, classification_reason, classifier_version, automatic, needs_review, received_at)
       SELECT 'API', n, lpad(n::text, 64, '0'), '', 'NEUTRAL', 1, '', '1', false, false, cam_now()
         FROM generate_series(1, 450) AS n`,
    );

    await learnId();

    expect(await inbox.rematching.runOnce()).toBe(1);
    expect(await stored(id)).toMatchObject({ lead_id: leadId });
  });

  it('ties it once, whoever of two replicas is first', async () => {
    const other = await db.connectAgain();
    const inbox = createInbox(db);
    await inbox.ingest(incoming(rawMail(answer)));
    await learnId();

    const counts = await Promise.all([inbox.rematching.runOnce(), createInbox(other).rematching.runOnce()]);
    await other.close();

    expect(counts.toSorted()).toEqual([0, 1]);
  });
});
