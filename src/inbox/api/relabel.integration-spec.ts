import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { insertLead } from '../../../test/support/factories.js';
import { createInbox, incoming, reported } from '../../../test/support/inbox.js';
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { ANSWERED_AT, JANE, Outreach } from '../../../test/support/outreach.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { CampaignsRepository } from '../../campaigns/campaigns.repository.js';
import { CampaignsService } from '../../campaigns/campaigns.service.js';
import { LEAD_STATUSES, type LeadStatus } from '../../leads/lead.entity.js';
import { LeadsRepository } from '../../leads/leads.repository.js';
import { LeadsService } from '../../leads/leads.service.js';
import type { Classification } from '../classification/classification.js';
import { STORED_CLASSES, type StoredClass } from '../entities/inbound-email.entity.js';

const MEANING: Readonly<Record<StoredClass, { status: LeadStatus; state: string; cause: string | null }>> = {
  POSITIVE: { status: 'QUALIFIED', state: 'STOPPED REPLIED', cause: 'positive_reply' },
  NEGATIVE: { status: 'SUPPRESSED', state: 'STOPPED REPLIED', cause: 'negative_reply' },
  NEUTRAL: { status: 'CONTACTED', state: 'STOPPED REPLIED', cause: 'neutral_reply' },
  OOO: { status: 'CONTACTED', state: 'POSTPONED', cause: 'out_of_office' },
  UNSUB: { status: 'UNSUBSCRIBED', state: 'STOPPED UNSUBSCRIBED', cause: 'unsubscribe' },
  BOUNCE: { status: 'BOUNCED', state: 'STOPPED BOUNCED', cause: 'hard_bounce' },
};

let db: TestDatabase;
let outreach: Outreach;
let inbox: ReturnType<typeof createInbox>;
beforeAll(async () => {
  db = await createTestDatabase();
  inbox = createInbox(db);
});
beforeEach(async () => {
  outreach = await Outreach.create(db);
});
afterAll(() => db.drop());

async function ingest(found: Partial<Classification>, raw = outreach.answer(), receivedAt = ANSWERED_AT) {
  return (await inbox.ingest(incoming(raw, { receivedAt }), found)).id;
}

const foundAs = (label: StoredClass): Partial<Classification> => ({
  class: label,
  recipients: label === 'BOUNCE' ? [reported(JANE)] : [],
});

const setStatus = (status: LeadStatus): Promise<void> =>
  new LeadsService(
    new LeadsRepository(db.database),
    new CampaignsService(new CampaignsRepository(db.database)),
  ).update(outreach.leadId, { status }, 'ops');

const SUPPRESSES: readonly StoredClass[] = ['UNSUB', 'BOUNCE'];

const pairs = STORED_CLASSES.flatMap((from) =>
  STORED_CLASSES.filter((to) => to !== from).map((to): [StoredClass, StoredClass] => [from, to]),
);

