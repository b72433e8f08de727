import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransitions } from '../../test/support/delivery.js';
import { insertLead } from '../../test/support/factories.js';
import { untilWaiting } from '../../test/support/locks.js';
import { ANSWERED_AT, JANE, Outreach } from '../../test/support/outreach.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import type { MailEvent, TransitionsService } from './transitions.service.js';

let db: TestDatabase;
let transitions: TransitionsService;
let outreach: Outreach;
beforeAll(async () => {
  db = await createTestDatabase();
  transitions = createTransitions(db);
});
beforeEach(async () => {
  outreach = await Outreach.create(db);
});
afterAll(() => db.drop());

const eventOf = (fields: Partial<MailEvent>): MailEvent => ({
  leadId: outreach.leadId,
  campaignId: outreach.campaignIds[0],
  cause: 'neutral_reply',
  isSure: true,
  evidence: 'inbound:1',
  occurredAt: ANSWERED_AT,
  ...fields,
});

function apply(fields: Partial<MailEvent>): Promise<boolean> {
  return db.database.transaction((tx) => transitions.apply(tx, eventOf(fields)));
}

function undo(evidence: string, keep: MailEvent | null = null): Promise<void> {
  return db.database.transaction((tx) => transitions.undo(tx, evidence, 'ops', { keep, others: [] }));
}

const setByPerson = (status: string): Promise<unknown> =>
  db.query(
    `WITH before AS (SELECT id, status FROM cam_leads WHERE id = $1),
          changed AS (UPDATE cam_leads SET status = $2 WHERE id = $1)
     INSERT INTO cam_lead_transitions (lead_id, cause, asked_status, from_status, to_status, evidence, actor, occurred_at)
     SELECT id, 'person', $2, status, $2, 'person:' || gen_random_uuid(), 'ops', cam_now() FROM before`,
    [outreach.leadId, status],
  );

