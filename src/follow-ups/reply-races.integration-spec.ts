import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../test/support/engine.js';
import { FakeEmailProvider } from '../../test/support/fake-email-provider.js';
import { emptyTables, insertCampaign, insertLeads, insertTemplate } from '../../test/support/factories.js';
import { MortalDatabase } from '../../test/support/histories/mortal-database.js';
import { testScale } from '../../test/support/test-scale.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';

/** Leads who answer while her mail is made or claimed; `CAM_RACES=1000` runs more than every build has time for. */
const RACES = testScale('CAM_RACES', 200);

const MAKERS = 3;
const CLAIMERS = 4;
const INBOXES = 6;

/** Before any mail to her was queued: it is her enrolment alone that stops the mail. */
const WRITTEN_AT = new Date('2026-01-05T12:00:00Z');

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.query('CREATE TABLE race (deed text NOT NULL, lead_id integer NOT NULL)');
  // The rows themselves change again later; a row of `race` has only the transaction that did the deed.
  await db.query(`
    CREATE FUNCTION note_mail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' THEN INSERT INTO race VALUES ('mail', NEW.lead_id);
      ELSE DELETE FROM race WHERE deed = 'mail' AND lead_id = OLD.lead_id;
      END IF;
      RETURN NULL;
    END $$`);
  await db.query(`
    CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO race SELECT 'claim', lead_id FROM cam_outbound_emails WHERE id = NEW.outbound_email_id;
      RETURN NULL;
    END $$`);
  await db.query(
    'CREATE TRIGGER note_mail AFTER INSERT OR DELETE ON cam_outbound_emails FOR EACH ROW EXECUTE FUNCTION note_mail()',
  );
  await db.query(
    'CREATE TRIGGER note_claim AFTER INSERT ON cam_send_attempts FOR EACH ROW EXECUTE FUNCTION note_claim()',
  );
});
beforeEach(async () => {
  await emptyTables(db);
  await db.query('TRUNCATE race');
});
afterAll(() => db.drop());

