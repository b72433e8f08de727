import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecipientAllowlist } from '../../src/config/recipient-allowlist.js';
import type { LeadExplanationView } from '../../src/follow-ups/explain/explain.dto.js';
import { TestApp } from '../support/app.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import {
  emptyTables,
  insertRow,
  insertTemplate,
  outboundEmailRow,
  setClockTo,
} from '../support/factories.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const MONDAY_NOON = '2026-03-02T12:00:00Z';
const AN_HOUR_AGO = '2026-03-02T11:00:00Z';
const DAILY_CAP = 5;
const JITTER_MS = 61_000;
const MUCH_LATER = '2026-09-14T12:00:00Z';

/** step: due, its mail not made yet. made: its mail is open. asked: somebody asked for the mail. */
const KINDS = ['step', 'made', 'asked'] as const;

const HINDRANCES = [
  'window',
  'delay',
  'postponed',
  'stopped',
  'paused',
  'suppressed',
  'unsubscribed',
  'allowlist',
  'global_cap',
  'campaign_cap',
  'missing_variable',
  'shut',
  'replied',
  'retry',
  'leased',
  'forgotten',
  'waited_for_cap',
  'waited_for_pause',
] as const;
type Hindrance = (typeof HINDRANCES)[number];

interface State {
  readonly kind: (typeof KINDS)[number];
  readonly hindrances: ReadonlySet<Hindrance>;
}

/** What is real time, and what an attempt under way comes to, no clock of ours brings about. */
const UNTIMED: readonly Hindrance[] = ['shut', 'leased'];

const STATES = fc.record({
  kind: fc.constantFrom(...KINDS),
  hindrances: fc.subarray([...HINDRANCES], { maxLength: 3 }).map((chosen) => new Set<Hindrance>(chosen)),
});

/** Each alone, then many together. */
const SINGLY = KINDS.flatMap((kind) => [
  { kind, hindrances: new Set<Hindrance>() },
  ...HINDRANCES.map((hindrance) => ({ kind, hindrances: new Set([hindrance]) })),
]);

describe('an explanation and what then happens', () => {
  let database: TestDatabase;
  let provider: FakeEmailProvider;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    provider = new FakeEmailProvider();
    app = await TestApp.start({
      databaseUrl: database.url,
      provider,
      sending: { dailyCap: DAILY_CAP, allowlist: new RecipientAllowlist('@engines\\.example$') },
      emailProvider: { ratePerSecond: 10_000 },
    });
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function build({ kind, hindrances }: State): Promise<void> {
    const has = (hindrance: Hindrance): boolean => hindrances.has(hindrance);
    await emptyTables(database);
    provider.accepted.length = 0;
    await setClockTo(database, MONDAY_NOON);
    await database.query('TRUNCATE cam_email_templates RESTART IDENTITY');
    await insertTemplate(database, {
      subject: 'Hello',
      body: has('missing_variable') ? 'Hello {lost}' : 'Hello',
    });
    await database.database.transaction(async (tx) => {
      await insertRow(tx, 'cam_campaigns', {
        name: 'Spring',
        max_emails_per_day: 1,
        ...(has('paused') && { status: 'PAUSED', paused_at: AN_HOUR_AGO }),
      });
      await insertRow(tx, 'cam_leads', {
        email: `ada@${has('allowlist') ? 'looms' : 'engines'}.example`,
        ...(has('unsubscribed') && { status: 'UNSUBSCRIBED' }),
        ...(has('replied') && { last_replied_at: MONDAY_NOON }),
      });
      await insertRow(tx, 'cam_campaign_leads', { campaign_id: 1, lead_id: 1 });
      if (has('suppressed')) {
        await insertRow(tx, 'cam_suppressions', {
          scope: 'domain',
          target: 'example',
          cause: 'person',
          evidence: 'person',
          reason: 'x',
          created_by: 'ops',
        });
      }
      if (has('global_cap')) await takePlaces(tx, 'global', 0, DAILY_CAP);
      if (has('campaign_cap')) await takePlaces(tx, 'campaign', 1, 1);
      if (has('shut')) {
        await tx.query(
          `UPDATE cam_provider_gates SET shut_until = clock_timestamp() + interval '1 hour', shut_reason = 'no key'
            WHERE provider = 'Resend'`,
        );
      }
      if (kind !== 'asked') await enrol(tx, kind, has);
      if (kind !== 'step') await queue(tx, kind, has);
    });
  }

  /** The service works by itself, too: what it moved before the answer is asked for anew. */
  async function explain(state: State): Promise<{ maySend: boolean; next: string | null; codes: string[] }> {
    for (;;) {
      await build(state);
      const before = await fingerprint();
      const { body } = await app.api.get<LeadExplanationView>('leads/1/explain');
      if ((await fingerprint()) !== before) continue;
      const [campaign] = body.campaigns;
      const answer = state.kind === 'step' ? campaign : campaign?.emails[0];
      if (answer === undefined) throw new Error('Nothing was explained');
      return {
        maySend: answer.may_send,
        next: answer.next_possible_at,
        codes: answer.reasons.map(({ code }) => code),
      };
    }
  }

  async function fingerprint(): Promise<string> {
    const rows = await database.query(
      `SELECT (SELECT jsonb_agg(e) FROM cam_enrolments AS e) AS enrolments,
              (SELECT jsonb_agg(q) FROM cam_dispatch_queue AS q) AS queue,
              (SELECT jsonb_agg(o.status) FROM cam_outbound_emails AS o) AS mails`,
    );
    return JSON.stringify(rows);
  }

  async function agrees(state: State): Promise<void> {
    const answer = await explain(state);
    await app.advance();
    const told = { state: describeState(state), codes: answer.codes, next: answer.next };

    expect({ ...told, sent: provider.accepted.length }).toEqual({ ...told, sent: answer.maySend ? 1 : 0 });
    if (answer.maySend || UNTIMED.some((hindrance) => state.hindrances.has(hindrance))) return;

    const at =
      answer.next === null ? MUCH_LATER : new Date(Date.parse(answer.next) + JITTER_MS).toISOString();
    await setClockTo(database, at);
    await app.advance();

    expect({ ...told, later: provider.accepted.length }).toEqual({
      ...told,
      later: answer.next === null ? 0 : 1,
    });
  }

  it.each(SINGLY.map((state) => [describeState(state), state] as const))('agree about %s', async (_, state) =>
    agrees(state),
  );

  it('agree when several things keep a mail', async () => {
    await fc.assert(fc.asyncProperty(STATES, agrees), { numRuns: 40 });
  }, 120_000);
});

