import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../test/support/engine.js';
import { emptyTables, insertCampaign, insertEmail, insertLead } from '../../../test/support/factories.js';
import { createInbox, FailingReader, incoming, rawMail } from '../../../test/support/inbox.js';
import { untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz';
const HEADERS = {
  From: 'jane@lead.test',
  To: `replies+${TOKEN}@in.sender.test`,
  Date: 'Tue, 6 Jan 2026 12:00:00 +0000',
  'Message-ID': '<1@lead.test>',
};

let db: TestDatabase;
let campaignId: number;
let leadId: number;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  await emptyTables(db);
  campaignId = await insertCampaign(db);
  leadId = await insertLead(db, campaignId, { email: 'jane@lead.test' });
  await insertEmail(db, {
    campaign_id: campaignId,
    lead_id: leadId,
    to_email: 'jane@lead.test',
    status: 'SENT',
    public_token: TOKEN,
  });
});
afterAll(() => db.drop());

const inboundEmails = (): Promise<InboundEmail[]> =>
  db.query<InboundEmail>('SELECT * FROM cam_inbound_emails ORDER BY id');

const countOf = async (table: string): Promise<number> => (await db.query(`SELECT FROM ${table}`)).length;

describe('IngestService stores once', () => {
  it('a mail that comes again, by the same way and by others', async () => {
    const inbox = createInbox(db);
    const raw = rawMail(HEADERS);

    const first = await inbox.ingest(incoming(raw, { uid: 'inbox/1/7' }));
    const again = await inbox.ingest(incoming(rawMail(HEADERS, 'Read otherwise'), { uid: 'inbox/1/7' }));
    const posted = await inbox.ingest(incoming(raw, { provider: 'API', uid: 'x' }));
    const redelivered = rawMail({ 'Delivered-To': 'ada@sender.test', ...HEADERS }, 'With a footer');
    const received = await inbox.ingest(incoming(redelivered, { provider: 'Resend', uid: 'y' }));

    expect(first.kind).toBe('stored');
    expect([again, posted, received]).toEqual(Array(3).fill({ kind: 'known', id: first.id }));
    expect(await inboundEmails()).toHaveLength(1);
  });

  it('a mail without a Message-ID by its bytes', async () => {
    const inbox = createInbox(db);
    const { 'Message-ID': _, ...headers } = HEADERS;

    const results = [
      await inbox.ingest(incoming(rawMail(headers, 'One'))),
      await inbox.ingest(incoming(rawMail(headers, 'One'))),
      await inbox.ingest(incoming(rawMail(headers, 'Two'))),
    ];

    expect(results.map(({ kind }) => kind)).toEqual(['stored', 'known', 'stored']);
  });

  it('another mail with a Message-ID that was here before, and asks a person', async () => {
    const inbox = createInbox(db);
    // Of itself nothing for a person to look at.
    const found = { class: 'AUTO' } as const;

    await inbox.ingest(incoming(rawMail(HEADERS)), found);
    await inbox.ingest(incoming(rawMail({ ...HEADERS, From: 'eve@evil.test' })), found);
    await inbox.ingest(incoming(rawMail({ ...HEADERS, Date: 'Wed, 7 Jan 2026 12:00:00 +0000' })), found);

    expect(await inboundEmails()).toMatchObject([
      { repeats_message_id: false, needs_review: false },
      { repeats_message_id: true, needs_review: true },
      { repeats_message_id: true, needs_review: true },
    ]);
  });

  it('what two processes ingest at the same time, and acts once', async () => {
    const other = await db.connectAgain();
    const inboxes = [createInbox(db), createInbox(other)];
    const raw = rawMail(HEADERS);
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));

    const both = Promise.all(
      // Whoever is second waits for the first one's row, and that one for the gate.
      inboxes.map((inbox) => inbox.ingest(incoming(raw), { class: 'UNSUB' }, () => gate)),
    );
    try {
      await untilWaiting(db, 1);
    } finally {
      letGo();
    }
    const results = await both;
    await other.close();

    expect(results.map(({ kind }) => kind).sort()).toEqual(['known', 'stored']);
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
    expect(await countOf('cam_inbound_emails')).toBe(1);
    expect(await countOf('cam_suppressions')).toBe(1);
  });

  it('and does with it what its source asks for, also when it is known, or nothing at all', async () => {
    const inbox = createInbox(db);
    const raw = rawMail(HEADERS);
    const moveTo =
      (uid: number) => async (tx: { query(sql: string, values: unknown[]): Promise<unknown> }) => {
        await tx.query(
          `INSERT INTO cam_mailbox_cursors (account, mailbox, uid_validity, last_uid) VALUES ('a', 'INBOX', 1, $1)
         ON CONFLICT (account, mailbox) DO UPDATE SET last_uid = $1`,
          [uid],
        );
      };
    const fail = () => Promise.reject(new Error('The cursor cannot move'));
    const cursor = async (): Promise<unknown> =>
      (await db.query('SELECT last_uid FROM cam_mailbox_cursors'))[0];

    await expect(inbox.ingest(incoming(raw), { class: 'UNSUB' }, fail)).rejects.toThrow('cannot move');
    expect([await countOf('cam_inbound_emails'), await countOf('cam_suppressions')]).toEqual([0, 0]);
    await inbox.ingest(incoming(raw), {}, moveTo(7));
    expect(await cursor()).toEqual({ last_uid: '7' });
    await inbox.ingest(incoming(raw), {}, moveTo(8));
    expect(await cursor()).toEqual({ last_uid: '8' });
  });
});