/** A process of its own for each of the works. */
async function besideEachOther(
  provider: FakeEmailProvider,
  works: readonly ((replica: Engine) => Promise<void>)[],
): Promise<void> {
  const connections = await Promise.all(works.map(() => db.connectAgain()));
  try {
    await Promise.all(
      works.map((work, index) => {
        const connection = connections[index];
        if (connection === undefined) throw new Error('A process has no database');
        return work(createEngine(connection, { provider }));
      }),
    );
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

/** What the inbox does with a person's answer, in one transaction. */
async function reply({ enrolments, leads }: Engine, leadId: number): Promise<void> {
  await db.database.transaction(async (tx) => {
    await enrolments.stopAll(tx, leadId, 'REPLIED', 'inbound:1');
    await leads.noteReply(tx, leadId, WRITTEN_AT);
    await tx.query(`INSERT INTO race VALUES ('reply', $1)`, [leadId]);
  });
}

/** Leads whose deed committed before her reply did, and after it; the server's own clock of commits judges. */
async function commits(deed: 'mail' | 'claim'): Promise<{ before: number; after: number }> {
  const [row] = await db.query<{ before: number; after: number }>(
    `WITH commits AS (SELECT deed, lead_id, pg_xact_commit_timestamp(xmin) AS at FROM race)
     SELECT count(*) FILTER (WHERE done.at < reply.at)::integer AS before,
            count(*) FILTER (WHERE done.at >= reply.at)::integer AS after
       FROM commits AS done JOIN commits AS reply ON reply.lead_id = done.lead_id AND reply.deed = 'reply'
      WHERE done.deed = $1`,
    [deed],
  );
  if (row === undefined) throw new Error('Nothing was counted');
  return row;
}

/** What a lead's answer may come right after; SQL about her enrolment `e`. */
const STAGES = [
  'true',
  'e.look_at > cam_now()',
  'EXISTS (SELECT FROM cam_outbound_emails AS o WHERE o.enrolment_id = e.id)',
] as const;

async function isAt(leadId: number, stage: string): Promise<boolean> {
  return (
    (await db.query(`SELECT FROM cam_enrolments AS e WHERE lead_id = $1 AND ${stage}`, [leadId])).length > 0
  );
}

async function untilClaimed(count: number): Promise<void> {
  while ((await db.query(`SELECT FROM race WHERE deed = 'claim'`)).length < count);
}

async function campaignWithStep(engine: Engine): Promise<number> {
  const campaignId = await insertCampaign(db);
  await insertTemplate(db, { subject: 'Hello', body: '<p>Hello</p>' });
  await engine.sequences.replace(campaignId, {
    steps: [{ templateType: 'intro', delayDays: 0, businessDays: false, thread: 'same' }],
    window: null,
    onPositive: 'stop',
  });
  return campaignId;
}

function times<Thing>(count: number, thing: Thing): Thing[] {
  return Array.from({ length: count }, () => thing);
}

/** The same numbers in each run, in [0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe('A reply that races the dispatcher', () => {
  it('no step that waits in the queue is claimed after it', async () => {
    const provider = new FakeEmailProvider();
    const engine = createEngine(db, { provider });
    const campaignId = await campaignWithStep(engine);
    const leadIds = await insertLeads(db, campaignId, RACES);
    await engine.sequences.enrol(campaignId, null);
    await engine.followUps.runOnce();
    const random = seededRandom(1);
    const unanswered = leadIds
      .map((leadId) => ({ leadId, turn: random() }))
      .sort((one, other) => one.turn - other.turn);

    const answer = async (inbox: Engine): Promise<void> => {
      await untilClaimed(1);
      for (let next = unanswered.shift(); next !== undefined; next = unanswered.shift()) {
        await reply(inbox, next.leadId);
      }
    };
    const claim = async ({ claims, queue, owner }: Engine): Promise<void> => {
      do await claims.claim(owner, 3);
      while (await queue.hasDue(owner));
    };
    await besideEachOther(provider, [...times(CLAIMERS, claim), ...times(2, answer)]);

    const claimed = await commits('claim');
    expect(claimed.after).toBe(0);
    // Otherwise there was no race.
    expect(claimed.before).toBeGreaterThan(0);
    expect(claimed.before).toBeLessThan(RACES);
    expect(
      await db.query(`SELECT FROM cam_outbound_emails WHERE status = 'DROPPED' AND error_code = 'REPLIED'`),
    ).toHaveLength(RACES - claimed.before);
  });

  it('no step is made into mail after it, and none that was made before leaves', async () => {
    const provider = new FakeEmailProvider();
    const engine = createEngine(db, { provider });
    const campaignId = await campaignWithStep(engine);
    const leadIds = await insertLeads(db, campaignId, RACES);
    const waiting = [...leadIds];
    const random = seededRandom(1);
    let living = INBOXES;

    /** Enrols a lead, waits until her step is looked at, made or neither, and answers in her name a moment later. */
    const live = async (inbox: Engine): Promise<void> => {
      for (let leadId = waiting.shift(); leadId !== undefined; leadId = waiting.shift()) {
        await inbox.sequences.enrol(campaignId, [leadId]);
        const stage = STAGES[Math.floor(random() * STAGES.length)] ?? 'true';
        while (!(await isAt(leadId, stage)));
        for (let moments = Math.floor(random() * 4); moments > 0; moments -= 1) await db.query('SELECT 1');
        await reply(inbox, leadId);
      }
      living -= 1;
    };
    const make = async ({ followUps }: Engine): Promise<void> => {
      do await followUps.runOnce();
      while (living > 0);
    };
    const send = async ({ dispatcher }: Engine): Promise<void> => {
      do await dispatcher.runOnce();
      while (living > 0);
    };
    await besideEachOther(provider, [
      ...times(MAKERS, make),
      ...times(CLAIMERS, send),
      ...times(INBOXES, live),
    ]);
    await engine.followUps.runOnce();
    await engine.dispatcher.drain();

    const [made, claimed] = [await commits('mail'), await commits('claim')];
    expect([made.after, claimed.after]).toEqual([0, 0]);
    expect(provider.accepted).toHaveLength(claimed.before);
    // Otherwise there was no race: replies came before her mail was made, between that and the claim, and after it.
    expect(made.before).toBeLessThan(RACES);
    expect(claimed.before).toBeLessThan(made.before);
    expect(claimed.before).toBeGreaterThan(0);
    expect(
      await db.query(`SELECT FROM cam_enrolments WHERE status <> 'STOPPED' OR stop_reason <> 'REPLIED'`),
    ).toEqual([]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'a look that it overtakes before its call %i leaves it stopped',
    async (call) => {
      const provider = new FakeEmailProvider();
      const engine = createEngine(db, { provider });
      const campaignId = await campaignWithStep(engine);
      const [leadId = 0] = await insertLeads(db, campaignId, 1);
      await engine.sequences.enrol(campaignId, null);
      await engine.followUps.runOnce();
      await engine.dispatcher.drain();
      // Its only step is sent: the look that is due would find it exhausted.
      const slow = new MortalDatabase(db.dataSource);
      const sleep = slow.stallAt(call);

      const look = createEngine({ database: slow }, { provider }).followUps.runOnce();
      await Promise.race([sleep.reached, look]);
      const [open] = await db.query<{ status: string }>('SELECT status FROM cam_enrolments');
      await reply(engine, leadId);
      sleep.goOn();
      await look;

      expect(await db.query('SELECT status, stop_reason FROM cam_enrolments')).toEqual([
        open?.status === 'EXHAUSTED'
          ? { status: 'EXHAUSTED', stop_reason: null }
          : { status: 'STOPPED', stop_reason: 'REPLIED' },
      ]);
    },
  );
});