describe('A label', () => {
  it.each(pairs)('that makes %s %s takes the one back and does the other', async (from, to) => {
    const id = await ingest(foundAs(from));
    const [state] = await outreach.enrolmentStates();
    await inbox.people.label(id, to, 'ops');

    // What a server wrote stays a machine's: a NEUTRAL of it is no reply.
    const isNothing = to === 'NEUTRAL' && from === 'BOUNCE';
    const meaning = isNothing ? { ...MEANING.NEUTRAL, cause: null } : MEANING[to];
    expect(state).toBe(MEANING[from].state);
    expect(await outreach.status()).toBe(meaning.status);
    expect(await outreach.suppressions()).toHaveLength(SUPPRESSES.includes(to) ? 1 : 0);
    const staysAsItWas = state !== 'POSTPONED' || isNothing;
    const expected = staysAsItWas ? state : meaning.state;
    expect(await outreach.enrolmentStates()).toEqual([expected, expected]);
    expect((await outreach.transitions()).map(({ cause, undone_by }) => [cause, undone_by])).toEqual([
      [MEANING[from].cause, 'ops'],
      ...(meaning.cause === null ? [] : [[meaning.cause, null]]),
    ]);
    const isReply = !isNothing && ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'UNSUB'].includes(to);
    expect((await outreach.lead()).last_replied_at).toEqual(isReply ? ANSWERED_AT : null);
  });

  it.each(STORED_CLASSES)('that repeats %s changes nothing more', async (label) => {
    const id = await ingest(foundAs(label));
    const before = [await outreach.enrolments(), await outreach.transitions(), await outreach.status()];
    await inbox.people.label(id, label, 'ops');
    await inbox.people.label(id, label, 'ops');

    expect([await outreach.enrolments(), await outreach.transitions(), await outreach.status()]).toEqual(
      before,
    );
  });

  it.each(['POSITIVE', 'NEGATIVE', 'UNSUB', 'BOUNCE'] as const)(
    'makes sure of a %s that anybody may have written',
    async (label) => {
      const id = await ingest(foundAs(label), outreach.forgery());
      const before = await outreach.status();
      await inbox.people.label(id, label, 'ops');

      expect(before).toBe('CONTACTED');
      expect(await outreach.status()).toBe(MEANING[label].status);
    },
  );

  it.each(LEAD_STATUSES)('leaves a lead whom a person has made %s', async (status) => {
    const id = await ingest({ class: 'UNSUB' });
    await setStatus(status);
    await inbox.people.label(id, 'NEUTRAL', 'ops');

    expect(await outreach.status()).toBe(status);
    expect(await outreach.suppressions()).toEqual([]);
    expect(await outreach.transitions()).toMatchObject([
      { cause: 'unsubscribe', undone_by: 'ops' },
      { cause: 'person', from_status: 'UNSUBSCRIBED', to_status: status, undone_by: null },
      { cause: 'neutral_reply' },
    ]);
  });

  it('leaves a stop that another mail asks for too', async () => {
    const first = await ingest({ class: 'UNSUB' });
    const second = await ingest({ class: 'UNSUB' });
    await inbox.people.label(first, 'POSITIVE', 'ops');
    const held = [await outreach.status(), await outreach.suppressions()];
    await inbox.people.label(second, 'NEUTRAL', 'ops');

    expect(held).toEqual(['UNSUBSCRIBED', ['unsubscribe']]);
    expect(await outreach.status()).toBe('QUALIFIED');
    expect(await outreach.suppressions()).toEqual([]);
  });

  it('gives the lead the time of the reply before, when this one was none', async () => {
    const earlier = new Date('2026-01-06T08:00:00Z');
    await ingest({ class: 'POSITIVE' }, outreach.answer(), earlier);
    const id = await ingest({ class: 'POSITIVE' });
    await inbox.people.label(id, 'OOO', 'ops');

    expect((await outreach.lead()).last_replied_at).toEqual(earlier);
  });

  it('no longer hurries a campaign when it says that she has not answered with interest', async () => {
    outreach = await Outreach.create(db, { onPositive: 'next_step' });
    const hurried = (): Promise<{ campaign_id: number }[]> =>
      db.query('SELECT campaign_id FROM cam_enrolments WHERE hurried_at IS NOT NULL');
    const first = await ingest({ class: 'POSITIVE' });
    const second = await ingest({ class: 'POSITIVE' });

    await inbox.people.label(first, 'OOO', 'ops');
    const stillBySecond = await hurried();
    await inbox.people.label(second, 'OOO', 'ops');

    expect(stillBySecond).toEqual([{ campaign_id: outreach.campaignIds[0] }]);
    expect(await hurried()).toEqual([]);
    expect(await outreach.enrolmentStates()).toEqual(['POSTPONED', 'STOPPED REPLIED']);
  });

  it('meets a second reply on the lead, whoever is first', async () => {
    const id = await ingest({ class: 'UNSUB' });
    const raw = outreach.answer();

    await besideTransaction(db, async ({ query, commit }) => {
      await query('SELECT FROM cam_leads WHERE id = $1 FOR NO KEY UPDATE', [outreach.leadId]);
      const both = Promise.all([
        inbox.people.label(id, 'OOO', 'ops'),
        ingest({ class: 'POSITIVE' }, raw, new Date('2026-01-06T11:00:00Z')),
      ]);
      await untilWaiting(db, 2);
      await commit();
      await both;
    });

    expect(await outreach.status()).toBe('QUALIFIED');
    expect(await outreach.suppressions()).toEqual([]);
    expect((await outreach.lead()).last_replied_at).toEqual(new Date('2026-01-06T11:00:00Z'));
  });

  it('meets a bounce of the same mail on the mail, and neither waits for the other in a circle', async () => {
    const id = await ingest({ class: 'POSITIVE' });
    const raw = outreach.answer({ From: 'mailer-daemon@lead.test' });

    await besideTransaction(db, async ({ query, commit }) => {
      await query('SELECT FROM cam_outbound_emails WHERE id = $1 FOR NO KEY UPDATE', [outreach.emailId]);
      const both = Promise.all([inbox.people.label(id, 'BOUNCE', 'ops'), ingest(foundAs('BOUNCE'), raw)]);
      await untilWaiting(db, 2);
      const locked = await db.query('SELECT FROM cam_leads FOR NO KEY UPDATE NOWAIT');
      await commit();
      await both;
      expect(locked).toHaveLength(1);
    });

    expect(await outreach.status()).toBe('BOUNCED');
  });
});

