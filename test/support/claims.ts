import type { DispatchQueueRow } from '../../src/email/entities/dispatch-queue-row.entity.js';
import type { Lease } from '../../src/email/dispatch/lease.js';
import type { LeasedEmail } from '../../src/email/dispatch/leased-email.js';
import type { Engine } from './engine.js';
import { insertEmail, insertLead } from './factories.js';
import type { TestDatabase } from './test-database.js';

type QueueFields = Partial<DispatchQueueRow>;

/** An attempt that may have been accepted. */
export const DOUBT = { attempt: 1, maybe_sent_attempt: 1 };

/** Open mails of one campaign, to one new lead each. */
export async function insertEmails(
  db: TestDatabase,
  campaignId: number,
  count: number,
  queue: QueueFields = {},
): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const leadId = await insertLead(db, campaignId);
    ids.push(await insertEmail(db, { campaign_id: campaignId, lead_id: leadId }, queue));
  }
  return ids;
}

export async function queueRow(db: TestDatabase, id: number): Promise<DispatchQueueRow> {
  const [row] = await db.query<DispatchQueueRow>(
    'SELECT *, cap_day::text AS cap_day FROM cam_dispatch_queue WHERE outbound_email_id = $1',
    [id],
  );
  if (row === undefined) throw new Error(`Mail ${id} is not queued`);
  return row;
}

export async function today(db: TestDatabase): Promise<string> {
  const [row] = await db.query<{ day: string }>(`SELECT (cam_now() AT TIME ZONE 'UTC')::date::text AS day`);
  return row?.day ?? '';
}

/** What the queue says of a mail whose first attempt may have been accepted, so long ago. */
export async function doubtSince(db: TestDatabase, age: string): Promise<QueueFields> {
  const [row] = await db.query<{ since: Date }>('SELECT cam_now() - $1::interval AS since', [age]);
  return { ...DOUBT, maybe_sent_since: row?.since ?? null, cap_day: await today(db) };
}

/** Global places taken, by day. */
export async function usedByDay(db: TestDatabase): Promise<Record<string, number>> {
  const rows = await db.query<{ day: string; used: number }>(
    `SELECT day::text AS day, used FROM cam_quota_counters WHERE scope = 'global'`,
  );
  return Object.fromEntries(rows.map(({ day, used }) => [day, used]));
}

export async function claimIds({ claims, owner }: Engine, most = 50): Promise<number[]> {
  const { emails } = await claims.claim(owner, most);
  return emails.map(({ lease }) => lease.emailId);
}

/** The one mail that is due. */
export async function claimOne({ claims, owner }: Engine): Promise<LeasedEmail> {
  const { emails } = await claims.claim(owner, 1);
  const [email] = emails;
  if (email === undefined) throw new Error('Nothing was due');
  return email;
}

/** Claims until nothing is due. */
export async function claimAll({ claims, queue, owner }: Engine, most: number): Promise<Lease[]> {
  const all: Lease[] = [];
  do {
    const { emails } = await claims.claim(owner, most);
    all.push(...emails.map(({ lease }) => lease));
  } while (await queue.hasDue(owner));
  return all;
}
