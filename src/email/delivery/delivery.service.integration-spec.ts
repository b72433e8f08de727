import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDelivery, type Delivery } from '../../../test/support/delivery.js';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
} from '../../../test/support/factories.js';
import { untilWaiting } from '../../../test/support/locks.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Transaction } from '../../database/database.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';
import type { BounceReport, DeliveryService } from './delivery.service.js';

const JANE = 'jane@lead.test';
const DAY_MS = 86_400_000;
const at = (day: number): Date => new Date(Date.UTC(2026, 2, 1) + day * DAY_MS);

let db: TestDatabase;
let delivery: Delivery;
beforeAll(async () => {
  db = await createTestDatabase();
  delivery = createDelivery(db);
});
beforeEach(() => emptyTables(db));
afterAll(() => db.drop());

type Report = (service: DeliveryService, tx: Transaction) => Promise<void>;

const tell = (report: Report): Promise<void> => db.database.transaction((tx) => report(delivery.service, tx));

interface Mail {
  readonly id: number;
  readonly leadId: number;
}

async function insertMail(fields: Partial<OutboundEmail> = {}): Promise<Mail> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId, { email: JANE });
  return { id: await insertMailTo({ campaignId, leadId }, fields), leadId };
}

async function insertMailTo(
  { campaignId, leadId }: { campaignId: number; leadId: number },
  fields: Partial<OutboundEmail> = {},
): Promise<number> {
  const row = {
    campaign_id: campaignId,
    lead_id: leadId,
    to_email: JANE,
    status: 'SENT',
    ...fields,
  } as const;
  return insertEmail(db, row);
}

async function attempt(id: number): Promise<void> {
  const { send_key } = await mailRow(id);
  const row = { outbound_email_id: id, attempt: 1, send_key, started_at: at(0) };
  await insertRow(db, 'cam_send_attempts', row);
}

function bounceOf(id: number, fields: Partial<BounceReport> = {}): Report {
  const report: BounceReport = {
    outboundEmailId: id,
    address: JANE,
    kind: 'hard',
    statusCode: '5.1.1',
    diagnostic: '550 5.1.1 No such user',
    evidence: 'inbound:1',
    occurredAt: at(1),
    ...fields,
  };
  return (service, tx) => service.recordBounce(tx, report);
}

async function mailRow(id: number): Promise<OutboundEmail> {
  const [row] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails WHERE id = $1', [id]);
  if (row === undefined) throw new Error(`There is no mail ${id}`);
  return row;
}

const leadStatuses = async (): Promise<string[]> =>
  (await db.query<{ status: string }>('SELECT status FROM cam_leads ORDER BY id')).map(
    ({ status }) => status,
  );

const suppressions = (): Promise<unknown[]> =>
  db.query(
    'SELECT target, cause, evidence, reason, expires_at FROM cam_suppressions ORDER BY target, cause, evidence',
  );

const bounces = (): Promise<unknown[]> =>
  db.query(
    `SELECT address, kind, outbound_email_id, status_code, diagnostic, evidence, occurred_at
       FROM cam_bounces ORDER BY evidence, address`,
  );