describe('IngestService stores whatever comes', () => {
  it('a mail with NUL bytes everywhere', async () => {
    const headers = {
      ...HEADERS,
      Subject: 'a\0b',
      From: '"Ja\0ne" <jane@lead.test>',
      'Message-ID': '<1\0@lead.test>',
    };
    const raw = rawMail({ ...headers, References: '<x\0@y.test>', To: 'a\0@b.test' }, 'Yes\0 please');

    const { id } = await createInbox(db).ingest(incoming(raw));

    const [stored] = await inboundEmails();
    expect(stored).toMatchObject({ id, subject: 'a\uFFFDb' });
    expect(stored?.body_text).toContain('Yes\uFFFD please');
  });

  it.each([
    [
      'ids longer than an index takes',
      { 'Message-ID': `<${'\u20AC'.repeat(900)}@x>`, References: `<${'\u20AC'.repeat(900)}@x>` },
    ],
    ['a sender that is no address', { From: '\u0130STANBUL \u03A3 <\u0130\u03A3@\u0130.test>' }],
    ['a date beyond all calendars', { Date: 'Tue, 6 Jan 99999 12:00:00 +0000' }],
    ['nothing in its header', { From: '', To: '', Date: '', 'Message-ID': '' }],
  ])('a mail with %s', async (_what, headers) => {
    const { kind } = await createInbox(db).ingest(incoming(rawMail({ ...HEADERS, ...headers })));

    expect(kind).toBe('stored');
  });

  it('an empty mail', async () => {
    expect(await createInbox(db).ingest(incoming(Buffer.alloc(0)))).toMatchObject({ kind: 'stored' });
  });

  it('a mail that cannot be read, with its bytes, matched by its header, for a person', async () => {
    const raw = rawMail(HEADERS);

    const { id } = await createInbox(db, new FailingReader()).ingest(incoming(raw));

    expect(await inboundEmails()).toMatchObject([
      {
        id,
        parse_error: 'timeout',
        needs_review: true,
        lead_id: leadId,
        match_method: 'token',
        body_text: null,
      },
    ]);
    expect(await db.query('SELECT * FROM cam_inbound_raw')).toEqual([{ inbound_email_id: id, raw }]);
  });

  it('the beginning of a mail over the size limit', async () => {
    const raw = rawMail(HEADERS);

    await createInbox(db).ingest(incoming(raw, { oversize: 99_000_000 }));

    expect(await inboundEmails()).toMatchObject([
      {
        parse_error: 'too_large',
        needs_review: true,
        body_text: expect.stringContaining('Hello'),
        email_metadata: { oversize_bytes: 99_000_000 },
      },
    ]);
    expect(await countOf('cam_inbound_raw')).toBe(1);
  });

  it('a mail of the future as one of now', async () => {
    await createInbox(db).ingest(
      incoming(rawMail(HEADERS), { receivedAt: new Date('2999-01-01T00:00:00Z') }),
    );

    expect(await db.query('SELECT FROM cam_leads WHERE last_replied_at <= cam_now()')).toHaveLength(1);
  });
});

describe('IngestService and the claim', () => {
  it('meet: no mail leaves after a stop that came before', async () => {
    const due = await insertEmail(db, {
      campaign_id: campaignId,
      lead_id: leadId,
      to_email: 'jane@lead.test',
    });
    const { dispatcher } = createEngine(db);
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));

    const ingesting = await new Promise<{ done: Promise<unknown> }>((resolve, reject) => {
      const done = createInbox(db).ingest(incoming(rawMail(HEADERS)), { class: 'UNSUB' }, async () => {
        resolve({ done });
        await gate;
      });
      done.catch(reject);
    });
    const draining = dispatcher.drain();
    try {
      await untilWaiting(db, 1);
    } finally {
      letGo();
    }
    await Promise.all([ingesting.done, draining]);

    expect(await db.query('SELECT status FROM cam_outbound_emails WHERE id = $1', [due])).toEqual([
      { status: 'DROPPED' },
    ]);
    expect(await countOf('cam_send_attempts')).toBe(0);
  });
});
