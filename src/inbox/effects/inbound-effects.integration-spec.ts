import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDelivery } from '../../../test/support/delivery.js';
import { createInbox, incoming, reported } from '../../../test/support/inbox.js';
import { untilWaiting } from '../../../test/support/locks.js';
import { ANSWERED_AT, JANE, Outreach } from '../../../test/support/outreach.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Classification } from '../classification/classification.js';

type Found = Partial<Classification>;

const BOUNCE: Found = { class: 'BOUNCE', recipients: [reported(JANE)] };
const SOFT: Found = { class: 'BOUNCE', recipients: [reported(JANE, { kind: 'soft' })] };
const COMPLAINT: Found = { class: 'COMPLAINT', recipients: [reported(JANE, { kind: null })] };

let db: TestDatabase;
let outreach: Outreach;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  outreach = await Outreach.create(db);
});
afterAll(() => db.drop());

async function ingest(raw: Buffer, found: Found): Promise<number> {
  return (await createInbox(db).ingest(incoming(raw, { receivedAt: ANSWERED_AT }), found)).id;
}

const needsReview = async (): Promise<boolean[]> =>
  (await db.query<{ needs_review: boolean }>('SELECT needs_review FROM cam_inbound_emails ORDER BY id')).map(
    (row) => row.needs_review,
  );

