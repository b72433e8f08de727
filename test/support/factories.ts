import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Campaign } from '../../src/campaigns/campaign.entity.js';
import type { DispatchQueueRow } from '../../src/email/entities/dispatch-queue-row.entity.js';
import type { OutboundEmail, StoredStatus } from '../../src/email/entities/outbound-email.entity.js';
import type { NewEmail } from '../../src/email/sending/new-email.js';
import { createFooter } from '../../src/email/sending/footer.js';
import { freezeEmail } from '../../src/email/sending/frozen-email.js';
import type { EmailTemplate } from '../../src/email/templates/email-template.entity.js';
import type { Lead } from '../../src/leads/lead.entity.js';
import type { TestDatabase } from './test-database.js';

/** When the stored mails of tests were made, unless one says otherwise. */
const LONG_AGO = '2026-01-05T12:00:00Z';

/** Empties what mails are made of and leave behind, counts ids from 1 again, and sets clock and gates back. */
export async function emptyTables(db: TestDatabase): Promise<void> {
  // An app under test goes on working: its transactions and this one may wait for each other, and one of them repeats.
  await db.database.transaction((tx) =>
    tx.query(
      `TRUNCATE cam_campaigns, cam_leads, cam_quota_counters, cam_suppressions, cam_mailbox_polls, cam_mailbox_cursors,
                cam_alerts,
                cam_metric_leads, cam_metric_deltas
         RESTART IDENTITY CASCADE`,
    ),
  );
  await db.query(
    `UPDATE cam_provider_gates
        SET next_free_at = '-infinity', shut_until = NULL, shut_reason = NULL, failure_streak = 0, breaker_trips = 0,
            probe_until = NULL, reconciled_at = NULL, faulty_since = NULL`,
  );
  await db.setClockOffset('0');
}

/** Makes `cam_now()` start at an instant, e.g. `2026-03-28T22:30:00Z`; from there it runs on. */
export async function setClockTo(db: TestDatabase, instant: string): Promise<void> {
  // In seconds: an interval of days is a matter of the session's time zone.
  await db.query(
    'UPDATE cam_clock SET clock_offset = make_interval(secs => EXTRACT(EPOCH FROM $1::timestamptz - now())::float8)',
    [instant],
  );
}

