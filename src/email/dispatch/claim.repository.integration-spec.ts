import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  claimAll,
  claimIds,
  claimOne,
  DOUBT,
  doubtSince,
  insertEmails,
  queueRow,
  usedByDay,
} from '../../../test/support/claims.js';
import { createEngine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  setClockTo,
} from '../../../test/support/factories.js';
import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { besideTransaction } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

describe('ClaimRepository.claim', () => {
  it("takes mail of this process's provider and mode only", async () => {
    const campaignId = await insertCampaign(db);
    const idsByOwner = new Map<string, number>();
    for (const [provider, simulated] of [
      ['Resend', false],
      ['Resend', true],
      ['NoOp', true],
    ] as const) {
      const leadId = await insertLead(db, campaignId);
      const id = await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, provider, simulated });
      idsByOwner.set(`${provider} ${simulated}`, id);
    }

    const claimed = new Map<string, number[]>();
    for (const [name, simulated] of [
      ['Resend', true],
      ['Resend', false],
      ['NoOp', true],
      ['NoOp', false],
    ] as const) {
      const engine = createEngine(db, { provider: new FakeEmailProvider({ name, simulated }) });
      claimed.set(`${name} ${simulated}`, await claimIds(engine));
    }

    expect(claimed).toEqual(
      new Map([
        ['Resend true', [idsByOwner.get('Resend true')]],
        ['Resend false', [idsByOwner.get('Resend false')]],
        ['NoOp true', [idsByOwner.get('NoOp true')]],
        ['NoOp false', []],
      ]),
    );
  });

  it('leases the oldest first', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [late = 0] = await insertEmails(db, campaignId, 1, { due_at: new Date('2026-01-07T00:00:00Z') });
    const [early = 0] = await insertEmails(db, campaignId, 1, { due_at: new Date('2026-01-06T00:00:00Z') });
    await insertEmails(db, campaignId, 1, { due_at: new Date('2999-01-01T00:00:00Z') });

    const first = await claimIds(engine, 1);
    const dueBetween = await engine.queue.hasDue(engine.owner);
    const second = await claimIds(engine, 2);

    expect([first, second]).toEqual([[early], [late]]);
    expect([dueBetween, await engine.queue.hasDue(engine.owner)]).toEqual([true, false]);
  });

  it('never leases a mail to two claimers at once', async () => {
    const replicas = [createEngine(db), createEngine(db)];
    const campaignId = await insertCampaign(db);
    const ids = await insertEmails(db, campaignId, 120);

    const claims = await Promise.all(replicas.map((replica) => claimAll(replica, 3)));

    const claimed = claims.flat().map(({ emailId }) => emailId);
    expect(claimed.toSorted((a, b) => a - b)).toEqual(ids);
  });

  it('passes by a mail that another claimer is deciding on', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [first = 0, second = 0] = await insertEmails(db, campaignId, 2);

    const claimed = await besideTransaction(db, async (rival) => {
      await rival.query('SELECT FROM cam_dispatch_queue WHERE outbound_email_id = $1 FOR UPDATE', [first]);
      return claimIds(engine, 1);
    });

    expect(claimed).toEqual([second]);
  });

  it('leases a mail again when its lease has ended, under a new token and the next attempt', async () => {
    const engine = createEngine(db, { timing: { leaseMs: 60_000 } });
    const campaignId = await insertCampaign(db);
    const [id = 0] = await insertEmails(db, campaignId, 1);
    const first = await claimOne(engine);
    const { maybe_sent_since: inDoubtSince } = await queueRow(db, id);

    await db.setClockOffset('59 seconds');
    const whileHeld = await claimIds(engine);
    await db.setClockOffset('61 seconds');
    const second = await claimOne(engine);

    expect(whileHeld).toEqual([]);
    expect([first.lease.attempt, second.lease.attempt]).toEqual([1, 2]);
    expect(second.lease.token).not.toBe(first.lease.token);
    expect(await queueRow(db, id)).toMatchObject({
      lease_token: second.lease.token,
      attempt: 2,
      lost_leases: 1,
      maybe_sent_attempt: 1,
      maybe_sent_since: inDoubtSince,
    });
    expect(
      await db.query(
        'SELECT attempt, outcome FROM cam_send_attempts WHERE outbound_email_id = $1 ORDER BY attempt',
        [id],
      ),
    ).toEqual([
      { attempt: 1, outcome: null },
      { attempt: 2, outcome: null },
    ]);
    expect(await usedByDay(db)).toEqual({ [(await queueRow(db, id)).cap_day ?? '']: 1 });
  });

  it("leaves alone what the provider's memory of its key may have lost", async () => {
    const engine = createEngine(db);
    await setClockTo(db, '2026-03-10T12:00:00Z');
    const campaignId = await insertCampaign(db);
    const doubt = { ...DOUBT, cap_day: '2026-03-09' };
    const [inside = 0] = await insertEmails(db, campaignId, 1, {
      ...doubt,
      maybe_sent_since: new Date('2026-03-09T13:01:00Z'),
    });
    await insertEmails(db, campaignId, 1, { ...doubt, maybe_sent_since: new Date('2026-03-09T12:59:00Z') });

    expect(await claimIds(engine)).toEqual([inside]);
  });

  it('never repeats what may have been sent when the provider has no memory', async () => {
    const engine = createEngine(db, { provider: new FakeEmailProvider({ dedupeWindowMs: 0 }) });
    const campaignId = await insertCampaign(db);
    const [fresh = 0] = await insertEmails(db, campaignId, 1);
    const claimed = await claimIds(engine);

    await db.setClockOffset('2 minutes');

    expect(claimed).toEqual([fresh]);
    expect(await claimIds(engine)).toEqual([]);
  });
});

