import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { insertCampaign, insertEmail, insertLead, insertRow } from '../../../test/support/factories.js';
import { insertReply, metricsOf, refreshMetrics } from '../../../test/support/metrics.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Counters } from './counters.js';

/** One step of a history; the numbers choose among what there is. */
interface Step {
  readonly action: (typeof ACTIONS)[number];
  readonly which: number;
  readonly other: number;
  readonly rollsBack: boolean;
}

const ACTIONS = [
  'queue',
  'send',
  'send',
  'sendAll',
  'deliver',
  'bounce',
  'complain',
  'softBounce',
  'answer',
  'answer',
  'label',
  'attach',
  'detach',
  'unsubscribe',
  'unsubscribe',
  'lift',
  'correct',
  'refresh',
] as const;

const steps = fc.array(
  fc.record({
    action: fc.constantFrom(...ACTIONS),
    which: fc.nat(1_000),
    other: fc.nat(1_000),
    rollsBack: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  }),
  { minLength: 20, maxLength: 80, size: 'max' },
);

const CLASSES = ['POSITIVE', 'NEGATIVE', 'OOO', 'BOUNCE', 'UNSUB', 'NEUTRAL'];

interface Mail {
  readonly id: number;
  readonly campaign_id: number;
  readonly lead_id: number;
  readonly to_email: string;
}

/** Two campaigns that share their leads, and what happens to them, straight in the tables. */
class History {
  private readonly mails: Mail[] = [];
  private readonly answers: number[] = [];

  private constructor(
    private readonly db: TestDatabase,
    readonly campaignIds: readonly number[],
    private readonly leadIds: readonly number[],
  ) {}

