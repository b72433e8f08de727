import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { acceptContext, createEngine, type EngineOptions } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertLeads,
  insertRow,
  newEmail,
  outboundEmailRow,
} from '../../../test/support/factories.js';
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Accepted, AcceptResult } from './accept.repository.js';
import type { AcceptContext, NewEmail } from './new-email.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

const DROP = { code: 'UNSUBSCRIBED', message: 'The lead has unsubscribed' } as const;

function acceptedOf(result: AcceptResult): readonly Accepted[] {
  if (result.kind !== 'accepted') throw new Error('The campaign was paused');
  return result.emails;
}

/** How many answers of each kind there are. */
function tally(answers: readonly Accepted[]): Partial<Record<Accepted['kind'], number>> {
  const counts: Partial<Record<Accepted['kind'], number>> = {};
  for (const { kind } of answers) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function countEmails(): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM cam_outbound_emails',
  );
  return row?.count ?? 0;
}

async function counters(): Promise<{ scope: string; simulated: boolean; used: number }[]> {
  return db.query('SELECT scope, simulated, used FROM cam_quota_counters ORDER BY scope, simulated');
}

/** One call for each mail, all at once, dealt out to four replicas: each puts its own calls together. */
async function acceptEach(
  emails: readonly NewEmail[],
  options: { engine?: EngineOptions; placing?: AcceptContext['placing'] } = {},
): Promise<Accepted[]> {
  const replicas = Array.from({ length: 4 }, () => createEngine(db, options.engine).accepts);
  const calls = replicas.flatMap((accepts, replica) =>
    emails
      .filter((_, index) => index % replicas.length === replica)
      .map((email) =>
        accepts.accept(
          acceptContext({ campaignId: email.campaignId, placing: options.placing ?? 'reserve' }),
          [email],
        ),
      ),
  );
  const results = await Promise.all(calls);
  return results.flatMap((result) => acceptedOf(result));
}

describe('AcceptRepository, one mail', () => {
  it('makes one row of twenty identical calls at once, and gives its id to all', async () => {
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);

    const answers = await acceptEach(Array.from({ length: 20 }, () => newEmail({ campaignId, leadId })));

    expect(tally(answers)).toEqual({ created: 1, existing: 19 });
    const rows = await db.query('SELECT id FROM cam_outbound_emails');
    expect(rows).toHaveLength(1);
    expect(new Set(answers.map((answer) => ('id' in answer ? answer.id : null)))).toEqual(
      new Set(rows.map((row) => (row as { id: number }).id)),
    );
    expect(await db.query('SELECT outbound_email_id FROM cam_dispatch_queue')).toHaveLength(1);
    expect(await counters()).toEqual([
      { scope: 'campaign', simulated: false, used: 1 },
      { scope: 'global', simulated: false, used: 1 },
    ]);
  });

  it.each([
    ['another sequence number', { sequenceNumber: 2 }],
    ['other content', { subject: 'Another' }],
  ])('takes %s for another mail', async (_name, difference) => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    await accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId })]);

    const answer = await accepts.accept(acceptContext({ campaignId }), [
      newEmail({ campaignId, leadId, ...difference }),
    ]);

    expect(tally(acceptedOf(answer))).toEqual({ created: 1 });
    expect(await countEmails()).toBe(2);
  });

  it('leases the mail to its caller, with the attempt on record before the wire', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    const email = newEmail({ campaignId, leadId });

    const [answer] = acceptedOf(
      await accepts.accept(acceptContext({ campaignId, placing: 'lease' }), [email]),
    );

    if (answer?.kind !== 'created' || answer.lease === null) throw new Error('The mail was not leased');
    const { lease } = answer;
    expect(
      await db.query(
        `SELECT lease_token, attempt, maybe_sent_attempt, maybe_sent_since IS NOT NULL AS maybe_sent,
              due_at > cam_now() AS in_future, cap_day = cam_now()::date AS holds_place
         FROM cam_dispatch_queue`,
      ),
    ).toEqual([
      {
        lease_token: lease.token,
        attempt: 1,
        maybe_sent_attempt: 1,
        maybe_sent: true,
        in_future: true,
        holds_place: true,
      },
    ]);
    expect(
      await db.query('SELECT outbound_email_id, attempt, send_key, outcome FROM cam_send_attempts'),
    ).toEqual([{ outbound_email_id: answer.id, attempt: 1, send_key: email.sendKey, outcome: null }]);
  });
});

