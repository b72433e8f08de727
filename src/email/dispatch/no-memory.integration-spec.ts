import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertEmail, insertLead } from '../../../test/support/factories.js';
import { FakeSmtp } from '../../../test/support/fake-smtp/fake-smtp.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import { SmtpEmailProvider } from '../provider/smtp/smtp-email-provider.js';

const MESSAGE_ID = '<cam.abc@sender.test>';

let db: TestDatabase;
let server: FakeSmtp;
let engine: Engine;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  await db.setClockOffset('0');
  server = await FakeSmtp.start();
  const provider = new SmtpEmailProvider({ host: '127.0.0.1', port: server.port, tls: 'none', login: null });
  engine = createEngine(db, { provider, dailyCap: 10, timing: { providerTimeoutMs: 1_000 } });
  await insertMail();
});
afterEach(() => server.stop());
afterAll(() => db.drop());

async function insertMail(): Promise<void> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId);
  await insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    provider: 'SMTP',
    to_email: 'jane@lead.test',
    from_email: 'Ada <ada@sender.test>',
    message_id_header: MESSAGE_ID,
    headers: { 'Message-ID': MESSAGE_ID, References: MESSAGE_ID },
  });
}

async function mail(): Promise<OutboundEmail & { open: boolean; places: number }> {
  const [row] = await db.query<OutboundEmail & { open: boolean; places: number }>(
    `SELECT o.*, q.outbound_email_id IS NOT NULL AS open,
            (SELECT COALESCE(max(used), 0)::integer FROM cam_quota_counters WHERE scope = 'global') AS places
       FROM cam_outbound_emails AS o LEFT JOIN cam_dispatch_queue AS q ON q.outbound_email_id = o.id`,
  );
  if (row === undefined) throw new Error('There is no mail');
  return row;
}

/** The gate keeps the real time, which the clock of these tests does not move. */
async function openGate(): Promise<void> {
  await db.query('UPDATE cam_provider_gates SET shut_until = NULL, shut_reason = NULL');
}

/** Every later attempt there could be. */
async function drainForADay(): Promise<void> {
  for (const offset of ['2 minutes', '2 hours', '23 hours']) {
    await db.setClockOffset(offset);
    await engine.dispatcher.drain();
  }
}

describe('A provider without a memory', () => {
  it('names the mail by our Message-ID, which the recipient sees', async () => {
    await engine.dispatcher.drain();

    expect(await mail()).toMatchObject({
      status: 'SENT',
      provider_message_id: 'cam.abc@sender.test',
      provider_message_id_header: MESSAGE_ID,
    });
  });

  it.each(['hang', 'reset', 'close'] as const)(
    'leaves a mail whose answer was lost (%s) UNKNOWN at once, and never sends it again',
    async (how) => {
      server.failNext('message', { do: how, accept: true });

      await engine.dispatcher.drain();
      const first = await mail();
      await drainForADay();

      expect(first).toMatchObject({
        status: 'UNKNOWN',
        error_code: 'OUTCOME_UNKNOWN',
        open: false,
        places: 1,
      });
      expect(await mail()).toMatchObject({ status: 'UNKNOWN', places: 1 });
      expect(server.mails).toHaveLength(1);
      expect(server.connections).toBe(1);
    },
  );

  it('closes out a lease that ended while the message may have been on its way', async () => {
    // The process that held it is gone: nobody ever settles this claim.
    await engine.claims.claim(engine.owner, 1);

    await drainForADay();

    expect(await mail()).toMatchObject({ status: 'UNKNOWN', error_code: 'OUTCOME_UNKNOWN', places: 1 });
    expect(server.connections).toBe(0);
  });

  it('tries again what the server said no to for now', async () => {
    server.failNext('message', { do: 'reply', line: '451 4.7.1 Try later' });

    await engine.dispatcher.drain();
    const first = await mail();
    await openGate();
    await drainForADay();

    expect(first).toMatchObject({ status: 'QUEUED', open: true });
    expect(await mail()).toMatchObject({ status: 'SENT' });
    expect(server.mails).toHaveLength(1);
  });

  it('fails what the server refuses for good, and gives its place back', async () => {
    server.failNext('RCPT', { do: 'reply', line: '550 5.1.1 No such user' });

    await engine.dispatcher.drain();

    expect(await mail()).toMatchObject({ status: 'FAILED', error_code: 'SMTP_550_5_1_1', places: 0 });
  });
});