/** Inserts a row of the columns given; the others have their defaults. */
export async function insertRow<Row>(
  db: Pick<TestDatabase, 'query'>,
  table: string,
  columns: Readonly<Record<string, unknown>>,
): Promise<Row> {
  const names = Object.keys(columns);
  const [row] = await db.query<Row>(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})
     RETURNING *`,
    Object.values(columns),
  );
  if (row === undefined) throw new Error(`The new row of ${table} is not there`);
  return row;
}

/** @returns its id */
export async function insertCampaign(db: TestDatabase, fields: Partial<Campaign> = {}): Promise<number> {
  const isPaused = fields.status === 'PAUSED';
  const row = { name: 'Engines', ...(isPaused && { paused_at: LONG_AGO }), ...fields };
  return (await insertRow<{ id: number }>(db, 'cam_campaigns', row)).id;
}

/** A lead that belongs to the campaign. @returns its id */
export async function insertLead(
  db: TestDatabase,
  campaignId: number,
  fields: Partial<Lead> = {},
): Promise<number> {
  const row = { email: `${randomUUID()}@lead.test`, ...fields };
  const { id } = await insertRow<{ id: number }>(db, 'cam_leads', row);
  await insertRow(db, 'cam_campaign_leads', { campaign_id: campaignId, lead_id: id });
  return id;
}

/** So many leads that belong to the campaign. @returns their ids */
export async function insertLeads(db: TestDatabase, campaignId: number, count: number): Promise<number[]> {
  const rows = await db.query<{ lead_id: number }>(
    `WITH leads AS (
       INSERT INTO cam_leads (email)
       SELECT gen_random_uuid() || '@lead.test' FROM generate_series(1, $2) RETURNING id
     )
     INSERT INTO cam_campaign_leads (campaign_id, lead_id) SELECT $1, id FROM leads RETURNING lead_id`,
    [campaignId, count],
  );
  return rows.map((row) => row.lead_id);
}

/** A template for every campaign unless it names one. @returns its id */
export async function insertTemplate(db: TestDatabase, fields: Partial<EmailTemplate> = {}): Promise<number> {
  const row = {
    template_type: 'intro',
    subject: 'Hello {first_name}',
    body: '<p>Hello {first_name}</p>',
    ...fields,
  };
  return (await insertRow<{ id: number }>(db, 'cam_email_templates', row)).id;
}

/** A rendered, frozen mail that nobody has stored. Mails of the same lead and subject are the same mail. */
export function newEmail(
  fields: Pick<NewEmail, 'campaignId' | 'leadId'> &
    Partial<Pick<NewEmail, 'subject' | 'sequenceNumber' | 'enrolment' | 'drop'>>,
): NewEmail {
  const { subject = 'Hello', ...others } = fields;
  const frozen = freezeEmail({
    toEmail: `lead-${fields.leadId}@lead.test`,
    fromEmail: 'ada@sender.test',
    fromDomain: 'sender.test',
    replyAddress: null,
    footer: createFooter(null, null),
    thread: [],
    content: { subject, html: '<p>Hello</p>', text: 'Hello', textGenerated: true },
  });
  return {
    ...frozen,
    sequenceNumber: 1,
    campaignSequenceId: null,
    enrolment: null,
    threadParentId: null,
    metadata: {},
    drop: null,
    ...others,
  };
}

/** All columns of a stored mail, true to the status asked for; each call makes another mail. */
export function outboundEmailRow(
  fields: Pick<OutboundEmail, 'campaign_id' | 'lead_id'> & Partial<OutboundEmail>,
): Partial<OutboundEmail> {
  const token = [...randomBytes(26)]
    .map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(byte & 31))
    .join('');
  const sha256 = createHash('sha256').update(token).digest('hex');
  return {
    to_email: `lead-${fields.lead_id}@lead.test`,
    from_email: 'ada@sender.test',
    subject: 'Hello',
    html_body: '<p>Hello</p>',
    text_body: 'Hello',
    headers: {},
    body_sha256: sha256,
    content_hash: sha256,
    send_key: randomUUID(),
    public_token: token,
    message_id_header: `<cam.${token}@sender.test>`,
    simulated: false,
    provider: 'Resend',
    max_retries: 12,
    queued_at: new Date(LONG_AGO),
    status: 'QUEUED',
    ...evidenceOf(fields.status ?? 'QUEUED'),
    ...fields,
  };
}

function evidenceOf(status: StoredStatus): Partial<OutboundEmail> {
  switch (status) {
    case 'QUEUED':
      return {};
    case 'SENT':
      return { sent_at: new Date(LONG_AGO), provider_message_id: randomUUID() };
    case 'BOUNCED':
      return {
        sent_at: new Date(LONG_AGO),
        bounced_at: new Date(LONG_AGO),
        provider_message_id: randomUUID(),
      };
    case 'FAILED':
      return { error_code: 'VALIDATION_ERROR', error_message: 'no' };
    case 'DROPPED':
      return { error_code: 'CANCELLED', error_message: 'A person cancelled it' };
    case 'UNKNOWN':
      return { error_code: 'OUTCOME_UNKNOWN', error_message: 'time-out' };
  }
}

/**
 * A stored mail, and its queue entry while it is open: due since long, holding no place, never attempted, unless
 * `queue` says otherwise. A doubt is about the account of {@link FakeEmailProvider}, unless said. Places that `queue.cap_day` holds are counted. @returns its id
 */
export async function insertEmail(
  db: TestDatabase,
  fields: Pick<OutboundEmail, 'campaign_id' | 'lead_id'> & Partial<OutboundEmail>,
  queue: Partial<DispatchQueueRow> = {},
): Promise<number> {
  const row = outboundEmailRow(fields);
  const { id } = await insertRow<{ id: number }>(db, 'cam_outbound_emails', row);
  if (row.status !== 'QUEUED') return id;
  const { provider, simulated } = row;
  await insertRow(db, 'cam_dispatch_queue', {
    outbound_email_id: id,
    campaign_id: fields.campaign_id,
    provider,
    simulated,
    due_at: LONG_AGO,
    ...(queue.maybe_sent_since && { maybe_sent_account: 'fake', priority: 0 }),
    ...queue,
  });
  if (queue.cap_day !== undefined && queue.cap_day !== null) {
    await db.query(
      `INSERT INTO cam_quota_counters (scope, scope_id, day, simulated, used)
       VALUES ('global', 0, $1, $2, 1), ('campaign', $3, $1, $2, 1)
       ON CONFLICT (scope, scope_id, day, simulated) DO UPDATE SET used = cam_quota_counters.used + 1`,
      [queue.cap_day, simulated, fields.campaign_id],
    );
  }
  return id;
}

/** A person's suppression of an address or, without an @, a domain. @returns its id */
export async function insertSuppression(
  db: TestDatabase,
  target: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const row = {
    scope: target.includes('@') ? 'address' : 'domain',
    target,
    cause: 'person',
    evidence: 'person',
    reason: 'She asked for it by phone',
    created_by: 'ops',
    ...fields,
  };
  return (await insertRow<{ id: number }>(db, 'cam_suppressions', row)).id;
}