describe('AcceptRepository, batches', () => {
  it('answers the second mail of a pair as existing, under the id of the first', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [one = 0, two = 0] = await insertLeads(db, campaignId, 2);
    const emails = [one, two, one].map((leadId) => newEmail({ campaignId, leadId }));

    const answers = acceptedOf(await accepts.accept(acceptContext({ campaignId }), emails));

    expect(answers.map(({ kind }) => kind)).toEqual(['created', 'created', 'existing']);
    expect(answers[2]).toEqual({
      kind: 'existing',
      id: answers[0]?.kind === 'created' ? answers[0].id : null,
    });
    expect(await countEmails()).toBe(2);
  });

  it('stores the mail that it answers as created, not its twin with another send key', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadIds = (await insertLeads(db, campaignId, 30)).toReversed();
    const firsts = leadIds.map((leadId) => newEmail({ campaignId, leadId }));
    const twins = leadIds.map((leadId) => newEmail({ campaignId, leadId }));

    await accepts.accept(acceptContext({ campaignId, placing: 'lease' }), [...firsts, ...twins]);

    const rows = await db.query<{ send_key: string }>(
      'SELECT send_key FROM cam_outbound_emails ORDER BY lead_id DESC',
    );
    expect(rows.map((row) => row.send_key)).toEqual(firsts.map(({ sendKey }) => sendKey));
  });

  it('answers both mails of a pair that the cap has no place for as over the cap', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db, { max_emails_per_day: 1 });
    const [one = 0, two = 0] = await insertLeads(db, campaignId, 2);
    const emails = [one, two, two].map((leadId) => newEmail({ campaignId, leadId }));

    const answers = acceptedOf(await accepts.accept(acceptContext({ campaignId }), emails));

    expect(answers.map(({ kind }) => kind)).toEqual(['created', 'over_cap', 'over_cap']);
    expect(await countEmails()).toBe(1);
  });

  it('serves the mails in the order asked when places run out', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db, { max_emails_per_day: 2 });
    const leadIds = await insertLeads(db, campaignId, 4);
    const emails = leadIds.toReversed().map((leadId) => newEmail({ campaignId, leadId }));

    const answers = acceptedOf(await accepts.accept(acceptContext({ campaignId }), emails));

    expect(answers.map(({ kind }) => kind)).toEqual(['created', 'created', 'over_cap', 'over_cap']);
  });

  it('lets batches of the same mails in opposite orders meet without a deadlock', async () => {
    const [here, there] = [createEngine(db).accepts, createEngine(db).accepts];
    const campaignId = await insertCampaign(db);
    const [one = 0, two = 0, three = 0] = await insertLeads(db, campaignId, 3);
    const make = (leadId: number): NewEmail => newEmail({ campaignId, leadId });
    const deadlocksBefore = await countDeadlocks();
    // By the statistics of a table this small, the plan keeps the order of the batch.
    await insertEmail(db, { campaign_id: campaignId, lead_id: one, status: 'SENT' });
    await db.query('ANALYZE cam_outbound_emails');

    // Both batches get as far as the mail in the middle, and go on when it is given up.
    const [forth, back] = await besideTransaction(db, async (rival) => {
      await insertRow(
        rival,
        'cam_outbound_emails',
        outboundEmailRow({ campaign_id: campaignId, lead_id: two, content_hash: make(two).contentHash }),
      );
      const batches = [
        here.accept(acceptContext({ campaignId }), [one, two, three].map(make)),
        there.accept(acceptContext({ campaignId }), [three, two, one].map(make)),
      ] as const;
      await untilWaiting(db, 2);
      return batches;
    });

    const [forthAnswers, backAnswers] = [acceptedOf(await forth), acceptedOf(await back)];
    expect(tally([...forthAnswers, ...backAnswers])).toEqual({ created: 3, existing: 3 });
    expect(idsOf(forthAnswers)).toEqual(idsOf(backAnswers).toReversed());
    expect(await countDeadlocks()).toBe(deadlocksBefore);
  });
});