describe('ClaimRepository and the order of mail', () => {
  it('takes what may have been accepted first, then follow-ups, then first mails, whatever their age', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [first = 0] = await insertEmails(db, campaignId, 1, { due_at: new Date('2026-01-01T00:00:00Z') });
    const [followUp = 0] = await insertEmails(db, campaignId, 1, {
      due_at: new Date('2026-01-02T00:00:00Z'),
      follow_up: true,
      priority: 1,
    });
    const [doubtful = 0] = await insertEmails(db, campaignId, 1, {
      due_at: new Date('2026-01-03T00:00:00Z'),
      ...(await doubtSince(db, '1 hour')),
    });

    const claimed = [await claimIds(engine, 1), await claimIds(engine, 1), await claimIds(engine, 1)];

    expect(claimed).toEqual([[doubtful], [followUp], [first]]);
  });
});

describe('ClaimRepository, what it hands out', () => {
  it('is the frozen mail, its key as a tag, and what is known of its attempts', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId, { status: 'QUALIFIED' });
    const sendKey = '0b0e7d3a-5b4e-4f8a-9d52-6a3f0f0a8f11';
    await insertEmail(
      db,
      {
        campaign_id: campaignId,
        lead_id: leadId,
        send_key: sendKey,
        reply_to: 'replies@sender.test',
        headers: { References: '<a@b>' },
        max_retries: 7,
      },
      { retry_count: 2 },
    );

    const email = await claimOne(engine);

    expect(email).toEqual({
      lease: { emailId: 1, token: expect.any(String), attempt: 1, endsAtMs: expect.any(Number) },
      sendKey,
      wire: {
        from: 'ada@sender.test',
        to: `lead-${leadId}@lead.test`,
        subject: 'Hello',
        html: '<p>Hello</p>',
        text: 'Hello',
        replyTo: 'replies@sender.test',
        headers: { References: '<a@b>' },
        tags: { cam_send: sendKey },
      },
      history: {
        attempt: 1,
        retryCount: 2,
        maxRetries: 7,
        maybeSentBefore: false,
        maybeSentAgeMs: 0,
      },
      moment: { leavesAtMs: expect.any(Number), recovering: false },
      thread: null,
    });
  });

  it('tells the first holder of a follow-up what is known of the mail before it', async () => {
    const engine = createEngine(db);
    const ids = {
      campaign_id: await insertCampaign(db),
      lead_id: await insertLead(db, 1),
      status: 'SENT' as const,
    };
    const names = { provider_message_id: 'm1', provider_message_id_header: '<1@provider.test>' };
    const told: unknown[] = [];
    for (const parent of [names, { provider: 'SMTP' as const }, { simulated: true }]) {
      const thread_parent_id = await insertEmail(db, { ...ids, ...parent });
      await insertEmail(db, {
        ...ids,
        status: 'QUEUED',
        thread_parent_id,
        message_id_header: `<${told.length}@x>`,
      });
      told.push((await claimOne(engine)).thread);
    }
    await db.setClockOffset('2 minutes');
    const { thread: later } = await claimOne(engine);

    expect(told).toEqual([
      {
        messageIdHeader: '<0@x>',
        parentId: 1,
        parentMessageId: 'm1',
        parentMessageIdHeader: '<1@provider.test>',
      },
      { messageIdHeader: '<1@x>', parentId: 3, parentMessageId: null, parentMessageIdHeader: null },
      { messageIdHeader: '<2@x>', parentId: 5, parentMessageId: null, parentMessageIdHeader: null },
    ]);
    expect(later).toBeNull();
  });

  it('tells the next holder of the doubt that the last one left behind', async () => {
    const engine = createEngine(db);
    const campaignId = await insertCampaign(db);
    await insertEmails(db, campaignId, 1);
    await claimOne(engine);
    await db.setClockOffset('2 minutes');

    const { history } = await claimOne(engine);

    expect(history).toMatchObject({ attempt: 2, maybeSentBefore: true });
    expect(history.maybeSentAgeMs).toBeGreaterThan(119_000);
  });

  it('notes the account that the attempt goes to', async () => {
    const engine = createEngine(db, { provider: new FakeEmailProvider({ accountFingerprint: 'acme' }) });
    await insertEmails(db, await insertCampaign(db), 1);

    const { lease } = await claimOne(engine);

    expect(await db.query('SELECT attempt, account FROM cam_send_attempts')).toEqual([
      { attempt: 1, account: 'acme' },
    ]);
    expect((await queueRow(db, lease.emailId)).maybe_sent_account).toBe('acme');
  });
});
