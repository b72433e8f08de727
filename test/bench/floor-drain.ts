/** What sending costs without the service: claim, the SDK's call and settlement, by plain `pg` and the plain SDK. */
import { Pool } from 'pg';
import { Resend } from 'resend';
import { FLOOR_PROVIDER } from './preload.js';
import { serve } from './worker.js';

export interface FloorDrain {
  readonly databaseUrl: string;
  readonly providerUrl: string;
  /** Calls of the provider at once, and mails of one claim. */
  readonly concurrency: number;
}

export interface Ceiling {
  readonly providerUrl: string;
  readonly concurrency: number;
  readonly mails: number;
}

interface Claimed {
  readonly id: number;
  readonly send_key: string;
  readonly from_email: string;
  readonly to_email: string;
  readonly subject: string;
  readonly html_body: string;
  readonly text_body: string;
  readonly headers: Record<string, string>;
}

const CLAIM = `
  WITH due AS MATERIALIZED (
    SELECT outbound_email_id FROM cam_dispatch_queue
     WHERE provider = $2 AND NOT simulated AND due_at <= cam_now()
     ORDER BY priority, due_at, outbound_email_id LIMIT $1 FOR UPDATE SKIP LOCKED
  ), leased AS (
    UPDATE cam_dispatch_queue AS q
       SET lease_token = gen_random_uuid(), attempt = q.attempt + 1, maybe_sent_since = cam_now(),
           due_at = cam_now() + interval '60 seconds', maybe_sent_attempt = q.attempt + 1, cap_day = cam_now()::date,
           maybe_sent_account = 'floor', priority = 0
      FROM due WHERE q.outbound_email_id = due.outbound_email_id
    RETURNING q.outbound_email_id AS id, q.attempt
  ), attempts AS (
    INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, started_at)
    SELECT id, leased.attempt, o.send_key, cam_now() FROM leased JOIN cam_outbound_emails AS o USING (id)
  )
  SELECT o.id, o.send_key, o.from_email, o.to_email, o.subject, o.html_body, o.text_body, o.headers
    FROM leased JOIN cam_outbound_emails AS o USING (id)`;

const SETTLE = `
  WITH settled AS (
    SELECT * FROM unnest($1::integer[], $2::text[]) AS s (id, message_id)
  ), closed AS (
    DELETE FROM cam_dispatch_queue WHERE outbound_email_id IN (SELECT id FROM settled)
  ), finished AS (
    UPDATE cam_send_attempts AS a
       SET finished_at = cam_now(), outcome = 'accepted', provider_message_id = settled.message_id
      FROM settled WHERE a.outbound_email_id = settled.id AND a.attempt = 1
  ), sent AS (
    UPDATE cam_outbound_emails AS o
       SET status = 'SENT', sent_at = cam_now(), provider_message_id = settled.message_id, updated_at = cam_now()
      FROM settled WHERE o.id = settled.id
    RETURNING o.lead_id
  )
  UPDATE cam_leads
     SET last_contacted_at = cam_now(), updated_at = cam_now(),
         status = CASE WHEN status = 'NEW' THEN 'CONTACTED' ELSE status END
   WHERE id IN (SELECT lead_id FROM sent)`;

/** Claims ahead while calls are under way, and settles what has been answered meanwhile, one batch at a time. */
async function drain({ databaseUrl, providerUrl, concurrency }: FloorDrain): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  const resend = new Resend('re_floor', { baseUrl: providerUrl });
  const waiting: Claimed[] = [];
  let accepted: { id: number; messageId: string }[] = [];
  let onTheWire = 0;
  let exhausted = false;
  let claiming: Promise<void> | null = null;
  let settling: Promise<void> | null = null;

  await new Promise<void>((resolve, reject) => {
    async function claim(): Promise<void> {
      const { rows } = await pool.query<Claimed>(CLAIM, [concurrency, FLOOR_PROVIDER]);
      exhausted = rows.length < concurrency;
      waiting.push(...rows);
    }

    async function settle(): Promise<void> {
      const batch = accepted;
      accepted = [];
      await pool.query(SETTLE, [batch.map(({ id }) => id), batch.map(({ messageId }) => messageId)]);
    }

    async function send(mail: Claimed): Promise<void> {
      const messageId = await post(resend, mail);
      accepted.push({ id: mail.id, messageId });
      onTheWire -= 1;
    }

    function step(): void {
      for (let mail = next(); mail !== undefined; mail = next()) {
        onTheWire += 1;
        send(mail).then(step, reject);
      }
      if (claiming === null && !exhausted && waiting.length < concurrency / 2) {
        claiming = claim().finally(() => (claiming = null));
        claiming.then(step, reject);
      }
      if (settling === null && accepted.length > 0) {
        settling = settle().finally(() => (settling = null));
        settling.then(step, reject);
      }
      if (exhausted && onTheWire === 0 && claiming === null && settling === null) resolve();
    }

    function next(): Claimed | undefined {
      return onTheWire < concurrency ? waiting.shift() : undefined;
    }

    step();
  });
  await pool.end();
}

/** What the SDK alone can do: the same calls, nothing stored. */
async function ceiling({ providerUrl, concurrency, mails }: Ceiling): Promise<void> {
  const resend = new Resend('re_floor', { baseUrl: providerUrl });
  let left = mails;
  async function caller(): Promise<void> {
    while (left > 0) {
      const id = left;
      left -= 1;
      await post(resend, ceilingMail(id));
    }
  }
  await Promise.all(Array.from({ length: concurrency }, caller));
}

function ceilingMail(id: number): Claimed {
  const html = '<p>Hello</p>'.repeat(120);
  return {
    id,
    send_key: crypto.randomUUID(),
    from_email: 'Bench <bench@sender.test>',
    to_email: `lead-${id}@recipients.test`,
    subject: 'A thought about Engines Ltd',
    html_body: html,
    text_body: html.slice(0, 900),
    headers: { 'Message-ID': `<cam.${id}@sender.test>`, References: `<cam.${id}@sender.test>` },
  };
}

async function post(resend: Resend, mail: Claimed): Promise<string> {
  const { data, error } = await resend.emails.send(
    {
      from: mail.from_email,
      to: mail.to_email,
      subject: mail.subject,
      html: mail.html_body,
      text: mail.text_body,
      headers: mail.headers,
      tags: [{ name: 'cam_send', value: mail.send_key }],
    },
    { idempotencyKey: `cam-${mail.send_key}` },
  );
  if (error !== null) throw new Error(`The stand-in refused: ${error.message}`);
  return data.id;
}

const handlers = { drain, ceiling };
export type FloorDrainHandlers = typeof handlers;
serve(handlers);