function idsOf(answers: readonly Accepted[]): (number | null)[] {
  return answers.map((answer) => ('id' in answer ? answer.id : null));
}

/** The transactions run again after a deadlock, so only the server tells. */
async function countDeadlocks(): Promise<number> {
  await db.query('SELECT pg_stat_force_next_flush()');
  const [row] = await db.query<{ deadlocks: number }>(
    'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.deadlocks ?? 0;
}

describe('AcceptRepository, calls that come together', () => {
  it('stores them by one transaction, and answers each with its own', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadIds = await insertLeads(db, campaignId, 6);
    const calls = [leadIds.slice(0, 1), leadIds.slice(1, 4), leadIds.slice(4)];

    const results = await Promise.all(
      calls.map((ids) =>
        accepts.accept(
          acceptContext({ campaignId }),
          ids.map((leadId) => newEmail({ campaignId, leadId })),
        ),
      ),
    );

    const answered = results.flatMap((result) => idsOf(acceptedOf(result)));
    const stored = await db.query<{ id: number; lead_id: number }>(
      'SELECT id, lead_id FROM cam_outbound_emails ORDER BY array_position($1::integer[], lead_id)',
      [leadIds],
    );
    expect(results.map((result) => acceptedOf(result).length)).toEqual([1, 3, 2]);
    expect(answered).toEqual(stored.map(({ id }) => id));
    expect(await db.query('SELECT DISTINCT xmin::text FROM cam_outbound_emails')).toHaveLength(1);
  });

  it('stores all but the one that the database refuses', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [one = 0, two = 0] = await insertLeads(db, campaignId, 2);
    const nobody = 999_999;

    const results = await Promise.allSettled(
      [one, nobody, two].map((leadId) =>
        accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId })]),
      ),
    );

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await countEmails()).toBe(2);
    expect(await counters()).toEqual([
      { scope: 'campaign', simulated: false, used: 2 },
      { scope: 'global', simulated: false, used: 2 },
    ]);
  });

  it('knows the old mail of one call when a pause refuses the new mail of another', async () => {
    const { accepts, campaigns } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const [one = 0, two = 0] = await insertLeads(db, campaignId, 2);
    const call = (leadId: number) =>
      accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId })]);
    await call(one);
    await campaigns.pause(campaignId, null, 'ops');

    const [old, fresh] = await Promise.all([call(one), call(two)]);

    expect(acceptedOf(old)).toEqual([{ kind: 'existing', id: expect.any(Number) as unknown }]);
    expect(fresh).toEqual({ kind: 'campaign_paused' });
  });
});

describe('AcceptRepository and a lead who said stop', () => {
  it('keeps the mail in when the stop came after the mail was made', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId, { status: 'UNSUBSCRIBED' });

    const [answer] = acceptedOf(
      await accepts.accept(acceptContext({ campaignId, placing: 'lease' }), [
        newEmail({ campaignId, leadId }),
      ]),
    );

    expect(answer).toMatchObject({ kind: 'created', lease: null, drop: { code: 'UNSUBSCRIBED' } });
    expect(await db.query('SELECT status, error_code FROM cam_outbound_emails')).toEqual([
      { status: 'DROPPED', error_code: 'UNSUBSCRIBED' },
    ]);
    expect(await db.query('SELECT FROM cam_dispatch_queue')).toEqual([]);
    expect(await counters()).toEqual([]);
  });

  it('waits for a stop that is not committed yet, and obeys it', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);

    const [accepting] = await besideTransaction(db, async (stopping) => {
      await stopping.query(`UPDATE cam_leads SET status = 'UNSUBSCRIBED' WHERE id = $1`, [leadId]);
      const accept = accepts.accept(acceptContext({ campaignId, placing: 'lease' }), [
        newEmail({ campaignId, leadId }),
      ]);
      await untilWaiting(db, 1);
      await stopping.commit();
      return [accept] as const;
    });

    expect(acceptedOf(await accepting)).toEqual([expect.objectContaining({ lease: null })]);
    expect(await db.query('SELECT status FROM cam_outbound_emails')).toEqual([{ status: 'DROPPED' }]);
  });
});

