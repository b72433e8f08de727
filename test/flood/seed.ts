import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { outboundEmailRow } from '../support/factories.js';
import type { SeededMail } from './story.js';

/** In the past, and the same for all rounds: what follows from it must not depend on when a round runs. */
const STARTED_AT = new Date('2026-03-10T12:00:00Z');

/** To one address: enough that their soft bounces count together. */
const MAILS_PER_LEAD = 4;

/** Every tenth mail is one whose answer was lost, or that was taken for refused. */
const STATES = [
  'SENT',
  'SENT',
  'SENT',
  'UNKNOWN',
  'SENT',
  'SENT',
  'QUEUED',
  'SENT',
  'SENT',
  'FAILED',
] as const;

/** Fills a migrated database with mails on their way, each with the attempt that took it there. */
export async function seed(client: Client, count: number): Promise<SeededMail[]> {
  const leads = Math.ceil(count / MAILS_PER_LEAD);
  await client.query(`INSERT INTO cam_campaigns (name) VALUES ('Engines')`);
  await client.query(
    `INSERT INTO cam_leads (email) SELECT 'lead-' || n || '@lead.test' FROM generate_series(1, $1) AS n`,
    [leads],
  );
  await client.query('INSERT INTO cam_campaign_leads (campaign_id, lead_id) SELECT 1, id FROM cam_leads');

  const rows = Array.from({ length: count }, (_, index) => {
    const leadId = (index % leads) + 1;
    const status = STATES[index % STATES.length] ?? 'SENT';
    const row = outboundEmailRow({ campaign_id: 1, lead_id: leadId, status, queued_at: STARTED_AT });
    return status === 'SENT' ? { ...row, sent_at: STARTED_AT } : row;
  });
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].join(', ');
  await client.query(
    `INSERT INTO cam_outbound_emails (${names}, retry_count, sequence_number)
     SELECT ${names}, 0, 1 FROM jsonb_populate_recordset(NULL::cam_outbound_emails, $1)`,
    [JSON.stringify(rows)],
  );
  await client.query(
    `INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, started_at)
     SELECT id, 1, send_key, $1 FROM cam_outbound_emails`,
    [STARTED_AT],
  );
  await client.query(
    `INSERT INTO cam_dispatch_queue (outbound_email_id, campaign_id, provider, simulated, due_at, attempt)
     SELECT id, campaign_id, provider, simulated, queued_at, 1 FROM cam_outbound_emails WHERE status = 'QUEUED'`,
  );
  return rows.map((row) => ({
    id: row.provider_message_id ?? randomUUID(),
    messageId: `<${randomUUID()}@eu-west-1.amazonses.com>`,
    sendKey: row.send_key ?? '',
    to: row.to_email ?? '',
    at: STARTED_AT.getTime(),
  }));
}