describe('InboundEffects, by a mail that is surely hers', () => {
  it.each([
    ['POSITIVE', { class: 'POSITIVE' }, 'positive_reply', 'QUALIFIED', 'STOPPED REPLIED', []],
    ['NEGATIVE', { class: 'NEGATIVE' }, 'negative_reply', 'SUPPRESSED', 'STOPPED REPLIED', []],
    ['NEUTRAL', { class: 'NEUTRAL' }, 'neutral_reply', 'CONTACTED', 'STOPPED REPLIED', []],
    ['OOO', { class: 'OOO' }, 'out_of_office', 'CONTACTED', 'POSTPONED', []],
    ['UNSUB', { class: 'UNSUB' }, 'unsubscribe', 'UNSUBSCRIBED', 'STOPPED UNSUBSCRIBED', ['unsubscribe']],
    ['a complaint', COMPLAINT, 'complaint', 'UNSUBSCRIBED', 'STOPPED COMPLAINED', ['complaint']],
    ['a hard bounce', BOUNCE, 'hard_bounce', 'BOUNCED', 'STOPPED BOUNCED', ['hard_bounce']],
    ['a soft bounce', SOFT, 'soft_bounce', 'CONTACTED', 'ACTIVE', []],
  ] as const)('of %s', async (_name, found, cause, status, state, suppressions) => {
    const raw = outreach.answer();
    const id = await ingest(raw, found);
    const again = await ingest(raw, found);

    expect(again).toBe(id);
    expect(await outreach.status()).toBe(status);
    expect(await outreach.enrolmentStates()).toEqual([state, state]);
    expect(await outreach.suppressions()).toEqual(suppressions);
    expect(await outreach.transitions()).toEqual([
      { cause, from_status: 'CONTACTED', to_status: status, evidence: `inbound:${id}`, undone_by: null },
    ]);
    expect(await needsReview()).toEqual([cause === 'neutral_reply']);
  });

  it('of an automatic answer that is no absence does nothing, nor one of policy', async () => {
    await ingest(outreach.answer(), { class: 'AUTO' });
    await ingest(outreach.answer(), {
      class: 'BOUNCE',
      recipients: [reported(JANE, { kind: 'policy' })],
    });

    expect(await outreach.transitions()).toEqual([]);
    expect(await outreach.enrolmentStates()).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('postpones to the day that it tells', async () => {
    await ingest(outreach.answer(), { class: 'OOO', returnDate: '2026-01-14' });

    expect((await outreach.enrolments()).map(({ next_run_at }) => next_run_at?.toISOString())).toEqual([
      '2026-01-15T00:00:00.000Z',
      '2026-01-15T00:00:00.000Z',
    ]);
  });

  it('stops with her second word what her first has postponed', async () => {
    await ingest(outreach.answer(), { class: 'OOO' });
    await ingest(outreach.answer(), { class: 'NEGATIVE' });

    expect(await outreach.enrolmentStates()).toEqual(['STOPPED REPLIED', 'STOPPED REPLIED']);
  });
});

describe('InboundEffects, by a mail that anybody may have written', () => {
  it.each([
    ['POSITIVE', { class: 'POSITIVE' }, 'positive_reply', 'STOPPED REPLIED', true],
    ['NEGATIVE', { class: 'NEGATIVE' }, 'negative_reply', 'STOPPED REPLIED', true],
    ['NEUTRAL', { class: 'NEUTRAL' }, 'neutral_reply', 'STOPPED REPLIED', true],
    ['OOO', { class: 'OOO' }, 'out_of_office', 'POSTPONED', false],
    ['UNSUB', { class: 'UNSUB' }, 'unsubscribe', 'STOPPED REPLIED', true],
    ['a complaint', COMPLAINT, 'complaint', 'STOPPED COMPLAINED', true],
    ['a hard bounce', BOUNCE, 'hard_bounce', 'STOPPED BOUNCED', true],
    ['a soft bounce', SOFT, 'soft_bounce', 'ACTIVE', true],
  ] as const)(
    'of %s: stops or delays the sequences alone, and asks a person',
    async (_name, found, cause, state, asks) => {
      await ingest(outreach.forgery(), found);

      expect(await outreach.status()).toBe('CONTACTED');
      expect(await outreach.suppressions()).toEqual([]);
      expect(await outreach.enrolmentStates()).toEqual([state, state]);
      expect(await outreach.transitions()).toMatchObject([{ cause, to_status: 'CONTACTED' }]);
      expect(await needsReview()).toEqual([asks]);
    },
  );

  it.each(['POSITIVE', 'NEGATIVE', 'UNSUB'] as const)(
    'with the name of a mail to her, but by another writer: %s',
    async (found) => {
      await ingest(outreach.answer({ From: 'colleague@lead.test' }), { class: found });

      expect(await outreach.status()).toBe('CONTACTED');
      expect(await outreach.enrolmentStates()).toEqual(['STOPPED REPLIED', 'STOPPED REPLIED']);
      expect(await needsReview()).toEqual([true]);
    },
  );

  it('does in full what it means once the mail that it answers is known', async () => {
    const reply = outreach.answer({ To: 'ada@sender.test', 'In-Reply-To': '<0100@provider.test>' });
    await ingest(reply, { class: 'NEGATIVE' });
    await db.query(`UPDATE cam_outbound_emails SET provider_message_id_header = '<0100@provider.test>'`);

    await createInbox(db).rematching.runOnce();

    expect(await outreach.status()).toBe('SUPPRESSED');
    expect(await needsReview()).toEqual([false]);
  });

  it('is taken back from whom it does not mean, once the mail that it answers is known', async () => {
    await db.query(`INSERT INTO cam_leads (email) VALUES ('ann@lead.test')`);
    const ann = 2;
    await db.query('INSERT INTO cam_campaign_leads (campaign_id, lead_id) VALUES (1, $1)', [ann]);
    const toAnn = await outreach.insertSent('b'.repeat(26), { to_email: 'ann@lead.test' });
    await db.query('UPDATE cam_outbound_emails SET lead_id = $2 WHERE id = $1', [toAnn, ann]);
    await ingest(outreach.answer({ To: 'ada@sender.test', 'In-Reply-To': '<0100@provider.test>' }), {});
    await db.query(
      `UPDATE cam_outbound_emails SET provider_message_id_header = '<0100@provider.test>' WHERE id = $1`,
      [toAnn],
    );
    const before = await outreach.lead();

    await createInbox(db).rematching.runOnce();

    expect(before.last_replied_at).toEqual(ANSWERED_AT);
    expect((await outreach.lead()).last_replied_at).toBeNull();
    expect((await outreach.lead(ann)).last_replied_at).toEqual(ANSWERED_AT);
    expect(await outreach.transitions()).toMatchObject([{ undone_by: 'cam' }, { undone_by: null }]);
  });
});

describe('An answer with interest', () => {
  it.each([
    ['surely hers', (): Buffer => outreach.answer()],
    ['of anybody', (): Buffer => outreach.forgery()],
  ])('that is %s raises one alert, whatever a person makes of it', async (_whose, write) => {
    const webhook = { webhookUrl: 'https://ops.test/', webhookSecret: 'whsec_x' };
    const inbox = createInbox(db, undefined, webhook);
    const raw = write();
    const { id } = await inbox.ingest(incoming(raw), { class: 'POSITIVE' });
    await inbox.ingest(incoming(raw), { class: 'POSITIVE' });
    for (const label of ['POSITIVE', 'NEGATIVE', 'POSITIVE'] as const) {
      await inbox.people.label(id, label, 'ops');
    }

    expect(await db.query('SELECT kind, dedupe_key, data FROM cam_alerts')).toEqual([
      {
        kind: 'reply.positive',
        dedupe_key: `reply.positive:inbound:${id}`,
        data: {
          inbound_email_id: id,
          lead_id: outreach.leadId,
          campaign_id: outreach.campaignIds[0],
          outbound_email_id: outreach.emailId,
        },
      },
    ]);
  });

  it('raises it in its own transaction', async () => {
    const webhook = { webhookUrl: 'https://ops.test/', webhookSecret: 'whsec_x' };
    const inbox = createInbox(db, undefined, webhook);
    const lost = inbox.ingest(incoming(outreach.answer()), { class: 'POSITIVE' }, () =>
      Promise.reject(new Error('lost')),
    );

    await expect(lost).rejects.toThrow('lost');
    expect(await db.query('SELECT FROM cam_alerts')).toEqual([]);
    expect(await outreach.transitions()).toEqual([]);
  });
});

describe('One bounce that is told twice', () => {
  it('by the webhook and by a report, moves the lead once and is held by both', async () => {
    const { events } = createDelivery(db);
    await db.query(`UPDATE cam_outbound_emails SET provider_message_id = 'm1'`);
    const news = {
      provider: 'Resend',
      eventId: 'msg_1',
      type: 'email.bounced',
      occurredAt: ANSWERED_AT,
      payload: {},
      about: {
        kind: 'sent_mail',
        names: { sendKey: null, messageId: 'm1', messageIdHeader: null },
        news: { kind: 'bounced', bounce: 'hard', statusCode: '5.1.1', detail: 'no such user' },
      },
    } as const;

    await events.record(news);
    const id = await ingest(outreach.answer({ From: 'mailer-daemon@lead.test' }), BOUNCE);
    await createInbox(db).people.label(id, 'NEUTRAL', 'ops');

    expect(await outreach.status()).toBe('BOUNCED');
    expect(await outreach.suppressions()).toEqual(['hard_bounce']);
    expect(await outreach.enrolmentStates()).toEqual(['STOPPED BOUNCED', 'STOPPED BOUNCED']);
    expect(await outreach.transitions()).toEqual([
      {
        cause: 'hard_bounce',
        from_status: 'CONTACTED',
        to_status: 'BOUNCED',
        evidence: 'event:msg_1',
        undone_by: null,
      },
      {
        cause: 'hard_bounce',
        from_status: 'BOUNCED',
        to_status: 'BOUNCED',
        evidence: `inbound:${id}`,
        undone_by: 'ops',
      },
    ]);
  });
});

describe('Replicas that take in the same mail at once', () => {
  it.each([
    ['an absence', { class: 'OOO' }, 'POSTPONED'],
    ['a positive answer', { class: 'POSITIVE' }, 'STOPPED REPLIED'],
  ] as const)('act once on %s', async (_name, found, state) => {
    const replicas = [createInbox(db), createInbox(await db.connectAgain())];
    const raw = outreach.answer();
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));

    const both = Promise.all(replicas.map((inbox) => inbox.ingest(incoming(raw), found, () => gate)));
    try {
      await untilWaiting(db, 1);
    } finally {
      letGo();
    }

    expect((await both).map(({ kind }) => kind).toSorted()).toEqual(['known', 'stored']);
    expect(await outreach.transitions()).toHaveLength(1);
    expect(await outreach.enrolmentStates()).toEqual([state, state]);
    for (const { postponements } of await outreach.enrolments()) expect(postponements).toBeLessThan(2);
  });
});