describe('AcceptRepository and a pause', () => {
  it('stores nothing for a paused campaign', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db, { status: 'PAUSED' });
    const leadId = await insertLead(db, campaignId);

    const results = await Promise.all(
      [null, DROP].map((drop) =>
        accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId, drop })]),
      ),
    );

    expect(results.map(({ kind }) => kind)).toEqual(['campaign_paused', 'campaign_paused']);
    expect(await countEmails()).toBe(0);
    expect(await counters()).toEqual([]);
  });

  it('still knows the mails that it stored before the pause', async () => {
    const { accepts, campaigns } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    const [first] = acceptedOf(
      await accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId })]),
    );
    await campaigns.pause(campaignId, null, 'ops');

    const answer = await accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId })]);

    expect(acceptedOf(answer)).toEqual([
      { kind: 'existing', id: first?.kind === 'created' ? first.id : null },
    ]);
  });

  it('stores nothing after a pause has returned, whatever was under way', async () => {
    const campaignId = await insertCampaign(db);
    const leadIds = await insertLeads(db, campaignId, 60);

    // On a connection of its own: the pool would let it wait for all that was asked before.
    const accepting = await besideTransaction(db, async (pausing) => {
      const calls = leadIds.map((leadId) =>
        createEngine(db).accepts.accept(acceptContext({ campaignId, placing: 'defer' }), [
          newEmail({ campaignId, leadId }),
        ]),
      );
      await Promise.race(calls);
      await pausing.query(`UPDATE cam_campaigns SET status = 'PAUSED', paused_at = cam_now() WHERE id = $1`, [
        campaignId,
      ]);
      await pausing.commit();
      return calls;
    });
    const storedAtPause = await countEmails();
    const results = await Promise.all(accepting);

    const stored = results.filter(({ kind }) => kind === 'accepted').length;
    expect(await countEmails()).toBe(storedAtPause);
    expect(stored).toBe(storedAtPause);
    // Otherwise the race did not take place.
    expect(stored).toBeLessThan(leadIds.length);
  });

  it('waits for a pause that is not committed yet, and obeys it', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);

    const accepting = await besideTransaction(db, async (pausing) => {
      await pausing.query(`UPDATE cam_campaigns SET status = 'PAUSED', paused_at = cam_now() WHERE id = $1`, [
        campaignId,
      ]);
      const accept = accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId })]);
      await untilWaiting(db, 1);
      await pausing.commit();
      return [accept] as const;
    });

    expect(await accepting[0]).toEqual({ kind: 'campaign_paused' });
    expect(await countEmails()).toBe(0);
  });
});