describe('DeliveryService.recordBounce, hard', () => {
  it('ends the mail, marks the lead and suppresses the address, once', async () => {
    const { id } = await insertMail();

    await tell(bounceOf(id));
    await tell(bounceOf(id));

    expect(await mailRow(id)).toMatchObject({
      status: 'BOUNCED',
      bounced_at: at(1),
      error_code: 'HARD_BOUNCE',
      error_message: '550 5.1.1 No such user',
    });
    expect(await leadStatuses()).toEqual(['BOUNCED']);
    expect(await suppressions()).toEqual([
      {
        target: JANE,
        cause: 'hard_bounce',
        evidence: 'inbound:1',
        reason: '550 5.1.1 No such user',
        expires_at: null,
      },
    ]);
    expect(await bounces()).toEqual([
      {
        address: JANE,
        kind: 'hard',
        outbound_email_id: id,
        status_code: '5.1.1',
        diagnostic: '550 5.1.1 No such user',
        evidence: 'inbound:1',
        occurred_at: at(1),
      },
    ]);
  });

  it.each(['QUEUED', 'UNKNOWN', 'FAILED'] as const)('takes for sent what was %s', async (status) => {
    const { id } = await insertMail({ status });
    await attempt(id);

    await tell(bounceOf(id));

    expect(await mailRow(id)).toMatchObject({ status: 'BOUNCED', sent_at: at(0) });
    expect(await db.query('SELECT * FROM cam_dispatch_queue')).toEqual([]);
    expect(await leadStatuses()).toEqual(['BOUNCED']);
  });

  it.each([
    ['of another address', { status: 'SENT' }, { address: 'john@lead.test' }],
    ['of a mail that nobody tried to send', { status: 'QUEUED' }, {}],
    ['of policy', { status: 'SENT' }, { kind: 'policy' }],
  ] as const)('is only stored: a report %s', async (_name, fields, report) => {
    const { id } = await insertMail(fields);
    const before = await mailRow(id);

    await tell(bounceOf(id, report));

    expect(await mailRow(id)).toEqual(before);
    expect(await leadStatuses()).toEqual(['NEW']);
    expect(await suppressions()).toEqual([]);
    expect(await bounces()).toMatchObject([{ outbound_email_id: id, ...report }]);
  });

  it('stores what a remote server said as a line that can be stored', async () => {
    const { id } = await insertMail();

    await tell(
      bounceOf(id, { diagnostic: `550 \u0000no\r\n user \ud800${'x'.repeat(600)}`, statusCode: ' ' }),
    );

    const { error_message } = await mailRow(id);
    expect(error_message).toMatch(/^550 no user \ufffdx+$/);
    expect(error_message).toHaveLength(500);
    expect(await bounces()).toMatchObject([{ status_code: null, diagnostic: error_message }]);
  });
});

describe('DeliveryService.recordBounce, soft', () => {
  it.each([
    ['in order', [0, 10, 20]],
    ['the last one first', [20, 10, 0]],
    ['the middle one last', [0, 20, 10]],
  ])('suppresses the address for 30 days from the third within 30 days: told %s', async (_name, days) => {
    const { id } = await insertMail();

    for (const day of days) {
      expect(await suppressions()).toEqual([]);
      await tell(bounceOf(id, { kind: 'soft', occurredAt: at(day), evidence: `event:${day}` }));
    }

    expect(await suppressions()).toMatchObject([
      { target: JANE, cause: 'soft_bounces', evidence: 'event:20', expires_at: at(50) },
    ]);
    expect(await mailRow(id)).toMatchObject({ status: 'SENT', bounced_at: null });
    expect(await leadStatuses()).toEqual(['NEW']);
  });

  it('lets three pass that are further apart, and one that is told thrice', async () => {
    const { id } = await insertMail();

    for (const day of [0, 15, 15, 15, 30]) {
      await tell(bounceOf(id, { kind: 'soft', occurredAt: at(day), evidence: `event:${day}` }));
    }

    expect(await suppressions()).toEqual([]);
  });

  it('counts those of other mails to the address, also when they come at the same time', async () => {
    const { leadId } = await insertMail();
    const campaignId = await insertCampaign(db);
    const ids = await Promise.all([1, 2, 3].map(() => insertMailTo({ campaignId, leadId })));

    await Promise.all(
      ids.map((id) => tell(bounceOf(id, { kind: 'soft', evidence: `event:${id}`, occurredAt: at(id) }))),
    );

    expect(await suppressions()).toHaveLength(1);
  });

  it('waits for another one of the address that is not committed yet, and counts it', async () => {
    const { leadId } = await insertMail();
    const campaignId = await insertCampaign(db);
    const ids = await Promise.all([1, 2, 3].map(() => insertMailTo({ campaignId, leadId })));
    const [first, second, third] = ids.map((id) =>
      bounceOf(id, { kind: 'soft', evidence: `event:${id}`, occurredAt: at(id) }),
    ) as [Report, Report, Report];
    await tell(first);
    let told: Promise<void> = Promise.resolve();

    await db.database.transaction(async (tx) => {
      await second(delivery.service, tx);
      told = tell(third);
      await untilWaiting(db, 1);
    });
    await told;

    expect(await suppressions()).toHaveLength(1);
  });
});

