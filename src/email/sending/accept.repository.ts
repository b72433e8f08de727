import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';
import type { CapScope } from '../caps/day-places.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { DISPATCH_TIMING, type DispatchTiming, type Lease } from '../dispatch/lease.js';
import type { ProviderName } from '../provider/email-provider.js';
import type { FrozenEmail } from './frozen-email.js';

/** A rendered, frozen mail that wants to be remembered. */
export interface NewEmail extends FrozenEmail {
  readonly leadId: number;
  readonly campaignId: number;
  readonly sequenceNumber: number;
  readonly campaignSequenceId: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Set when our own rules keep the mail in: it is stored as DROPPED with this reason. */
  readonly drop: { readonly code: string; readonly message: string } | null;
}

/** What all mails of one accepting transaction share. */
export interface AcceptContext {
  readonly campaignId: number;
  readonly provider: ProviderName;
  readonly simulated: boolean;
  readonly maxRetries: number;
  /**
   * lease: take the day's places and lease the mail to this caller. reserve: take the places, queue the mail.
   * defer: queue the mail; its claim takes the places of the day on which it goes.
   */
  readonly placing: 'lease' | 'reserve' | 'defer';
}

export type Accepted =
  | { readonly kind: 'created'; readonly id: number; readonly lease: Lease | null }
  | { readonly kind: 'existing'; readonly id: number }
  | { readonly kind: 'over_cap'; readonly scope: CapScope; readonly resetsInMs: number };

export type AcceptResult =
  | { readonly kind: 'accepted'; readonly emails: readonly Accepted[] }
  /** Nothing was stored. */
  | { readonly kind: 'campaign_paused' };

interface InsertedRow {
  id: number;
  lead_id: number;
  content_hash: string;
  sequence_number: number;
}

/** Ends the accepting transaction without a trace. */
class CampaignPaused extends Error {}

/** Stores new mail: the row, its places, its queue entry and its lease in one transaction. */
@Injectable()
export class AcceptRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * One answer for each mail, in the order given. Repeating the call is safe: the same content for the same lead and
   * sequence number is one row, whoever inserts it first; the others wait for that transaction and get its id.
   */
  async accept(context: AcceptContext, emails: readonly NewEmail[]): Promise<AcceptResult> {
    const startedAtMs = performance.now();
    try {
      return await this.database.transaction(async (tx) => {
        const inserted = await insertEmails(tx, context, emails);
        const existing = await findEmails(tx, context, emails, inserted);
        if (inserted.size === 0) {
          return { kind: 'accepted', emails: emails.map((email) => existingEmail(existing, email)) };
        }

        const campaignCap = await lockActiveCampaign(tx, context.campaignId);
        const owed = new Set(
          emails
            .filter((email) => email.drop === null)
            .map((email) => inserted.get(identity(email)))
            .filter((id) => id !== undefined),
        );
        const queued = await this.enqueue(tx, context, campaignCap, [...owed], startedAtMs);

        const answered = new Set<number>();
        const answers = emails.map((email): Accepted => {
          const id = inserted.get(identity(email));
          if (id === undefined) return existingEmail(existing, email);
          const answer = queued.get(id) ?? { kind: 'created', id, lease: null };
          // The second mail of a pair within one call is a duplicate of the first, if that one was stored.
          if (answer.kind === 'created' && answered.has(id)) return { kind: 'existing', id };
          answered.add(id);
          return answer;
        });
        return { kind: 'accepted', emails: answers };
      });
    } catch (error) {
      if (error instanceof CampaignPaused) return { kind: 'campaign_paused' };
      throw error;
    }
  }

  private async enqueue(
    tx: Transaction,
    context: AcceptContext,
    campaignCap: number | null,
    ids: readonly number[],
    startedAtMs: number,
  ): Promise<Map<number, Accepted>> {
    const answers = new Map<number, Accepted>();
    if (ids.length === 0) return answers;
    if (context.placing === 'defer') {
      await insertQueueRows(tx, context, ids, null);
      return answers;
    }

    const places = await this.quota.lockToday(tx, context.simulated, [
      { campaignId: context.campaignId, cap: campaignCap },
    ]);
    const placed: number[] = [];
    const overCap: number[] = [];
    for (const id of ids) {
      const taken = places.take(context.campaignId);
      if (taken === 'taken') {
        placed.push(id);
      } else {
        overCap.push(id);
        answers.set(id, { kind: 'over_cap', scope: taken, resetsInMs: places.endsInMs });
      }
    }
    await this.quota.saveTaken(tx, context.simulated, places);
    if (overCap.length > 0) await tx.query('DELETE FROM cam_outbound_emails WHERE id = ANY($1)', [overCap]);
    if (placed.length > 0) await insertQueueRows(tx, context, placed, places.day);
    if (context.placing === 'lease') {
      for (const id of placed) {
        const token = await this.leaseNew(tx, id);
        const endsAtMs = startedAtMs + this.timing.leaseMs;
        answers.set(id, { kind: 'created', id, lease: { emailId: id, token, attempt: 1, endsAtMs } });
      }
    }
    return answers;
  }

  private async leaseNew(tx: Transaction, id: number): Promise<string> {
    const token = randomUUID();
    await tx.query(
      `UPDATE cam_dispatch_queue
          SET lease_token = $2, due_at = cam_now() + $3 * interval '1 millisecond', attempt = 1,
              maybe_sent_since = cam_now(), maybe_sent_attempt = 1
        WHERE outbound_email_id = $1`,
      [id, token, this.timing.leaseMs],
    );
    await tx.query(
      `INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, started_at)
       SELECT id, 1, send_key, cam_now() FROM cam_outbound_emails WHERE id = $1`,
      [id],
    );
    return token;
  }
}