describe('TransitionsService', () => {
  it.each([
    ['positive_reply', true, 'QUALIFIED', 'STOPPED REPLIED'],
    ['negative_reply', true, 'SUPPRESSED', 'STOPPED REPLIED'],
    ['neutral_reply', true, 'CONTACTED', 'STOPPED REPLIED'],
    ['unsubscribe', true, 'UNSUBSCRIBED', 'STOPPED UNSUBSCRIBED'],
    ['complaint', true, 'UNSUBSCRIBED', 'STOPPED COMPLAINED'],
    ['hard_bounce', true, 'BOUNCED', 'STOPPED BOUNCED'],
    ['soft_bounce', true, 'CONTACTED', 'ACTIVE'],
    ['out_of_office', true, 'CONTACTED', 'POSTPONED'],
    ['positive_reply', false, 'CONTACTED', 'STOPPED REPLIED'],
    ['negative_reply', false, 'CONTACTED', 'STOPPED REPLIED'],
    ['unsubscribe', false, 'CONTACTED', 'STOPPED REPLIED'],
    ['hard_bounce', false, 'CONTACTED', 'STOPPED BOUNCED'],
    ['out_of_office', false, 'CONTACTED', 'POSTPONED'],
  ] as const)(
    '%s, sure: %s makes the lead %s and all her enrolments %s, once',
    async (cause, isSure, status, state) => {
      expect(await apply({ cause, isSure })).toBe(true);
      const enrolments = await outreach.enrolments();
      expect(await apply({ cause, isSure })).toBe(false);

      expect(await outreach.status()).toBe(status);
      expect(await outreach.enrolmentStates()).toEqual([state, state]);
      expect(await outreach.enrolments()).toEqual(enrolments);
      expect(await outreach.transitions()).toEqual([
        { cause, from_status: 'CONTACTED', to_status: status, evidence: 'inbound:1', undone_by: null },
      ]);
    },
  );

  it('says what stopped an enrolment', async () => {
    await apply({ cause: 'unsubscribe' });

    expect(await outreach.enrolments()).toMatchObject([
      { stop_reason: 'UNSUBSCRIBED', stop_evidence: 'inbound:1', next_run_at: null },
      { stop_reason: 'UNSUBSCRIBED', stop_evidence: 'inbound:1', next_run_at: null },
    ]);
  });

  it('lets interest hurry the campaign that she answered to, where that goes on, and stop the others', async () => {
    outreach = await Outreach.create(db, { onPositive: 'next_step' });

    await apply({ cause: 'positive_reply' });
    const [first, second] = await outreach.enrolments();

    expect(first).toMatchObject({ status: 'ACTIVE', stop_reason: null });
    expect(first?.next_run_at?.getTime()).toBeLessThan(Date.parse('2026-01-06T13:00:00Z'));
    expect(second).toMatchObject({ status: 'STOPPED', stop_reason: 'REPLIED' });
  });

  it.each([
    ['the first business day after her return', '2026-01-16', '2026-01-19T00:00:00.000Z'],
    ['a week when she names no date', null, '2026-01-13T10:00:00.000Z'],
    ['when it was due anyway, if that is later', '2025-12-01', '2026-01-08T09:00:00.000Z'],
  ])('postpones to %s', async (_name, returnDate, expected) => {
    await apply({ cause: 'out_of_office', returnDate });

    for (const enrolment of await outreach.enrolments()) {
      expect(enrolment).toMatchObject({ status: 'POSTPONED', postponements: 1 });
      expect(enrolment.next_run_at?.toISOString()).toBe(expected);
    }
  });

  it('stops at the third absence, and counts one that is told twice once', async () => {
    for (const evidence of ['inbound:1', 'inbound:1', 'inbound:2', 'inbound:2']) {
      await apply({ cause: 'out_of_office', evidence });
    }
    const waiting = await outreach.enrolmentStates();
    await apply({ cause: 'out_of_office', evidence: 'inbound:3' });

    expect(waiting).toEqual(['POSTPONED', 'POSTPONED']);
    expect(await outreach.enrolmentStates()).toEqual(['STOPPED OUT_OF_OFFICE', 'STOPPED OUT_OF_OFFICE']);
  });

  it('remembers an absence for an enrolment that waits for what became of a mail', async () => {
    await db.query(
      `UPDATE cam_enrolments SET status = 'STOPPED', stop_reason = 'UNKNOWN', next_run_at = NULL, look_at = NULL`,
    );
    const absence = (): Promise<Record<string, unknown>[]> =>
      db.query('SELECT status, stop_reason, postponed_until, postponements, look_at FROM cam_enrolments');

    await apply({ cause: 'out_of_office', returnDate: '2026-01-16' });

    const until = new Date('2026-01-19T00:00:00Z');
    const away = { status: 'STOPPED', stop_reason: 'UNKNOWN', postponed_until: until, postponements: 1 };
    expect(await absence()).toEqual([
      { ...away, look_at: null },
      { ...away, look_at: null },
    ]);
    for (const evidence of ['inbound:2', 'inbound:3']) await apply({ cause: 'out_of_office', evidence });
    expect(await outreach.enrolmentStates()).toEqual(['STOPPED OUT_OF_OFFICE', 'STOPPED OUT_OF_OFFICE']);
  });

  it('leaves a lead and her enrolments alone when another address bounced', async () => {
    expect(await apply({ cause: 'hard_bounce', address: 'old@lead.test' })).toBe(true);
    expect(await outreach.status()).toBe('CONTACTED');
    expect(await outreach.enrolmentStates()).toEqual(['ACTIVE', 'ACTIVE']);
    expect(await outreach.transitions()).toMatchObject([{ cause: 'hard_bounce', to_status: 'CONTACTED' }]);

    await apply({ cause: 'hard_bounce', address: JANE, evidence: 'inbound:2' });

    expect(await outreach.status()).toBe('BOUNCED');
  });

  it('does in full what it was not sure of before', async () => {
    await apply({ cause: 'unsubscribe', isSure: false });
    expect(await apply({ cause: 'unsubscribe', isSure: true })).toBe(true);

    expect(await outreach.status()).toBe('UNSUBSCRIBED');
    expect(await outreach.enrolmentStates()).toEqual(['STOPPED REPLIED', 'STOPPED REPLIED']);
    expect(await outreach.transitions()).toMatchObject([
      { to_status: 'CONTACTED', undone_by: 'cam' },
      { to_status: 'UNSUBSCRIBED', undone_by: null },
    ]);
  });

  it("does not repeat over a person's word, but for an evidence that can recur", async () => {
    await apply({ cause: 'unsubscribe', evidence: 'outbound:1', mayRecur: true });
    await setByPerson('CONTACTED');

    expect(await apply({ cause: 'unsubscribe', evidence: 'outbound:1' })).toBe(false);
    expect(await outreach.status()).toBe('CONTACTED');
    expect(await apply({ cause: 'unsubscribe', evidence: 'outbound:1', mayRecur: true })).toBe(true);
    expect(await outreach.status()).toBe('UNSUBSCRIBED');
    expect(await apply({ cause: 'unsubscribe', evidence: 'outbound:1', mayRecur: true })).toBe(false);
  });

  it('counts an event that two processes tell at the same time once', async () => {
    const other = await db.connectAgain();
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const tell = async ({ database }: Pick<TestDatabase, 'database'>): Promise<boolean> =>
      database.transaction(async (tx) => {
        const isNew = await transitions.apply(tx, eventOf({ cause: 'out_of_office' }));
        await gate;
        return isNew;
      });

    const both = Promise.all([tell(db), tell(other)]);
    try {
      await untilWaiting(db, 1);
    } finally {
      letGo();
    }

    expect((await both).toSorted()).toEqual([false, true]);
    expect(await outreach.enrolments()).toMatchObject([{ postponements: 1 }, { postponements: 1 }]);
  });
});