  static async begin(db: TestDatabase): Promise<History> {
    const campaignIds = [await insertCampaign(db), await insertCampaign(db)];
    const leadIds: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const leadId = await insertLead(db, campaignIds[0] ?? 0);
      await insertRow(db, 'cam_campaign_leads', { campaign_id: campaignIds[1], lead_id: leadId });
      leadIds.push(leadId);
    }
    return new History(db, campaignIds, leadIds);
  }

  async take(step: Step): Promise<void> {
    const { action } = step;
    if (action === 'refresh') {
      // Often only a part of what waits.
      await refreshMetrics(this.db, pick(this.campaignIds, step.which) ?? 0, 1 + (step.other % 20));
      return;
    }
    const known = [this.mails.length, this.answers.length] as const;
    try {
      await this.db.database.transaction(async (tx) => {
        await this.act(tx, action, step);
        if (step.rollsBack) throw new Error('rolled back');
      });
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'rolled back') throw error;
      this.mails.length = known[0];
      this.answers.length = known[1];
    }
  }

  private async act(
    tx: Pick<TestDatabase, 'query'>,
    action: Exclude<Step['action'], 'refresh'>,
    { which, other }: Step,
  ): Promise<void> {
    const mail = pick(this.mails, which);
    const answer = pick(this.answers, which);
    const at = instant(other);
    if (action === 'queue') return this.queue(tx, which, other);
    if (mail === undefined) return;
    switch (action) {
      case 'send':
        await tx.query(
          `UPDATE cam_outbound_emails SET status = 'SENT', sent_at = $2 WHERE id = $1 AND sent_at IS NULL`,
          [mail.id, at],
        );
        return;
      case 'sendAll':
        await tx.query(
          `UPDATE cam_outbound_emails SET status = 'SENT', sent_at = $2 WHERE id = ANY($1) AND sent_at IS NULL`,
          [this.mails.map(({ id }) => id), at],
        );
        return;
      case 'correct':
        await tx.query(`UPDATE cam_outbound_emails SET sent_at = $2 WHERE id = $1 AND sent_at IS NOT NULL`, [
          mail.id,
          at,
        ]);
        return;
      case 'deliver':
      case 'complain': {
        const column = action === 'deliver' ? 'delivered_at' : 'complained_at';
        await tx.query(`UPDATE cam_outbound_emails SET ${column} = $2 WHERE id = $1`, [mail.id, at]);
        return;
      }
      case 'bounce':
        await tx.query(
          `UPDATE cam_outbound_emails
              SET status = 'BOUNCED', bounced_at = $2, sent_at = COALESCE(sent_at, $2) WHERE id = $1`,
          [mail.id, at],
        );
        return;
      case 'softBounce':
        await insertRow(tx, 'cam_bounces', {
          address: other % 4 === 0 ? 'somebody@lead.test' : mail.to_email,
          kind: other % 5 === 0 ? 'policy' : 'soft',
          outbound_email_id: mail.id,
          evidence: `event:${crypto.randomUUID()}`,
          occurred_at: at,
        });
        return;
      case 'answer':
        this.answers.push(
          await insertReply(tx, mail, {
            classification: pick(CLASSES, other),
            automatic: other % 3 === 0,
            received_at: at,
          }),
        );
        return;
      case 'label':
        await tx.query('UPDATE cam_inbound_emails SET classification = $2, automatic = $3 WHERE id = $1', [
          answer ?? 0,
          pick(CLASSES, other),
          other % 2 === 0,
        ]);
        return;
      case 'attach': {
        const target = pick(this.mails, other);
        await tx.query(
          `UPDATE cam_inbound_emails SET in_reply_to_outbound_email_id = $2, campaign_id = $3, lead_id = $4,
                  match_method = 'person', match_confidence = 1 WHERE id = $1`,
          [answer ?? 0, target?.id, target?.campaign_id, target?.lead_id],
        );
        return;
      }
      case 'detach':
        await tx.query(
          `UPDATE cam_inbound_emails SET in_reply_to_outbound_email_id = NULL, campaign_id = NULL, lead_id = NULL,
                  match_method = NULL, match_confidence = NULL WHERE id = $1`,
          [answer ?? 0],
        );
        return;
      case 'unsubscribe':
        await tx.query(
          `INSERT INTO cam_suppressions (scope, target, cause, evidence, reason, created_by)
           VALUES ('address', $1, $2, $3, 'She asked', 'cam') ON CONFLICT DO NOTHING`,
          [
            mail.to_email,
            other % 6 === 0 ? 'complaint' : 'unsubscribe',
            answer !== undefined && other % 2 === 0 ? `inbound:${answer}` : `outbound:${mail.id}`,
          ],
        );
        return;
      case 'lift':
        await tx.query(
          `UPDATE cam_suppressions SET removed_at = cam_now(), removed_by = 'ops', removal_reason = 'wrong'
            WHERE target = $1 AND removed_at IS NULL`,
          [mail.to_email],
        );
    }
  }

  private async queue(tx: Pick<TestDatabase, 'query'>, which: number, other: number): Promise<void> {
    const mail = {
      campaign_id: pick(this.campaignIds, which) ?? 0,
      lead_id: pick(this.leadIds, other) ?? 0,
      simulated: which % 5 === 0,
    };
    // insertEmail asks for no more than a database to query.
    const id = await insertEmail(tx as TestDatabase, { ...mail, ...(other % 3 === 0 && sentAt(other)) });
    this.mails.push({ ...mail, id, to_email: `lead-${mail.lead_id}@lead.test` });
  }
}

function sentAt(number: number) {
  return { status: 'SENT', sent_at: new Date(instant(number)) } as const;
}

/** Some instant of three days, so that several facts share an hour. */
function instant(number: number): string {
  return new Date(Date.parse('2026-01-05T00:10:00Z') + (number % 72) * 3_600_000).toISOString();
}

function pick<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % items.length];
}

