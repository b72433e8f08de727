import type { Client } from 'pg';

/** Every row that events can touch, in a fixed order, without what tells only when and in which order it was written. */
const TABLES: Readonly<Record<string, string>> = {
  mails: `SELECT id, status, error_code, error_message, provider_message_id, provider_message_id_header, sent_at,
                 bounced_at, delivered_at, opened_at, clicked_at, complained_at, retry_count, email_metadata
            FROM cam_outbound_emails ORDER BY id`,
  leads: 'SELECT id, status, last_contacted_at FROM cam_leads ORDER BY id',
  suppressions: `SELECT target, scope, cause, evidence, reason, expires_at, removed_at
                   FROM cam_suppressions ORDER BY target, cause, evidence`,
  bounces: `SELECT address, kind, outbound_email_id, status_code, diagnostic, evidence, occurred_at
              FROM cam_bounces ORDER BY evidence, address`,
  events: `SELECT event_id, type, outbound_email_id, occurred_at, payload
             FROM cam_provider_events ORDER BY event_id`,
  places:
    'SELECT scope, scope_id, day::text, simulated, used FROM cam_quota_counters ORDER BY scope, scope_id, day',
  queue: 'SELECT outbound_email_id FROM cam_dispatch_queue ORDER BY outbound_email_id',
};

/** Rows as JSON, by table. */
export type EndState = ReadonlyMap<string, readonly string[]>;

export async function readEndState(client: Client): Promise<EndState> {
  const state = new Map<string, readonly string[]>();
  for (const [table, sql] of Object.entries(TABLES)) {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    state.set(
      table,
      rows.map((row) => JSON.stringify(row)),
    );
  }
  return state;
}

/** One line for each row that is in one of them only; empty: they are equal. */
export function differences(expected: EndState, found: EndState): string[] {
  return [...expected].flatMap(([table, rows]) => {
    const others = found.get(table) ?? [];
    const [wanted, there] = [new Set(rows), new Set(others)];
    return [
      ...rows.filter((row) => !there.has(row)).map((row) => `- ${table} ${row}`),
      ...others.filter((row) => !wanted.has(row)).map((row) => `+ ${table} ${row}`),
    ];
  });
}

/** How many rows each table has. */
export function sizeOf(state: EndState): string {
  return [...state].map(([table, rows]) => `${rows.length} ${table}`).join(', ');
}