describe('TransitionsService takes back', () => {
  it('a status that the evidence held, and leaves what it stopped', async () => {
    await apply({ cause: 'unsubscribe' });
    await undo('inbound:1');

    expect(await outreach.status()).toBe('CONTACTED');
    expect(await outreach.enrolmentStates()).toEqual(['STOPPED UNSUBSCRIBED', 'STOPPED UNSUBSCRIBED']);
    expect(await outreach.transitions()).toMatchObject([{ undone_by: 'ops' }]);
  });

  it('not what another event asks for too', async () => {
    await apply({ cause: 'hard_bounce', evidence: 'event:msg_1' });
    await apply({ cause: 'hard_bounce', evidence: 'inbound:1' });
    await undo('event:msg_1');
    const held = await outreach.status();
    await undo('inbound:1');

    expect(held).toBe('BOUNCED');
    expect(await outreach.status()).toBe('CONTACTED');
  });

  it('down to what weaker or earlier events ask for', async () => {
    await apply({ cause: 'positive_reply', evidence: 'inbound:1' });
    await apply({ cause: 'unsubscribe', evidence: 'inbound:2' });
    await apply({ cause: 'hard_bounce', evidence: 'inbound:3' });
    await undo('inbound:2');
    const bounced = await outreach.status();
    await undo('inbound:3');

    expect(bounced).toBe('BOUNCED');
    expect(await outreach.status()).toBe('QUALIFIED');
  });

  it('nothing that a person has set, whatever was undone before or after her', async () => {
    await apply({ cause: 'unsubscribe', evidence: 'inbound:1' });
    await setByPerson('QUALIFIED');
    await undo('inbound:1');
    const kept = await outreach.status();
    await apply({ cause: 'negative_reply', evidence: 'inbound:2' });
    await undo('inbound:2');

    expect(kept).toBe('QUALIFIED');
    expect(await outreach.status()).toBe('QUALIFIED');
  });

  it('down to CONTACTED when a mail has gone to her since', async () => {
    await db.query(`UPDATE cam_leads SET status = 'NEW', last_contacted_at = NULL`);
    await apply({ cause: 'unsubscribe', evidence: 'inbound:1' });
    await undo('inbound:1');
    const before = await outreach.status();
    await apply({ cause: 'unsubscribe', evidence: 'inbound:2' });
    await db.query(`UPDATE cam_leads SET last_contacted_at = cam_now()`);
    await undo('inbound:2');

    expect(before).toBe('NEW');
    expect(await outreach.status()).toBe('CONTACTED');
  });

  it('nothing that is older than the record', async () => {
    await db.query(`UPDATE cam_leads SET status = 'UNSUBSCRIBED'`);
    await apply({ cause: 'hard_bounce' });
    await undo('inbound:1');
    const older = await outreach.status();
    await apply({ cause: 'positive_reply', evidence: 'inbound:2' });
    await db.query(`UPDATE cam_leads SET status = 'SUPPRESSED'`);
    await undo('inbound:2');

    expect(older).toBe('UNSUBSCRIBED');
    expect(await outreach.status()).toBe('SUPPRESSED');
  });

  it('all but what is kept, of every lead that the evidence moved', async () => {
    const other = await insertLead(db, outreach.campaignIds[0]);
    await apply({ cause: 'unsubscribe' });
    await apply({ cause: 'unsubscribe', leadId: other });
    await undo('inbound:1', eventOf({ cause: 'unsubscribe' }));

    expect(await outreach.status()).toBe('UNSUBSCRIBED');
    expect(await outreach.status(other)).toBe('NEW');
  });
});
