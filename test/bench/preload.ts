import type { Pool } from 'pg';
import { BODY, SUBJECT } from './mail.js';

/** Mail of the floor belongs to a provider that no service here sends with. */
export const FLOOR_PROVIDER = 'SMTP';

export interface Preload {
  readonly mails: number;
  readonly provider: string;
  readonly campaignId: number;
  readonly firstLeadId: number;
  /** Mails go to so many leads in turn. */
  readonly leads: number;
}

/** Queues mails that are due now. */
export async function preload(db: Pool, plan: Preload): Promise<void> {
  await db.query(
    `WITH mails AS (
       INSERT INTO cam_outbound_emails (
         lead_id, campaign_id, to_email, from_email, subject, html_body, text_body, headers, body_sha256, content_hash,
         send_key, public_token, simulated, provider, message_id_header, status, max_retries, queued_at)
       SELECT $3 + n % $4, $2, 'lead-' || n || '@recipients.test', 'Bench <bench@sender.test>', $6, $7, left($7, 900),
              jsonb_build_object('Message-ID', '<cam.' || token || '@sender.test>',
                                 'References', '<cam.' || token || '@sender.test>'),
              hash, hash, gen_random_uuid(), token, false, $5, '<cam.' || token || '@sender.test>', 'QUEUED', 12,
              cam_now()
         FROM generate_series(1, $1::integer) AS n,
              LATERAL (SELECT encode(sha256(n::text::bytea), 'hex') AS hash,
                              left(translate(md5(n::text), '0189', 'wxyz'), 26) AS token) AS unique_to_it
       RETURNING id
     )
     INSERT INTO cam_dispatch_queue (outbound_email_id, campaign_id, provider, simulated, due_at)
     SELECT id, $2, $5, false, cam_now() FROM mails`,
    [plan.mails, plan.campaignId, plan.firstLeadId, plan.leads, plan.provider, SUBJECT, BODY],
  );
  await db.query('VACUUM (ANALYZE) cam_outbound_emails, cam_dispatch_queue');
  await db.query('CHECKPOINT');
}
