import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { parseApiKeys } from '../../src/config/api-keys.js';
import type { OutboundEmailDetails, OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { OutboundEmail } from '../../src/email/entities/outbound-email.entity.js';
import { type ApiClient, type OnWire, TestApp } from '../support/app.js';
import { emptyTables, insertCampaign, insertEmail, insertLead, insertRow } from '../support/factories.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const STARTED_AT = '2026-03-10T12:00:00.000Z';

describe('what a person does to a mail', () => {
  let database: TestDatabase;
  let provider: FakeEmailProvider;
  let app: TestApp;
  let ops: ApiClient;
  let boss: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
    const { keys } = parseApiKeys(`ops:${hashOf('key-of-ops')},boss:${hashOf('key-of-boss')}`);
    provider = new FakeEmailProvider();
    app = await TestApp.start({ databaseUrl: database.url, provider, http: { apiKeys: keys } });
    ops = app.api.as({ Authorization: 'Bearer key-of-ops' });
    boss = app.api.as({ Authorization: 'Bearer key-of-boss' });
  });

  beforeEach(() => emptyTables(database));

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function insert(fields: Partial<OutboundEmail>): Promise<number> {
    const campaignId = await insertCampaign(database);
    const leadId = await insertLead(database, campaignId);
    return insertEmail(database, { campaign_id: campaignId, lead_id: leadId, ...fields });
  }

  async function insertUnknown(): Promise<number> {
    const id = await insert({ status: 'UNKNOWN' });
    const { send_key } = await emailRow(id);
    await insertRow(database, 'cam_send_attempts', {
      outbound_email_id: id,
      attempt: 1,
      send_key,
      started_at: STARTED_AT,
    });
    return id;
  }

  async function emailRow(id: number): Promise<OutboundEmail> {
    const [row] = await database.query<OutboundEmail>('SELECT * FROM cam_outbound_emails WHERE id = $1', [
      id,
    ]);
    if (row === undefined) throw new Error(`There is no mail ${id}`);
    return row;
  }

  async function detailsOf(id: number): Promise<OnWire<OutboundEmailDetails>> {
    return (await ops.get<OutboundEmailDetails>(`emails/outbound/${id}`)).body;
  }

  it('takes her word for a mail that left, once', async () => {
    const id = await insertUnknown();

    const resolved = await ops.post<OutboundEmailView>(`emails/outbound/${id}/resolve`, {
      as: 'sent',
      reason: 'She has answered it',
    });
    const again = await boss.post(`emails/outbound/${id}/resolve`, { as: 'resend', reason: 'Not sure' });

    expect(resolved).toMatchObject({
      status: 200,
      body: { id, status: 'SENT', sent_at: STARTED_AT, error_code: null, provider_message_id: null },
    });
    expect(again).toMatchObject({ status: 409, body: { code: 'email_not_resolvable' } });
    expect((await detailsOf(id)).operator_actions).toEqual([
      {
        action: 'resolve_sent',
        from_status: 'UNKNOWN',
        actor: 'ops',
        reason: 'She has answered it',
        acted_at: expect.any(String),
      },
    ]);
  });

  it('tells who did what, in the order of the deeds', async () => {
    const id = await insertUnknown();
    await database.query(`UPDATE cam_campaigns SET status = 'PAUSED', paused_at = cam_now()`);

    await ops.post(`emails/outbound/${id}/resolve`, { as: 'not_sent', reason: 'Not in their list' });
    await boss.post(`emails/outbound/${id}/retry`);
    await ops.post(`emails/outbound/${id}/cancel`);
    const cancelledTwice = await boss.post(`emails/outbound/${id}/cancel`);

    expect(cancelledTwice.status).toBe(200);
    expect(await detailsOf(id)).toMatchObject({
      status: 'DROPPED',
      operator_actions: [
        { action: 'resolve_not_sent', from_status: 'UNKNOWN', actor: 'ops', reason: 'Not in their list' },
        { action: 'retry', from_status: 'FAILED', actor: 'boss', reason: null },
        { action: 'cancel', from_status: 'QUEUED', actor: 'ops', reason: null },
      ],
    });
  });

  it('sends a mail again under a new key when told to, at once', async () => {
    const id = await insertUnknown();
    const { send_key: oldKey } = await emailRow(id);

    const resent = await ops.post<OutboundEmailView>(`emails/outbound/${id}/resolve`, {
      as: 'resend',
      reason: 'It never came, she says on the phone',
    });
    await app.drain();

    expect(resent.status).toBe(200);
    const sent = provider.accepted.filter(({ email }) => email.to === resent.body.to_email);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.sendKey).not.toBe(oldKey);
    expect(await detailsOf(id)).toMatchObject({
      status: 'SENT',
      provider_message_id: sent[0]?.messageId,
      attempts: [
        { attempt: 1, outcome: null },
        { attempt: 2, outcome: 'accepted' },
      ],
    });
  });

  it('settles a mail once, however many people speak at once', async () => {
    const id = await insertUnknown();

    const answers = await Promise.all(
      (['sent', 'not_sent', 'sent', 'not_sent'] as const).map((as) =>
        ops.post(`emails/outbound/${id}/resolve`, { as, reason: 'I know' }),
      ),
    );

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    expect((await detailsOf(id)).operator_actions).toHaveLength(1);
  });
});