describe('Attaching a mail to another lead', () => {
  it('takes back what it told of the first, and tells it of the second', async () => {
    const ann = await insertLead(db, outreach.campaignIds[0], { email: 'ann@lead.test' });
    const id = await ingest({ class: 'NEGATIVE' });
    const before = await outreach.status();
    await inbox.people.attach(id, { lead_id: ann }, 'ops');
    const unsure = await outreach.status(ann);
    await inbox.people.label(id, 'NEGATIVE', 'ops');

    expect([before, unsure]).toEqual(['SUPPRESSED', 'NEW']);
    expect(await outreach.lead()).toEqual({ status: 'CONTACTED', last_replied_at: null });
    expect(await outreach.lead(ann)).toEqual({ status: 'SUPPRESSED', last_replied_at: ANSWERED_AT });
    expect(await outreach.enrolmentStates()).toEqual(['STOPPED REPLIED', 'STOPPED REPLIED']);
  });

  it('has the sequence that it hurried wait for its delay again', async () => {
    outreach = await Outreach.create(db, { onPositive: 'next_step' });
    const ann = await insertLead(db, outreach.campaignIds[0], { email: 'ann@lead.test' });
    const id = await ingest({ class: 'POSITIVE' });
    await db.query(`UPDATE cam_enrolments SET look_at = 'infinity' WHERE look_at IS NOT NULL`);
    await inbox.people.attach(id, { lead_id: ann }, 'ops');

    expect(
      await db.query(
        'SELECT status, hurried_at, look_at <= cam_now() AS is_looked_at FROM cam_enrolments ORDER BY id',
      ),
    ).toEqual([
      { status: 'ACTIVE', hurried_at: null, is_looked_at: true },
      { status: 'STOPPED', hurried_at: null, is_looked_at: null },
    ]);
  });

  it('counts an absence once that is attached to another mail of hers', async () => {
    const other = await outreach.insertSent('b'.repeat(26));
    const id = await ingest({ class: 'OOO' });
    await inbox.people.attach(id, { in_reply_to_outbound_email_id: other }, 'ops');

    expect(await outreach.enrolments()).toMatchObject([{ postponements: 1 }, { postponements: 1 }]);
    expect(await outreach.transitions()).toMatchObject([{ undone_by: null }]);
  });

  it('lifts an unsubscribe that was meant for the mail of another address', async () => {
    const other = await outreach.insertSent('b'.repeat(26), { to_email: 'jane@home.test' });
    const id = await ingest({ class: 'UNSUB' });
    await inbox.people.attach(id, { in_reply_to_outbound_email_id: other }, 'ops');

    expect(await outreach.status()).toBe('CONTACTED');
    expect(await outreach.suppressions()).toEqual([]);
  });
});
