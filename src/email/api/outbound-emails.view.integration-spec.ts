import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  emptyTables,
  insertCampaign,
  insertEmail,
  insertLead,
  insertRow,
} from '../../../test/support/factories.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { Database } from '../../database/database.js';
import { STORED_STATUSES } from '../entities/outbound-email.entity.js';
import { OUTBOUND_STATUSES, type OutboundEmailsQuery } from './dto/outbound-email.dto.js';
import { OutboundEmailsReadModel } from './outbound-emails.view.js';

let db: TestDatabase;
let view: OutboundEmailsReadModel;
beforeAll(async () => {
  db = await createTestDatabase();
  view = new OutboundEmailsReadModel(db.database);
});
afterAll(() => db.drop());

const LEASED = { lease_token: 'b3b8f1d5-3c52-4d0c-8f60-4b5f0f7f1b11', cap_day: '2026-03-10' };
const DUE_AT = new Date('2026-03-10T12:00:00Z');

describe('OutboundEmailsReadModel.find', () => {
  beforeEach(() => emptyTables(db));

  async function insert(queue: Parameters<typeof insertEmail>[2]): Promise<number> {
    const campaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    const metadata = { template_type: 'intro' };
    return insertEmail(db, { campaign_id: campaignId, lead_id: leadId, email_metadata: metadata }, queue);
  }

  it.each([
    ['new', {}, { status: 'QUEUED', next_retry_at: null, metadata: { template_type: 'intro' } }],
    ['on the wire', LEASED, { status: 'SENDING', next_retry_at: null, metadata: { template_type: 'intro' } }],
    [
      'waiting for a retry',
      { waits_for: 'retry', retry_count: 3 },
      {
        status: 'QUEUED',
        next_retry_at: DUE_AT,
        retry_count: 3,
        metadata: { template_type: 'intro', waits_for: 'retry' },
      },
    ],
    [
      'waiting for midnight',
      { waits_for: 'cap' },
      { status: 'QUEUED', next_retry_at: DUE_AT, metadata: { template_type: 'intro', waits_for: 'cap' } },
    ],
    [
      'waiting for a person',
      { waits_for: 'pause' },
      { status: 'QUEUED', next_retry_at: null, metadata: { template_type: 'intro', waits_for: 'pause' } },
    ],
  ] as const)('shows an open mail that is %s', async (_name, queue, expected) => {
    const id = await insert({ due_at: DUE_AT, ...queue });

    expect(await view.find(id)).toMatchObject({ id, ...expected });
  });

  it('answers null for a mail that is not there', async () => {
    expect(await view.find(1)).toBeNull();
    expect(await view.findDetails(1)).toBeNull();
  });

  it('shows the attempts of a mail in their order', async () => {
    const id = await insert({ attempt: 2 });
    const attempt = { outbound_email_id: id, send_key: LEASED.lease_token, started_at: DUE_AT };
    await insertRow(db, 'cam_send_attempts', { ...attempt, attempt: 2 });
    await insertRow(db, 'cam_send_attempts', {
      ...attempt,
      attempt: 1,
      finished_at: DUE_AT,
      outcome: 'deferred',
      reason: 'busy',
    });

    expect((await view.findDetails(id))?.attempts).toEqual([
      {
        attempt: 1,
        started_at: DUE_AT,
        finished_at: DUE_AT,
        outcome: 'deferred',
        code: null,
        reason: 'busy',
        provider_message_id: null,
      },
      {
        attempt: 2,
        started_at: DUE_AT,
        finished_at: null,
        outcome: null,
        code: null,
        reason: null,
        provider_message_id: null,
      },
    ]);
  });
});

describe('OutboundEmailsReadModel.list', () => {
  /** Id of the mail by what is special about it. */
  const ids = new Map<string, number>();

  beforeAll(async () => {
    await emptyTables(db);
    const campaignId = await insertCampaign(db);
    const otherCampaignId = await insertCampaign(db);
    const leadId = await insertLead(db, campaignId);
    const otherLeadId = await insertLead(db, otherCampaignId);
    const common = { campaign_id: campaignId, lead_id: leadId, queued_at: new Date('2026-03-10T12:00:00Z') };
    for (const status of STORED_STATUSES) ids.set(status, await insertEmail(db, { ...common, status }));
    ids.set('SENDING', await insertEmail(db, common, LEASED));
    ids.set(
      'other campaign',
      await insertEmail(db, { ...common, campaign_id: otherCampaignId, status: 'SENT' }),
    );
    ids.set(
      'other lead',
      await insertEmail(db, { ...common, lead_id: otherLeadId, to_email: 'jane@other.test', status: 'SENT' }),
    );
    ids.set(
      'later',
      await insertEmail(db, { ...common, status: 'SENT', queued_at: new Date('2026-03-11T12:00:00Z') }),
    );
  });

  async function listed(query: Partial<OutboundEmailsQuery>, limit = 50, beforeId: number | null = null) {
    const emails = await view.list(query, limit, beforeId);
    return emails.map(({ id }) => id);
  }

  function idOf(name: string): number {
    return ids.get(name) ?? 0;
  }

  it('shows all, newest first, when nothing is filtered', async () => {
    expect(await listed({})).toEqual([...ids.values()].toSorted((a, b) => b - a));
  });

  it('pages through all, each mail once', async () => {
    const seen: number[] = [];
    for (;;) {
      const page = await listed({}, 3, seen.at(-1) ?? null);
      if (page.length === 0) break;
      seen.push(...page);
    }

    expect(seen).toEqual([...ids.values()].toSorted((a, b) => b - a));
  });

  it.each(OUTBOUND_STATUSES)('filters by status %s as it is shown', async (status) => {
    const emails = await view.list({ status, campaign_id: 1 }, 50, null);

    expect(emails.map((email) => email.status)).toEqual(emails.map(() => status));
    expect(emails.map(({ id }) => id)).toContain(idOf(status));
    expect(emails).toHaveLength(status === 'SENT' ? 3 : 1);
  });

  it.each([
    ['campaign', { campaign_id: 2 }, ['other campaign']],
    ['lead', { lead_id: 2 }, ['other lead']],
    ['recipient', { to_email: 'jane@other.test' }, ['other lead']],
    ['first instant, included', { from: new Date('2026-03-11T12:00:00Z') }, ['later']],
    ['end, excluded', { to: new Date('2026-03-10T12:00:00Z') }, []],
    [
      'all filters together',
      { campaign_id: 1, lead_id: 1, status: 'FAILED', to_email: 'lead-1@lead.test' },
      ['FAILED'],
    ],
  ] as const)('filters by %s', async (_name, query, names) => {
    expect(await listed(query)).toEqual(names.map(idOf));
  });
});

