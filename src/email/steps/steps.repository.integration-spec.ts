import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { acceptContext, createEngine, type Engine } from '../../../test/support/engine.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
  newEmail,
  setClockTo,
} from '../../../test/support/factories.js';
import { besideTransaction, untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { SendingConfig } from '../../config/sending.config.js';
import type { Enrolment } from '../../sequences/enrolment.entity.js';
import { EnrolmentsRepository } from '../../sequences/enrolments.repository.js';
import { EnrolmentsService } from '../../sequences/enrolments.service.js';
import { SequencesRepository } from '../../sequences/sequences.repository.js';
import type { Accepted } from '../sending/accept.repository.js';

/** Monday. */
const MONDAY_NOON = '2026-03-02T12:00:00Z';
const WINDOW = { window_days: [1, 2, 3, 4, 5], window_from: '09:00', window_to: '17:00' };

let db: TestDatabase;
let engine: Engine;
let enrolments: EnrolmentsService;
let campaignId: number;
let leadId: number;
beforeAll(async () => {
  db = await createTestDatabase();
  engine = createEngine(db);
  enrolments = new EnrolmentsService(new EnrolmentsRepository(db.database), configOf(SendingConfig));
});
beforeEach(async () => {
  await emptyTables(db);
  await setClockTo(db, MONDAY_NOON);
  campaignId = await insertCampaign(db);
  leadId = await insertLead(db, campaignId, { email: 'ada@lead.test' });
});
afterAll(() => db.drop());

async function insertSequence(fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { id } = await insertRow<{ id: number }>(db, 'cam_sequences', { campaign_id: campaignId, ...fields });
  for (const position of [1, 2]) {
    await insertRow(db, 'cam_sequence_steps', {
      sequence_id: id,
      position,
      template_type: 'intro',
      delay_days: 3,
    });
  }
}

async function insertEnrolment(fields: Partial<Enrolment> = {}): Promise<Enrolment> {
  const row = { campaign_id: campaignId, lead_id: leadId, simulated: false, ...fields };
  return insertRow<Enrolment>(db, 'cam_enrolments', row);
}

/** An open mail of the enrolment's second step. @returns its id */
async function insertStepMail(
  enrolmentId: number,
  queue: Parameters<typeof insertEmail>[2] = {},
): Promise<number> {
  return insertEmail(
    db,
    {
      campaign_id: campaignId,
      lead_id: leadId,
      enrolment_id: enrolmentId,
      sequence_number: 2,
      to_email: 'ada@lead.test',
    },
    { follow_up: true, ...(queue.maybe_sent_since ? {} : { priority: 1 }), ...queue },
  );
}

async function enrolment(id: number): Promise<Enrolment> {
  const [row] = await db.query<Enrolment>('SELECT * FROM cam_enrolments WHERE id = $1', [id]);
  if (row === undefined) throw new Error(`There is no enrolment ${id}`);
  return row;
}

async function mail(id: number) {
  const [row] = await db.query(
    `SELECT o.status, o.error_code, q.waits_for, q.due_at FROM cam_outbound_emails AS o
       LEFT JOIN cam_dispatch_queue AS q ON q.outbound_email_id = o.id WHERE o.id = $1`,
    [id],
  );
  return row;
}

async function claimed(): Promise<number[]> {
  const { emails } = await engine.claims.claim(engine.owner, 10);
  return emails.map(({ lease }) => lease.emailId);
}

async function stop(): Promise<void> {
  await db.database.transaction((tx) => enrolments.stopAll(tx, leadId, 'REPLIED', 'inbound:7'));
}

describe('a claim', () => {
  it('takes the mail of a live step within its window', async () => {
    await insertSequence(WINDOW);
    const id = await insertStepMail((await insertEnrolment()).id);

    expect(await claimed()).toEqual([id]);
  });

  it('drops the mail of a sequence that has ended, for the reason of its end', async () => {
    await insertSequence();
    const id = await insertStepMail((await insertEnrolment()).id);
    await stop();

    expect(await claimed()).toEqual([]);
    expect(await mail(id)).toMatchObject({ status: 'DROPPED', error_code: 'REPLIED' });
  });

  it('leaves as unknown what may have been accepted before she answered', async () => {
    await insertSequence();
    const { id: enrolmentId } = await insertEnrolment();
    const id = await insertStepMail(enrolmentId, {
      attempt: 1,
      maybe_sent_attempt: 1,
      maybe_sent_since: new Date('2026-03-02T11:59:00Z'),
      cap_day: '2026-03-02',
    });
    await stop();

    expect(await claimed()).toEqual([]);
    expect(await mail(id)).toMatchObject({ status: 'UNKNOWN', error_code: 'REPLIED' });
  });

  it('holds a mail until the next opening of its window', async () => {
    await insertSequence(WINDOW);
    await setClockTo(db, '2026-03-06T17:00:00Z');
    const id = await insertStepMail((await insertEnrolment()).id);

    expect(await claimed()).toEqual([]);
    const parked = await mail(id);
    expect(parked).toMatchObject({ status: 'QUEUED', waits_for: 'window' });
    await setClockTo(db, '2026-03-09T10:00:00Z');
    expect(await claimed()).toEqual([id]);
  });

  it('repeats at any hour what may have been accepted: the provider knows its key only for so long', async () => {
    await insertSequence(WINDOW);
    await setClockTo(db, '2026-03-07T12:00:00Z');
    const id = await insertStepMail((await insertEnrolment()).id, {
      attempt: 1,
      maybe_sent_attempt: 1,
      maybe_sent_since: new Date('2026-03-07T11:00:00Z'),
      cap_day: '2026-03-07',
    });

    expect(await claimed()).toEqual([id]);
  });

  it('holds the mail of a lead who is away', async () => {
    await insertSequence();
    const id = await insertStepMail((await insertEnrolment()).id);
    await db.database.transaction((tx) =>
      enrolments.postponeAll(tx, leadId, {
        returnDate: '2026-03-10',
        receivedAt: new Date(MONDAY_NOON),
        evidence: 'inbound:7',
      }),
    );

    expect(await claimed()).toEqual([]);
    expect(await mail(id)).toMatchObject({
      waits_for: 'postponed',
      due_at: new Date('2026-03-11T00:00:00Z'),
    });
  });

  it('takes the step that waited when she answered with interest, and the campaign goes on then', async () => {
    await insertSequence({ on_positive: 'next_step' });
    const id = await insertStepMail((await insertEnrolment({ next_step: 2 })).id);
    await db.database.transaction((tx) =>
      enrolments.answeredWithInterest(tx, leadId, campaignId, 'inbound:7'),
    );
    await db.query('UPDATE cam_leads SET last_replied_at = cam_now()');

    expect(await claimed()).toEqual([id]);
  });

  it('drops a follow-up that somebody asked for when the lead has answered since', async () => {
    const follow = {
      campaign_id: campaignId,
      lead_id: leadId,
      to_email: 'ada@lead.test',
      sequence_number: 2,
    };
    const before = await insertEmail(
      db,
      { ...follow, queued_at: new Date('2026-03-02T10:00:00Z') },
      { follow_up: true, priority: 1 },
    );
    const after = await insertEmail(
      db,
      { ...follow, queued_at: new Date('2026-03-02T11:30:00Z') },
      { follow_up: true, priority: 1 },
    );
    await db.query('UPDATE cam_leads SET last_replied_at = $1', ['2026-03-02T11:00:00Z']);

    expect(await claimed()).toEqual([after]);
    expect(await mail(before)).toMatchObject({ status: 'DROPPED', error_code: 'REPLIED' });
  });

  it('drops a mail beyond the last step, asked for under its number, when the lead has answered since', async () => {
    await insertSequence();
    const ended = { status: 'EXHAUSTED', next_step: null, next_run_at: null, look_at: null } as const;
    const id = await insertStepMail((await insertEnrolment(ended)).id);
    await db.query('UPDATE cam_leads SET last_replied_at = cam_now()');

    expect(await claimed()).toEqual([]);
    expect(await mail(id)).toMatchObject({ status: 'DROPPED', error_code: 'REPLIED' });
  });

  it('waits for a reply that is being stored, and loses against it', async () => {
    await insertSequence();
    const id = await insertStepMail((await insertEnrolment()).id);

    const claim = await besideTransaction(db, async (reply) => {
      await reply.query('SELECT FROM cam_leads WHERE id = $1 FOR NO KEY UPDATE', [leadId]);
      const claiming = claimed();
      await untilWaiting(db, 1);
      await reply.query(
        `UPDATE cam_enrolments SET status = 'STOPPED', stop_reason = 'REPLIED', next_run_at = NULL, look_at = NULL`,
      );
      await reply.commit();
      return claiming;
    });

    expect(claim).toEqual([]);
    expect(await mail(id)).toMatchObject({ status: 'DROPPED', error_code: 'REPLIED' });
  });
});

describe('the mail of a step', () => {
  async function store(
    { id, version }: Pick<Enrolment, 'id' | 'version'>,
    others: Partial<Parameters<typeof newEmail>[0]> = {},
  ): Promise<Accepted | undefined> {
    const result = await engine.accepts.accept(acceptContext({ campaignId, placing: 'defer' }), [
      newEmail({ campaignId, leadId, sequenceNumber: 2, enrolment: { id, version }, ...others }),
    ]);
    return result.kind === 'accepted' ? result.emails[0] : undefined;
  }

  async function storedMails(): Promise<number> {
    return (await db.query('SELECT FROM cam_outbound_emails')).length;
  }

  beforeEach(() => insertSequence());

  it('moves its enrolment in the transaction that stores it', async () => {
    const row = await insertEnrolment();

    expect(await store(row)).toMatchObject({ kind: 'created' });
    expect(await enrolment(row.id)).toMatchObject({ next_step: 2, version: row.version + 1 });
  });

  it('is not stored when the enrolment was stopped after the step was decided', async () => {
    const row = await insertEnrolment();
    await stop();

    expect(await store(row)).toEqual({ kind: 'overtaken' });
    expect(await storedMails()).toBe(0);
    expect(await db.query('SELECT FROM cam_dispatch_queue')).toEqual([]);
  });

  it('is not stored when the campaign got another sequence after the step was decided', async () => {
    const row = await insertEnrolment();
    await new SequencesRepository(db.database).replace(campaignId, {
      steps: [{ templateType: 'other', delayDays: 9, businessDays: false, thread: 'same' }],
      window: null,
      onPositive: 'stop',
    });

    expect(await store(row)).toEqual({ kind: 'overtaken' });
    expect(await storedMails()).toBe(0);
  });

  it('is not stored when another process has carried the enrolment on meanwhile', async () => {
    const row = await insertEnrolment();
    await store(row);

    expect(await store(row, { subject: 'Other words' })).toEqual({ kind: 'overtaken' });
    expect(await storedMails()).toBe(1);
  });

  it('is not stored when somebody has mailed her the step in other words', async () => {
    const row = await insertEnrolment();
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, sequence_number: 2, status: 'SENT' });

    expect(await store(row)).toEqual({ kind: 'overtaken' });
    expect(await storedMails()).toBe(1);
  });

  it('is stored beside one that certainly never went', async () => {
    const row = await insertEnrolment();
    await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, sequence_number: 2, status: 'FAILED' });

    expect(await store(row)).toMatchObject({ kind: 'created' });
  });

  it('waits for a reply that is being stored, and loses against it', async () => {
    const row = await insertEnrolment();

    const answer = await besideTransaction(db, async (reply) => {
      await reply.query('SELECT FROM cam_leads WHERE id = $1 FOR NO KEY UPDATE', [leadId]);
      const storing = store(row);
      await untilWaiting(db, 1);
      await reply.query(
        `UPDATE cam_enrolments SET status = 'STOPPED', stop_reason = 'REPLIED', next_run_at = NULL, look_at = NULL,
                version = version + 1`,
      );
      await reply.commit();
      return storing;
    });

    expect(answer).toEqual({ kind: 'overtaken' });
    expect(await storedMails()).toBe(0);
  });

  it('has its enrolment looked at as soon as it is settled', async () => {
    const row = await insertEnrolment();
    await store(row);
    const waiting = await enrolment(row.id);

    await engine.dispatcher.drain();

    const woken = await enrolment(row.id);
    expect(waiting.look_at?.getTime()).toBeGreaterThan(woken.look_at?.getTime() ?? Infinity);
    expect(woken.version).toBe(waiting.version + 1);
  });

  it('goes behind follow-ups when it is the first one', async () => {
    const row = await insertEnrolment();
    await store(row, { sequenceNumber: 1 });

    expect(await db.query('SELECT follow_up, priority FROM cam_dispatch_queue')).toEqual([
      { follow_up: false, priority: 2 },
    ]);
  });
});
