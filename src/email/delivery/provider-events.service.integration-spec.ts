import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDelivery, type Delivery } from '../../../test/support/delivery.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
} from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { MailNames, MailNews, ProviderNews } from '../provider/provider-webhook.js';

const JANE = 'jane@lead.test';
const STARTED_AT = new Date('2026-03-10T02:00:00Z');
const at = (hour: number): Date => new Date(STARTED_AT.getTime() + hour * 3_600_000);

let db: TestDatabase;
let delivery: Delivery;
beforeAll(async () => {
  db = await createTestDatabase();
  delivery = createDelivery(db);
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

interface Mail {
  readonly id: number;
  readonly sendKey: string;
}

/** A mail to Jane with one attempt that a crash has cut short. */
async function insertMail(leadId: number, fields: Partial<OutboundEmail> = {}): Promise<Mail> {
  const [campaign] = await db.query<{ campaign_id: number }>(
    'SELECT campaign_id FROM cam_campaign_leads LIMIT 1',
  );
  const sendKey = randomUUID();
  const row = { campaign_id: campaign?.campaign_id ?? 0, lead_id: leadId, to_email: JANE, send_key: sendKey };
  const id = await insertEmail(db, { ...row, ...fields }, { attempt: 1 });
  await insertRow(db, 'cam_send_attempts', {
    outbound_email_id: id,
    attempt: 1,
    send_key: sendKey,
    started_at: STARTED_AT,
  });
  return { id, sendKey };
}

async function insertJane(): Promise<number> {
  return insertLead(db, await insertCampaign(db), { email: JANE });
}

const NAMELESS: MailNames = { sendKey: null, messageId: null, messageIdHeader: null };

function newsOf(names: Partial<MailNames>, news: MailNews, fields: Partial<ProviderNews> = {}): ProviderNews {
  return {
    provider: 'Resend',
    eventId: `msg_${randomUUID()}`,
    type: `email.${news.kind}`,
    occurredAt: at(1),
    payload: { type: `email.${news.kind}` },
    about: { kind: 'sent_mail', names: { ...NAMELESS, ...names }, news },
    ...fields,
  };
}

async function mailRow({ id }: Mail): Promise<OutboundEmail> {
  const [row] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails WHERE id = $1', [id]);
  if (row === undefined) throw new Error(`There is no mail ${id}`);
  return row;
}

const events = (): Promise<unknown[]> =>
  db.query('SELECT event_id, type, outbound_email_id, occurred_at, payload FROM cam_provider_events');

const HARD: MailNews = { kind: 'bounced', bounce: 'hard', statusCode: 'Permanent', detail: '550 no' };
const SOFT: MailNews = { kind: 'bounced', bounce: 'soft', statusCode: 'Transient', detail: 'full' };

describe('ProviderEventsService.record', () => {
  it('stores the event with its mail, once', async () => {
    const mail = await insertMail(await insertJane(), { status: 'SENT' });
    const news = newsOf({ sendKey: mail.sendKey }, { kind: 'delivered' });

    expect(await delivery.events.record(news)).toBe('recorded');
    expect(await delivery.events.record(news)).toBe('known');

    expect(await mailRow(mail)).toMatchObject({ status: 'SENT', delivered_at: at(1) });
    expect(await events()).toEqual([
      {
        event_id: news.eventId,
        type: 'email.delivered',
        outbound_email_id: mail.id,
        occurred_at: at(1),
        payload: { type: 'email.delivered' },
      },
    ]);
  });

  it.each(['QUEUED', 'UNKNOWN', 'FAILED'] as const)('settles by tag a mail that is %s', async (status) => {
    const mail = await insertMail(await insertJane(), { status });

    await delivery.events.record(
      newsOf({ sendKey: mail.sendKey, messageId: 'm1', messageIdHeader: '<a@b>' }, { kind: 'accepted' }),
    );

    expect(await mailRow(mail)).toMatchObject({
      status: 'SENT',
      provider_message_id: 'm1',
      provider_message_id_header: '<a@b>',
    });
    expect(await db.query('SELECT * FROM cam_dispatch_queue')).toEqual([]);
  });

  it("finds a mail without a tag by the provider's id, of the same provider", async () => {
    const mail = await insertMail(await insertJane(), { status: 'SENT', provider_message_id: 'm1' });

    const smtp = newsOf({ messageId: 'm1' }, { kind: 'opened' }, { provider: 'SMTP' });
    expect(await delivery.events.record(smtp)).toBe('foreign');
    expect(await delivery.events.record(newsOf({ messageId: 'm1' }, { kind: 'opened' }))).toBe('recorded');

    expect(await mailRow(mail)).toMatchObject({ opened_at: at(1) });
  });

  it.each([
    ['of another database', newsOf({ sendKey: randomUUID(), messageId: 'm9' }, HARD)],
    ['without names', newsOf({}, HARD)],
    ['about nothing of ours', { ...newsOf({}, HARD), about: { kind: 'other' as const } }],
  ])('stores an event %s, and nothing else', async (_name, news) => {
    const mail = await insertMail(await insertJane());
    const before = await mailRow(mail);

    expect(await delivery.events.record(news)).toBe('foreign');

    expect(await mailRow(mail)).toEqual(before);
    expect(await events()).toMatchObject([{ event_id: news.eventId, outbound_email_id: null }]);
    expect(await db.query('SELECT * FROM cam_suppressions')).toEqual([]);
  });

  it('dates an event that does not say when by its arrival', async () => {
    const mail = await insertMail(await insertJane(), { status: 'SENT' });
    await delivery.events.record(
      newsOf({ sendKey: mail.sendKey }, { kind: 'delivered' }, { occurredAt: null }),
    );

    expect((await mailRow(mail)).delivered_at).toEqual(expect.any(Date));
  });

  it('gives a Message-ID to one mail only, also when two learn it at the same time', async () => {
    const leadId = await insertJane();
    for (let round = 0; round < 10; round += 1) {
      const mails = [await insertMail(leadId), await insertMail(leadId)];
      const names = { messageId: `m${round}`, messageIdHeader: `<${round}@b>` };

      await Promise.all(
        mails.map(({ sendKey }) =>
          delivery.events.record(newsOf({ sendKey, ...names }, { kind: 'accepted' })),
        ),
      );

      const rows = await Promise.all(mails.map(mailRow));
      expect(rows.map(({ status }) => status)).toEqual(['SENT', 'SENT']);
      expect(rows.map((row) => row.provider_message_id_header).toSorted()).toEqual([`<${round}@b>`, null]);
    }
  });
});

describe('ProviderEventsService, whatever the order', () => {
  /** The four mails of one lead, in every state in which news can meet them. */
  async function insertMails(): Promise<Mail[]> {
    const leadId = await insertJane();
    const states: Partial<OutboundEmail>[] = [
      { status: 'SENT', sent_at: STARTED_AT, provider_message_id: 'm0' },
      { status: 'QUEUED' },
      { status: 'UNKNOWN' },
      { status: 'FAILED' },
    ];
    const mails: Mail[] = [];
    for (const state of states) mails.push(await insertMail(leadId, state));
    return mails;
  }

  /** All that remains, but for when it was written and in which order. */
  async function everything(): Promise<unknown> {
    return {
      mails: await db.query(
        `SELECT id, status, error_code, error_message, provider_message_id, provider_message_id_header, sent_at,
                bounced_at, delivered_at, opened_at, clicked_at, complained_at, email_metadata
           FROM cam_outbound_emails ORDER BY id`,
      ),
      leads: await db.query('SELECT id, status, last_contacted_at FROM cam_leads ORDER BY id'),
      suppressions: await db.query(
        `SELECT target, cause, evidence, reason, expires_at FROM cam_suppressions ORDER BY cause, evidence`,
      ),
      bounces: await db.query(
        `SELECT address, kind, outbound_email_id, evidence, occurred_at FROM cam_bounces ORDER BY evidence`,
      ),
      events: await db.query(
        'SELECT event_id, outbound_email_id, occurred_at FROM cam_provider_events ORDER BY event_id',
      ),
      counters: await db.query('SELECT scope, day, used FROM cam_quota_counters ORDER BY scope'),
      queue: await db.query('SELECT * FROM cam_dispatch_queue'),
    };
  }

  const kinds: readonly MailNews[] = [
    { kind: 'accepted' },
    { kind: 'delivered' },
    { kind: 'opened' },
    { kind: 'clicked' },
    { kind: 'complained' },
    HARD,
    SOFT,
    SOFT,
    { kind: 'suppressed', detail: 'listed' },
    { kind: 'failed', detail: 'reached_daily_quota' },
  ];
  const told = fc.record({
    mail: fc.nat(3),
    news: fc.constantFrom(...kinds),
    hour: fc.integer({ min: 1, max: 5 }),
  });
  const stories = fc.array(told, { minLength: 1, maxLength: 9 }).chain((story) => {
    const indexes = story.map((_, index) => index);
    return fc.record({
      story: fc.constant(story),
      order: fc
        .subarray(indexes)
        .chain((again) =>
          fc.shuffledSubarray([...indexes, ...again], { minLength: story.length + again.length }),
        ),
    });
  });

  it('ends alike for the same events, told in any order, repeated, and several at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.integer({ min: 1, max: 4 }), async ({ story, order }, together) => {
        const ends: unknown[] = [];
        for (const telling of [story.map((_, index) => index), order]) {
          await emptyTables(db);
          const mails = await insertMails();
          const news = story.map(({ mail, news: what, hour }, index) =>
            newsOf(
              {
                sendKey: mails[mail]?.sendKey ?? null,
                messageId: `m${mail}`,
                messageIdHeader: `<${mail}@b>`,
              },
              what,
              { eventId: `msg_${index}`, occurredAt: at(hour) },
            ),
          );
          const width = telling === order ? together : 1;
          for (let next = 0; next < telling.length; next += width) {
            const batch = telling.slice(next, next + width).flatMap((index) => news[index] ?? []);
            await Promise.all(batch.map((one) => delivery.events.record(one)));
          }
          ends.push(await everything());
        }
        expect(ends[1]).toEqual(ends[0]);
      }),
      { numRuns: 25 },
    );
  });
});