describe('DeliveryService, what people say', () => {
  const complaint =
    (id: number): Report =>
    (service, tx) =>
      service.recordComplaint(tx, { outboundEmailId: id, evidence: 'event:1', occurredAt: at(2) });

  it('a complaint unsubscribes the lead, suppresses the address and is a fact of the mail', async () => {
    const { id } = await insertMail();

    await tell(complaint(id));
    await tell(complaint(id));

    expect(await mailRow(id)).toMatchObject({ status: 'SENT', complained_at: at(2) });
    expect(await leadStatuses()).toEqual(['UNSUBSCRIBED']);
    expect(await suppressions()).toMatchObject([{ target: JANE, cause: 'complaint', expires_at: null }]);
  });

  it('no complaint is about a mail that nobody tried to send', async () => {
    const { id } = await insertMail({ status: 'DROPPED' });

    await tell(complaint(id));

    expect(await leadStatuses()).toEqual(['NEW']);
    expect(await suppressions()).toEqual([]);
  });

  it('an unsubscribe leaves the mail alone and stops its recipient', async () => {
    const { id } = await insertMail();
    const before = await mailRow(id);

    await tell((service, tx) =>
      service.recordUnsubscribe(tx, {
        outboundEmailId: id,
        evidence: `outbound:${id}`,
        occurredAt: at(2),
        reason: 'She followed the link.',
      }),
    );

    expect(await mailRow(id)).toEqual(before);
    expect(await leadStatuses()).toEqual(['UNSUBSCRIBED']);
    expect(await suppressions()).toMatchObject([
      { target: JANE, cause: 'unsubscribe', evidence: `outbound:${id}`, reason: 'She followed the link.' },
    ]);
  });
});

describe('DeliveryService, what the provider says', () => {
  it('keeps its failure apart from ours: the mail was accepted, and is never SENT again', async () => {
    const { id } = await insertMail({ status: 'UNKNOWN' });
    await attempt(id);
    const { send_key: sendKey } = await mailRow(id);
    const failure: Report = (service, tx) =>
      service.recordFact(tx, id, { kind: 'failed', occurredAt: at(1), detail: 'reached_daily_quota' });

    await tell(failure);
    await delivery.proofs.settleByTag({ sendKey, messageId: 'm1' });

    expect(await mailRow(id)).toMatchObject({
      status: 'FAILED',
      error_code: 'PROVIDER_FAILED',
      error_message: 'reached_daily_quota',
      sent_at: at(0),
    });
    expect(await suppressions()).toEqual([]);
  });

  it('suppresses here whom the provider suppresses, without another bounce', async () => {
    const { id } = await insertMail();

    await tell((service, tx) =>
      service.recordProviderSuppression(tx, {
        outboundEmailId: id,
        evidence: 'event:1',
        occurredAt: at(1),
        detail: 'OnAccountSuppressionList',
      }),
    );

    expect(await mailRow(id)).toMatchObject({ status: 'BOUNCED', error_code: 'PROVIDER_SUPPRESSED' });
    expect(await leadStatuses()).toEqual(['BOUNCED']);
    expect(await suppressions()).toMatchObject([{ target: JANE, cause: 'hard_bounce' }]);
    expect(await bounces()).toEqual([]);
  });
});