/** What makes two mails the same one, within one campaign's call and one mode. */
function identity(email: { leadId: number; contentHash: string; sequenceNumber: number }): string {
  return `${email.leadId}/${email.sequenceNumber}/${email.contentHash}`;
}

async function insertEmails(
  tx: Transaction,
  context: AcceptContext,
  emails: readonly NewEmail[],
): Promise<Map<string, number>> {
  const rows = emails.map((email) => ({
    lead_id: email.leadId,
    to_email: email.toEmail,
    from_email: email.fromEmail,
    subject: email.subject,
    html_body: email.html,
    text_body: email.text,
    reply_to: email.replyTo,
    headers: email.headers,
    body_sha256: email.bodySha256,
    content_hash: email.contentHash,
    send_key: email.sendKey,
    public_token: email.publicToken,
    message_id_header: email.messageIdHeader,
    sequence_number: email.sequenceNumber,
    campaign_sequence_id: email.campaignSequenceId,
    status: email.drop === null ? 'QUEUED' : 'DROPPED',
    error_code: email.drop?.code ?? null,
    error_message: email.drop?.message ?? null,
    email_metadata: email.metadata,
  }));
  // Sorted, so that two calls with the same mails in another order cannot wait for each other. What is known already
  // is left out before it uses up an id; ON CONFLICT decides the races.
  const inserted = await tx.query<InsertedRow>(
    `INSERT INTO cam_outbound_emails (
       campaign_id, provider, simulated, max_retries, queued_at, lead_id, to_email, from_email, subject, html_body,
       text_body, reply_to, headers, body_sha256, content_hash, send_key, public_token, message_id_header,
       sequence_number, campaign_sequence_id, status, error_code, error_message, email_metadata)
     SELECT $2, $3, $4, $5, (SELECT cam_now()), e.lead_id, e.to_email, e.from_email, e.subject, e.html_body,
            e.text_body, e.reply_to, e.headers, e.body_sha256, e.content_hash, e.send_key, e.public_token,
            e.message_id_header, e.sequence_number, e.campaign_sequence_id, e.status, e.error_code, e.error_message,
            e.email_metadata
       FROM jsonb_to_recordset($1::jsonb) AS e (
         lead_id integer, to_email text, from_email text, subject text, html_body text, text_body text, reply_to text,
         headers jsonb, body_sha256 text, content_hash text, send_key uuid, public_token text, message_id_header text,
         sequence_number integer, campaign_sequence_id integer, status text, error_code text, error_message text,
         email_metadata jsonb)
      WHERE NOT EXISTS (
              SELECT 1 FROM cam_outbound_emails AS o
               WHERE o.lead_id = e.lead_id AND o.content_hash = e.content_hash
                 AND o.sequence_number = e.sequence_number AND o.simulated = $4)
      ORDER BY e.lead_id, e.content_hash, e.sequence_number
     ON CONFLICT (lead_id, content_hash, sequence_number, simulated) DO NOTHING
     RETURNING id, lead_id, content_hash, sequence_number`,
    [JSON.stringify(rows), context.campaignId, context.provider, context.simulated, context.maxRetries],
  );
  return byIdentity(inserted);
}

async function findEmails(
  tx: Transaction,
  context: AcceptContext,
  emails: readonly NewEmail[],
  inserted: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const known = emails.filter((email) => !inserted.has(identity(email)));
  if (known.length === 0) return new Map();
  const rows = await tx.query<InsertedRow>(
    `SELECT o.id, o.lead_id, o.content_hash, o.sequence_number
       FROM unnest($1::integer[], $2::text[], $3::integer[]) AS wanted (lead_id, content_hash, sequence_number)
       JOIN cam_outbound_emails AS o USING (lead_id, content_hash, sequence_number)
      WHERE o.simulated = $4`,
    [
      known.map((email) => email.leadId),
      known.map((email) => email.contentHash),
      known.map((email) => email.sequenceNumber),
      context.simulated,
    ],
  );
  return byIdentity(rows);
}

function byIdentity(rows: readonly InsertedRow[]): Map<string, number> {
  return new Map(
    rows.map((row) => [
      identity({ leadId: row.lead_id, contentHash: row.content_hash, sequenceNumber: row.sequence_number }),
      row.id,
    ]),
  );
}

function existingEmail(existing: ReadonlyMap<string, number>, email: NewEmail): Accepted {
  const id = existing.get(identity(email));
  if (id === undefined) throw new Error('A mail that could not be inserted does not exist either');
  return { kind: 'existing', id };
}

/**
 * Meets a pause on the campaign's row: whoever commits first wins, and the other one sees it.
 *
 * @returns the campaign's own daily cap; null: none
 */
async function lockActiveCampaign(tx: Transaction, campaignId: number): Promise<number | null> {
  const [campaign] = await tx.query<{ status: string; max_emails_per_day: number | null }>(
    'SELECT status, max_emails_per_day FROM cam_campaigns WHERE id = $1 FOR NO KEY UPDATE',
    [campaignId],
  );
  if (campaign?.status !== 'ACTIVE') throw new CampaignPaused();
  return campaign.max_emails_per_day;
}

async function insertQueueRows(
  tx: Transaction,
  context: AcceptContext,
  ids: readonly number[],
  capDay: string | null,
): Promise<void> {
  await tx.query(
    `INSERT INTO cam_dispatch_queue (outbound_email_id, campaign_id, provider, simulated, due_at, cap_day)
     SELECT id, $2, $3, $4, (SELECT cam_now()), $5 FROM unnest($1::integer[]) AS queued (id)`,
    [ids, context.campaignId, context.provider, context.simulated, capDay],
  );
}
