import type { Lead } from '../../src/leads/lead.entity.js';
import type { DispatchQueueRow } from '../../src/email/entities/dispatch-queue-row.entity.js';
import type { OutboundEmail } from '../../src/email/entities/outbound-email.entity.js';
import type { Lease } from '../../src/email/dispatch/lease.js';
import type { AttemptReport } from '../../src/email/dispatch/settlement.repository.js';
import type { Settlement } from '../../src/email/dispatch/settlement.js';
import type { Engine } from './engine.js';
import { insertCampaign, insertEmail, insertLead, setClockTo } from './factories.js';
import type { TestDatabase } from './test-database.js';

/** The time at which the mails of these specs are leased first. */
export const NOW = '2026-03-10T12:00:00Z';

export const SENT = { kind: 'sent', messageId: 'm1' } as const satisfies Settlement;
export const FAILED = {
  kind: 'failed',
  code: 'VALIDATION_ERROR',
  message: 'no',
} as const satisfies Settlement;
export const ACCEPTED = { outcome: 'accepted', code: null, reason: null } as const satisfies AttemptReport;
export const REJECTED = {
  outcome: 'rejected',
  code: 'VALIDATION_ERROR',
  reason: 'no',
} as const satisfies AttemptReport;

/** One open mail under a lease; its attempt is the first. */
export async function lease(
  db: TestDatabase,
  engine: Engine,
  lead: Partial<Lead> = {},
  fields: Partial<OutboundEmail> = {},
): Promise<Lease> {
  const campaignId = await insertCampaign(db);
  const leadId = await insertLead(db, campaignId, lead);
  await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, ...fields });
  return claim(engine, { simulated: fields.simulated ?? false });
}

/** Lets the lease end and gives the mail to the next holder. */
export async function passOn(db: TestDatabase, engine: Engine): Promise<Lease> {
  await setClockTo(db, '2026-03-10T12:02:00Z');
  return claim(engine);
}

async function claim(engine: Engine, { simulated = false } = {}): Promise<Lease> {
  const { emails } = await engine.claims.claim({ ...engine.owner, simulated }, 1);
  const [first] = emails;
  if (first === undefined) throw new Error('Nothing was due');
  return first.lease;
}

export async function emailRow(db: TestDatabase): Promise<OutboundEmail> {
  const [row] = await db.query<OutboundEmail>('SELECT * FROM cam_outbound_emails ORDER BY id LIMIT 1');
  if (row === undefined) throw new Error('There is no mail');
  return row;
}

export async function queueRows(db: TestDatabase): Promise<DispatchQueueRow[]> {
  return db.query('SELECT *, cap_day::text AS cap_day FROM cam_dispatch_queue');
}

export async function leadRow(db: TestDatabase): Promise<Lead> {
  const [row] = await db.query<Lead>('SELECT * FROM cam_leads ORDER BY id LIMIT 1');
  if (row === undefined) throw new Error('There is no lead');
  return row;
}

/** Places taken of [the campaign's cap, the global cap]. */
export async function placesTaken(db: TestDatabase): Promise<number[]> {
  const rows = await db.query<{ used: number }>('SELECT used FROM cam_quota_counters ORDER BY scope');
  return rows.map(({ used }) => used);
}

export async function attempts(db: TestDatabase): Promise<unknown[]> {
  return db.query(
    `SELECT attempt, outcome, code, reason, provider_message_id, finished_at IS NOT NULL AS finished
       FROM cam_send_attempts ORDER BY attempt`,
  );
}