describe('OutboundEmailsReadModel.list over 200,000 mails', () => {
  const CHUNKS = 20;
  /** Stored within the seconds that a statement gets, also on a machine with much else to do. */
  const CHUNK = 10_000;

  /** Keeps the statements, so that their plans can be asked for. */
  class RecordingDatabase extends Database {
    readonly statements: { readonly sql: string; readonly parameters: readonly unknown[] }[] = [];

    override async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
      this.statements.push({ sql, parameters });
      return super.query(sql, parameters);
    }
  }

  interface PlanNode {
    readonly 'Node Type': string;
    readonly 'Index Name'?: string;
    readonly 'Relation Name'?: string;
    readonly Plans?: readonly PlanNode[];
  }

  let big: TestDatabase;

  beforeAll(async () => {
    big = await createTestDatabase();
    // Nothing here is listed by them, and to keep them would take most of the time.
    await big.query(`ALTER TABLE cam_outbound_emails
      DROP CONSTRAINT uq_outbound_emails_content, DROP CONSTRAINT uq_outbound_emails_send_key,
      DROP CONSTRAINT uq_outbound_emails_public_token, DROP CONSTRAINT uq_outbound_emails_message_id_header,
      DROP CONSTRAINT fk_outbound_emails_lead, DROP CONSTRAINT fk_outbound_emails_campaign,
      DISABLE TRIGGER USER`);
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      await big.query(
        `INSERT INTO cam_outbound_emails (
             lead_id, campaign_id, to_email, from_email, subject, html_body, text_body, headers, body_sha256,
             content_hash, send_key, public_token, message_id_header, simulated, provider, status, error_code, sent_at,
             max_retries, queued_at)
           SELECT i % 20000, i % 10, 'lead-' || i % 20000 || '@lead.test', 'ada@sender.test', 'Hello', '<p>Hello</p>',
                  'Hello', '{}', repeat('0', 64), repeat('0', 64), '${LEASED.lease_token}',
                  repeat('a', 26), '<1@sender.test>', false, 'Resend',
                  CASE WHEN i % 7 = 0 THEN 'FAILED' ELSE 'SENT' END, CASE WHEN i % 7 = 0 THEN 'VALIDATION_ERROR' END,
                  CASE WHEN i % 7 = 0 THEN NULL ELSE timestamptz '2026-01-05' END, 12,
                  timestamptz '2026-01-05' + i * interval '1 second'
             FROM generate_series($1::integer, $2::integer) AS i`,
        [chunk * CHUNK + 1, (chunk + 1) * CHUNK],
      );
    }
    await big.query('ANALYZE cam_outbound_emails');
  }, 60_000);
  afterAll(() => big.drop());

  async function planOf(query: Partial<OutboundEmailsQuery>, beforeId: number | null): Promise<PlanNode[]> {
    const recording = new RecordingDatabase(big.dataSource);
    const page = await new OutboundEmailsReadModel(recording).list(query, 51, beforeId);
    expect(page.length).toBeGreaterThan(0);
    const [statement] = recording.statements;
    if (statement === undefined) throw new Error('The list asked nothing');
    const [row] = await big.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
      `EXPLAIN (FORMAT JSON) ${statement.sql}`,
      statement.parameters,
    );
    const root = row?.['QUERY PLAN'][0]?.Plan;
    if (root === undefined) throw new Error('There is no plan');
    return flatten(root);
  }

  function flatten(node: PlanNode): PlanNode[] {
    return [node, ...(node.Plans ?? []).flatMap(flatten)];
  }

  it.each([
    ['campaign and status', { campaign_id: 3, status: 'FAILED' }, 'ix_outbound_emails_by_campaign_status'],
    ['lead', { lead_id: 3 }, 'ix_outbound_emails_by_lead'],
    ['a rare status', { status: 'FAILED' }, 'ix_outbound_emails_by_status'],
    ['the usual status', { status: 'SENT' }, 'pk_outbound_emails'],
    ['nothing', {}, 'pk_outbound_emails'],
  ] as const)(
    'pages by %s in the order of an index, the first page and a deep one alike',
    async (_name, query, index) => {
      for (const beforeId of [null, 100_000]) {
        const nodes = await planOf(query, beforeId);

        const scans = nodes.filter((node) => node['Relation Name'] === 'cam_outbound_emails');
        expect(scans.map((node) => node['Index Name'])).toContain(index);
        expect(nodes.map((node) => node['Node Type']).filter((type) => type.includes('Sort'))).toEqual([]);
      }
    },
  );
});