function describeState({ kind, hindrances }: State): string {
  return [kind, ...hindrances].join(', ');
}

type Tx = Pick<TestDatabase, 'query'>;
type Has = (hindrance: Hindrance) => boolean;

async function takePlaces(tx: Tx, scope: string, id: number, used: number): Promise<void> {
  await insertRow(tx, 'cam_quota_counters', {
    scope,
    scope_id: id,
    day: '2026-03-02',
    simulated: false,
    used,
  });
}

async function enrol(tx: Tx, kind: State['kind'], has: Has): Promise<void> {
  const hours = { window_days: [2], window_from: '09:00', window_to: '17:00' };
  await insertRow(tx, 'cam_sequences', { campaign_id: 1, ...(has('window') && hours) });
  await insertRow(tx, 'cam_sequence_steps', {
    sequence_id: 1,
    position: 1,
    template_type: 'intro',
    delay_days: has('delay') ? 2 : 0,
  });
  await insertRow(tx, 'cam_enrolments', {
    campaign_id: 1,
    lead_id: 1,
    simulated: false,
    created_at: AN_HOUR_AGO,
    next_run_at: AN_HOUR_AGO,
    look_at: kind === 'step' ? AN_HOUR_AGO : '2026-03-02T13:00:00Z',
    ...(has('postponed') && { status: 'POSTPONED', postponed_until: '2026-03-04T08:00:00Z' }),
    ...(has('stopped') && { status: 'STOPPED', stop_reason: 'REPLIED', next_run_at: null, look_at: null }),
  });
}

async function queue(tx: Tx, kind: State['kind'], has: Has): Promise<void> {
  const { email } = (await tx.query<{ email: string }>('SELECT email FROM cam_leads'))[0] ?? { email: '' };
  const queued_at = new Date(AN_HOUR_AGO);
  const isStep = kind === 'made';
  await insertRow(tx, 'cam_outbound_emails', {
    ...outboundEmailRow({ campaign_id: 1, lead_id: 1, to_email: email, queued_at }),
    ...(isStep && { enrolment_id: 1, campaign_sequence_id: 1 }),
  });
  const isDoubtful = has('retry') || has('leased') || has('forgotten');
  await insertRow(tx, 'cam_dispatch_queue', {
    outbound_email_id: 1,
    campaign_id: 1,
    provider: 'Resend',
    simulated: false,
    follow_up: isStep,
    priority: isDoubtful ? 0 : isStep ? 1 : 2,
    due_at: AN_HOUR_AGO,
    ...(has('waited_for_cap') && { waits_for: 'cap', due_at: '2026-03-03T00:00:30Z' }),
    ...(has('waited_for_pause') && { waits_for: 'pause', due_at: 'infinity' }),
    ...(isDoubtful && {
      attempt: 1,
      maybe_sent_since: has('forgotten') ? '2026-02-27T12:00:00Z' : AN_HOUR_AGO,
      maybe_sent_attempt: 1,
      maybe_sent_account: 'fake',
      cap_day: '2026-03-02',
    }),
    ...(has('retry') && { waits_for: 'retry', due_at: '2026-03-02T13:00:00Z' }),
    ...(has('leased') && {
      waits_for: null,
      lease_token: '6f2d2b0e-5d2c-4b3e-9a44-0d0a4a0f6f01',
      due_at: '2026-03-02T12:30:00Z',
    }),
  });
  if (!isDoubtful) return;
  // The attempt that nobody knows the end of, and the places that it holds.
  await tx.query(
    `INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, account, started_at)
     SELECT id, 1, send_key, 'fake', $1 FROM cam_outbound_emails`,
    [AN_HOUR_AGO],
  );
  await tx.query(
    `INSERT INTO cam_quota_counters (scope, scope_id, day, simulated, used)
     VALUES ('global', 0, '2026-03-02', false, 1), ('campaign', 1, '2026-03-02', false, 1)
     ON CONFLICT DO NOTHING`,
  );
}