describe('AcceptRepository and the caps', () => {
  it.each(['lease', 'reserve'] as const)(
    'stores exactly as many mails as the global cap has places, placing by %s',
    async (placing) => {
      const emails: NewEmail[] = [];
      for (let count = 0; count < 20; count += 1) {
        const campaignId = await insertCampaign(db);
        emails.push(newEmail({ campaignId, leadId: await insertLead(db, campaignId) }));
      }

      const answers = await acceptEach(emails, { engine: { dailyCap: 5 }, placing });

      expect(tally(answers)).toEqual({ created: 5, over_cap: 15 });
      expect(await countEmails()).toBe(5);
      const [global] = await db.query(`SELECT used FROM cam_quota_counters WHERE scope = 'global'`);
      expect(global).toEqual({ used: 5 });
      const refusals = answers.filter((answer) => answer.kind === 'over_cap');
      expect(new Set(refusals.map(({ scope }) => scope))).toEqual(new Set(['global']));
      for (const { resetsInMs } of refusals) {
        expect(resetsInMs).toBeGreaterThan(0);
        expect(resetsInMs).toBeLessThanOrEqual(24 * 3_600_000);
      }
    },
  );

  it("counts a campaign's own cap together with the global one", async () => {
    const campaignId = await insertCampaign(db, { max_emails_per_day: 3 });
    const leadIds = await insertLeads(db, campaignId, 10);

    const answers = await acceptEach(
      leadIds.map((leadId) => newEmail({ campaignId, leadId })),
      { engine: { dailyCap: 100 } },
    );

    expect(tally(answers)).toEqual({ created: 3, over_cap: 7 });
    expect(new Set(answers.flatMap((answer) => (answer.kind === 'over_cap' ? [answer.scope] : [])))).toEqual(
      new Set(['campaign']),
    );
    expect(await counters()).toEqual([
      { scope: 'campaign', simulated: false, used: 3 },
      { scope: 'global', simulated: false, used: 3 },
    ]);
  });

  it('asks again for a mail that was over the cap when there is room', async () => {
    const { accepts, campaigns } = createEngine(db);
    const campaignId = await insertCampaign(db, { max_emails_per_day: 1 });
    const [one = 0, two = 0] = await insertLeads(db, campaignId, 2);
    await accepts.accept(
      acceptContext({ campaignId }),
      [one, two].map((leadId) => newEmail({ campaignId, leadId })),
    );
    await campaigns.update(campaignId, { max_emails_per_day: 2 });

    const answer = await accepts.accept(acceptContext({ campaignId }), [
      newEmail({ campaignId, leadId: two }),
    ]);

    expect(tally(acceptedOf(answer))).toEqual({ created: 1 });
  });

  it.each([
    ['deferred mail', 'defer', null],
    ['mail that our rules keep in', 'lease', DROP],
  ] as const)('takes no place for %s', async (_name, placing, drop) => {
    const { accepts } = createEngine(db, { dailyCap: 1 });
    const campaignId = await insertCampaign(db);
    const leadIds = await insertLeads(db, campaignId, 3);

    const answers = acceptedOf(
      await accepts.accept(
        acceptContext({ campaignId, placing }),
        leadIds.map((leadId) => newEmail({ campaignId, leadId, drop })),
      ),
    );

    expect(tally(answers)).toEqual({ created: 3 });
    expect(await counters()).toEqual([]);
    const queued = await db.query('SELECT cap_day, lease_token FROM cam_dispatch_queue');
    expect(queued).toEqual(drop === null ? Array(3).fill({ cap_day: null, lease_token: null }) : []);
  });

  it('stores mail that our rules keep in with the reason', async () => {
    const { accepts } = createEngine(db);
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);

    await accepts.accept(acceptContext({ campaignId }), [newEmail({ campaignId, leadId, drop: DROP })]);

    expect(await db.query('SELECT status, error_code, error_message FROM cam_outbound_emails')).toEqual([
      { status: 'DROPPED', error_code: DROP.code, error_message: DROP.message },
    ]);
  });

  it('keeps simulated mail apart from real mail, in its rows and in its places', async () => {
    const { accepts } = createEngine(db, { dailyCap: 1 });
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);

    const results = [];
    for (const simulated of [true, false]) {
      results.push(
        await accepts.accept(acceptContext({ campaignId, simulated }), [newEmail({ campaignId, leadId })]),
      );
    }

    expect(results.flatMap((result) => acceptedOf(result)).map(({ kind }) => kind)).toEqual([
      'created',
      'created',
    ]);
    expect(await counters()).toEqual([
      { scope: 'campaign', simulated: false, used: 1 },
      { scope: 'campaign', simulated: true, used: 1 },
      { scope: 'global', simulated: false, used: 1 },
      { scope: 'global', simulated: true, used: 1 },
    ]);
  });
});
