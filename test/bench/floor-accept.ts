/** What accepting costs without the service: the same wide rows, inserted by plain `pg`. */
import { createHash, randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { serve } from './worker.js';

export interface FloorLoad {
  readonly databaseUrl: string;
  readonly connections: number;
  /** 1: a bare INSERT of one row; more: one INSERT of so many rows from a JSON parameter. */
  readonly rowsPerInsert: number;
  readonly campaignId: number;
  readonly firstLeadId: number;
  readonly leads: number;
  readonly html: string;
  readonly text: string;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface FloorReport {
  readonly inserted: number;
  /** Rows per second of the measured time. */
  readonly rate: number;
}

const COLUMNS = [
  ['lead_id', 'integer'],
  ['campaign_id', 'integer'],
  ['to_email', 'text'],
  ['from_email', 'text'],
  ['subject', 'text'],
  ['html_body', 'text'],
  ['text_body', 'text'],
  ['headers', 'jsonb'],
  ['body_sha256', 'text'],
  ['content_hash', 'text'],
  ['send_key', 'uuid'],
  ['public_token', 'text'],
  ['simulated', 'boolean'],
  ['provider', 'text'],
  ['message_id_header', 'text'],
  ['sequence_number', 'integer'],
  ['status', 'text'],
  ['max_retries', 'integer'],
  ['email_metadata', 'jsonb'],
] as const;
const NAMES = COLUMNS.map(([name]) => name);

const INSERT_ONE = `INSERT INTO cam_outbound_emails (queued_at, ${NAMES.join(', ')})
  VALUES (cam_now(), ${NAMES.map((_, index) => `$${index + 1}`).join(', ')})`;
const INSERT_MANY = `INSERT INTO cam_outbound_emails (queued_at, ${NAMES.join(', ')})
  SELECT cam_now(), ${NAMES.join(', ')}
    FROM jsonb_to_recordset($1::jsonb) AS e (${COLUMNS.map((column) => column.join(' ')).join(', ')})`;

type Row = Readonly<Record<(typeof NAMES)[number], unknown>>;

async function load(plan: FloorLoad): Promise<FloorReport> {
  const pool = new Pool({ connectionString: plan.databaseUrl, max: plan.connections });
  const startMs = performance.now();
  const fromMs = startMs + plan.warmUpMs;
  const untilMs = fromMs + plan.measureMs;
  let next = 0;
  let inserted = 0;
  let measured = 0;

  async function connection(): Promise<void> {
    while (performance.now() < untilMs) {
      const first = next;
      next += plan.rowsPerInsert;
      const rows = Array.from({ length: plan.rowsPerInsert }, (_, index) => rowOf(plan, first + index));
      const [row] = rows;
      if (plan.rowsPerInsert > 1) await pool.query(INSERT_MANY, [JSON.stringify(rows)]);
      else if (row !== undefined) await pool.query(INSERT_ONE, valuesOf(row));
      const nowMs = performance.now();
      inserted += rows.length;
      if (nowMs >= fromMs && nowMs < untilMs) measured += rows.length;
    }
  }

  await Promise.all(Array.from({ length: plan.connections }, connection));
  await pool.end();
  return { inserted, rate: measured / (plan.measureMs / 1_000) };
}

function rowOf(plan: FloorLoad, index: number): Row {
  const sendKey = randomUUID();
  const hash = createHash('sha256').update(sendKey).digest('hex');
  const token = hash.slice(0, 26).replace(/[0189]/g, 'x');
  const messageId = `<cam.${token}@sender.test>`;
  return {
    lead_id: plan.firstLeadId + (index % plan.leads),
    campaign_id: plan.campaignId,
    to_email: `lead-${index}@recipients.test`,
    from_email: 'Bench <bench@sender.test>',
    subject: `Hi First${index}, a thought about Company ${index}`,
    html_body: plan.html,
    text_body: plan.text,
    headers: { 'Message-ID': messageId, References: messageId },
    body_sha256: hash,
    content_hash: hash,
    send_key: sendKey,
    public_token: token,
    simulated: false,
    provider: 'Resend',
    message_id_header: messageId,
    sequence_number: 1,
    status: 'QUEUED',
    max_retries: 12,
    email_metadata: { template_type: 'bench', template_id: 1 },
  };
}

function valuesOf(row: Row): unknown[] {
  return NAMES.map((name) => row[name]);
}

const handlers = { load };
export type FloorAcceptHandlers = typeof handlers;
serve(handlers);