/** What there is to count, by another way than the product's. */
async function countPlainly(db: TestDatabase, campaignId: number): Promise<Counters> {
  const [mails] = await db.query<Counters>(
    `SELECT count(*)::integer AS sent, count(delivered_at)::integer AS delivered,
            count(bounced_at)::integer AS hard_bounces, count(complained_at)::integer AS complaints,
            count(DISTINCT lead_id)::integer AS leads_mailed,
            count(DISTINCT lead_id) FILTER (WHERE lead_id IN (
              SELECT i.lead_id FROM cam_inbound_emails AS i
                JOIN cam_outbound_emails AS m ON m.id = i.in_reply_to_outbound_email_id
               WHERE i.campaign_id = $1 AND NOT i.automatic AND NOT m.simulated))::integer AS leads_replied,
            count(*) FILTER (WHERE id IN (
              SELECT outbound_email_id FROM cam_bounces
               WHERE kind = 'soft' AND address = o.to_email))::integer AS soft_bounces,
            count(DISTINCT lead_id) FILTER (WHERE id IN (
              SELECT COALESCE(i.in_reply_to_outbound_email_id, substring(s.evidence FROM '^outbound:(.*)')::integer)
                FROM cam_suppressions AS s LEFT JOIN cam_inbound_emails AS i ON s.evidence = 'inbound:' || i.id
               WHERE s.cause = 'unsubscribe' AND s.removed_at IS NULL AND s.target = o.to_email))::integer
              AS unsubscribed
       FROM cam_outbound_emails AS o WHERE campaign_id = $1 AND sent_at IS NOT NULL AND NOT simulated`,
    [campaignId],
  );
  const [answers] = await db.query<Counters>(
    `SELECT count(*) FILTER (WHERE NOT automatic)::integer AS replies,
            count(*) FILTER (WHERE NOT automatic AND classification = 'POSITIVE')::integer AS positive,
            count(*) FILTER (WHERE NOT automatic AND classification = 'NEGATIVE')::integer AS negative,
            count(*) FILTER (WHERE classification = 'OOO')::integer AS out_of_office
       FROM cam_inbound_emails AS i JOIN cam_outbound_emails AS m ON m.id = i.in_reply_to_outbound_email_id
      WHERE i.campaign_id = $1 AND NOT m.simulated`,
    [campaignId],
  );
  if (mails === undefined || answers === undefined) throw new Error('A count has no row');
  return { ...mails, ...answers };
}

/** Everything that is stored of a campaign's counts, hour by hour and lead by lead. */
async function storedOf(db: TestDatabase, campaignId: number): Promise<unknown[]> {
  const hours = await db.query<Record<string, unknown>>(
    `SELECT to_jsonb(h) AS hour FROM cam_metric_hours AS h WHERE campaign_id = $1
        AND sent + unsubscribed + replies + out_of_office + leads_mailed > 0 ORDER BY hour`,
    [campaignId],
  );
  const leads = await db.query<Record<string, unknown>>(
    `SELECT lead_id, first_mailed_hour, replied, unsubscribed_hour FROM cam_metric_leads
      WHERE campaign_id = $1 AND (first_mailed_hour IS NOT NULL OR replied) ORDER BY lead_id`,
    [campaignId],
  );
  const waiting = await db.query('SELECT FROM cam_metric_deltas WHERE campaign_id = $1', [campaignId]);
  return [hours, leads, waiting.length];
}

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

describe('The counts of a campaign', () => {
  it('are at any time, refreshed or not, what a count of everything finds', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const told = await History.begin(db);
        for (const step of history) await told.take(step);

        for (const campaignId of told.campaignIds) {
          const plain = await countPlainly(db, campaignId);
          expect(await metricsOf(db, campaignId)).toEqual(plain);

          await refreshMetrics(db, campaignId);
          expect(await metricsOf(db, campaignId)).toEqual(plain);

          const kept = await storedOf(db, campaignId);
          await db.query('SELECT cam_rebuild_metrics($1)', [campaignId]);
          await refreshMetrics(db, campaignId);
          expect(kept).toEqual(await storedOf(db, campaignId));
        }
      }),
      { numRuns: 40 },
    );
  });
});
