import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { Coalescer } from '../../common/coalescer.js';
import { Database, type Transaction } from '../../database/database.js';
import { classifyDatabaseError } from '../../database/database-error.js';
import type { CapScope } from '../caps/day-places.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { DISPATCH_TIMING, type DispatchTiming, type Lease } from '../dispatch/lease.js';
import { findStop, type Stop } from '../dispatch/recipient-policy.js';
import type { StoppedEmail } from '../dispatch/settlement.repository.js';
import { StopsRepository } from '../dispatch/stops.repository.js';
import type { ProviderName } from '../provider/email-provider.js';
import { StepsRepository } from '../steps/steps.repository.js';
import type { FrozenEmail } from './frozen-email.js';

/** A rendered, frozen mail that wants to be remembered. */
export interface NewEmail extends FrozenEmail {
  readonly leadId: number;
  readonly campaignId: number;
  readonly sequenceNumber: number;
  readonly campaignSequenceId: number | null;
  /** Whose step it is; null: somebody asked for it. */
  readonly enrolment: SteppingEnrolment | null;
  /** The mail that it follows in one thread; null: it begins one. */
  readonly threadParentId: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Set when our own rules keep the mail in: it is stored as DROPPED with this reason. */
  readonly drop: Stop | null;
}

/** An enrolment as it was when its next step was decided. */
export interface SteppingEnrolment {
  readonly id: number;
  readonly version: number;
}

/** What all mails of one accepting transaction share. */
export interface AcceptContext {
  readonly campaignId: number;
  readonly provider: ProviderName;
  readonly simulated: boolean;
  readonly accountFingerprint: string;
  readonly maxRetries: number;
  /**
   * lease: take the day's places and lease the mail to this caller. reserve: take the places, queue the mail.
   * defer: queue the mail; its claim takes the places of the day on which it goes.
   */
  readonly placing: 'lease' | 'reserve' | 'defer';
}

export type Accepted =
  | {
      readonly kind: 'created';
      readonly id: number;
      readonly lease: Lease | null;
      /** Why it is kept in; null: it goes. */
      readonly drop: Stop | null;
    }
  | { readonly kind: 'existing'; readonly id: number }
  | { readonly kind: 'over_cap'; readonly scope: CapScope; readonly resetsInMs: number }
  /** Its enrolment was stopped or has moved on since the step was decided, or the step has another mail. Not stored. */
  | { readonly kind: 'overtaken' };

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

interface AcceptCall {
  readonly context: AcceptContext;
  readonly emails: readonly NewEmail[];
}

/** Ends the accepting transaction without a trace. */
class CampaignPaused extends Error {}

/** Mails stored by one transaction, unless a single call brings more. */
const MOST_TOGETHER = 500;

/**
 * Stores new mail: the row, its places, its queue entry and its lease in one transaction. Calls for one campaign that
 * come at the same time share a transaction, because each would wait for the counters' locks of the one before.
 */
@Injectable()
export class AcceptRepository {
  private readonly calls = new Coalescer<AcceptCall, AcceptResult>((calls) => this.acceptTogether(calls), {
    heaviest: MOST_TOGETHER,
    weightOf: ({ emails }) => emails.length,
    isShared: (error) => classifyDatabaseError(error) === 'unavailable',
  });

  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
    private readonly stops: StopsRepository,
    private readonly steps: StepsRepository,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * One answer for each mail, in the order given. Repeating the call is safe: the same content for the same lead and
   * sequence number is one row, whoever inserts it first; the others wait for that transaction and get its id.
   */
  async accept(context: AcceptContext, emails: readonly NewEmail[]): Promise<AcceptResult> {
    const { campaignId, provider, simulated, maxRetries, placing, accountFingerprint } = context;
    const lane = [campaignId, provider, simulated, maxRetries, placing, accountFingerprint].join('/');
    try {
      return await this.calls.ask({ context, emails }, lane);
    } catch (error) {
      if (error instanceof CampaignPaused) return { kind: 'campaign_paused' };
      throw error;
    }
  }

  /** All or nothing: a pause refuses calls with new mail, so each call is then asked for on its own. */
  private async acceptTogether(calls: readonly AcceptCall[]): Promise<AcceptResult[]> {
    const [first] = calls;
    if (first === undefined) return [];
    const answers = await this.store(
      first.context,
      calls.flatMap(({ emails }) => emails),
    );
    let taken = 0;
    return calls.map(({ emails }) => {
      const from = taken;
      taken += emails.length;
      return { kind: 'accepted', emails: answers.slice(from, taken) };
    });
  }

  private async store(context: AcceptContext, emails: readonly NewEmail[]): Promise<Accepted[]> {
    const startedAtMs = performance.now();
    return this.database.transaction(async (tx) => {
      const inserted = await insertEmails(tx, context, emails);
      const existing = await findEmails(tx, context, emails, inserted);
      if (inserted.size === 0) return emails.map((email) => existingEmail(existing, email));

      const created = new Map<number, NewEmail>();
      for (const email of emails) {
        const id = inserted.get(identity(email));
        if (id !== undefined && !created.has(id)) created.set(id, email);
      }
      const answers = await this.decide(tx, context, created, startedAtMs);

      const answered = new Set<number>();
      return emails.map((email): Accepted => {
        const id = inserted.get(identity(email));
        if (id === undefined) return existingEmail(existing, email);
        const answer = answers.get(id);
        if (answer === undefined) throw new Error(`Mail ${id} was stored and not answered for`);
        // The second mail of a pair within one transaction is a duplicate of the first, if that one was stored.
        if (answer.kind === 'created' && answered.has(id)) return { kind: 'existing', id };
        answered.add(id);
        return answer;
      });
    });
  }

  /** What becomes of the rows just inserted, in their order. */
  private async decide(
    tx: Transaction,
    context: AcceptContext,
    created: ReadonlyMap<number, NewEmail>,
    startedAtMs: number,
  ): Promise<Map<number, Accepted>> {
    const { campaigns, leads, suppressed } = await this.stops.lock(
      tx,
      [context.campaignId],
      [...new Set([...created.values()].map(({ leadId }) => leadId))],
      [...new Set([...created.values()].map(({ toEmail }) => toEmail))],
    );
    const campaign = campaigns.get(context.campaignId);
    if (campaign?.status !== 'ACTIVE') throw new CampaignPaused();

    const answers = new Map<number, Accepted>();
    const stopped: StoppedEmail[] = [];
    const owed: QueuedEmail[] = [];
    for (const [id, email] of created) {
      const lead = leads.get(email.leadId);
      if (lead === undefined) throw new Error(`Mail ${id} has no lead`);
      // The allowlist was asked when the mail was made, and cannot have changed since.
      const recipient = {
        address: email.toEmail,
        leadStatus: lead.status,
        suppressed: suppressed.has(email.toEmail),
      };
      const stop = email.drop === null ? findStop(recipient, null) : null;
      if (stop !== null) stopped.push({ id, ...stop });
      const drop = email.drop ?? stop;
      if (drop === null) owed.push({ id, followUp: isFollowUp(email) });
      answers.set(id, { kind: 'created', id, lease: null, drop });
    }
    const overtaken = await this.beginSteps(tx, created, answers);
    for (const id of overtaken) answers.set(id, { kind: 'overtaken' });
    await dropStopped(tx, stopped);
    const due = owed.filter(({ id }) => !overtaken.has(id));
    if (context.placing === 'defer') await this.enqueue(tx, context, due, null);
    else await this.place(tx, context, campaign.cap, due, answers, startedAtMs);
    return answers;
  }

  /**
   * Moves the enrolments of the mails that are steps, under the locks that their stops need too. A step that somebody
   * else has mailed, or whose enrolment is not what it was, takes its mail back.
   */
  private async beginSteps(
    tx: Transaction,
    created: ReadonlyMap<number, NewEmail>,
    answers: ReadonlyMap<number, Accepted>,
  ): Promise<Set<number>> {
    const steps = [...created].flatMap(([id, { enrolment, sequenceNumber }]) => {
      const answer = answers.get(id);
      const dropped = answer?.kind === 'created' && answer.drop !== null;
      return enrolment === null ? [] : [{ id, enrolment, step: sequenceNumber, dropped }];
    });
    if (steps.length === 0) return new Set();
    const mailed = await this.steps.findMailed(
      tx,
      steps.map(({ id }) => id),
    );
    const begun = await this.steps.begin(
      tx,
      steps
        .filter(({ id }) => !mailed.has(id))
        .map(({ enrolment, step, dropped }) => ({
          enrolmentId: enrolment.id,
          version: enrolment.version,
          step,
          dropped,
        })),
    );
    const overtaken = steps.filter(({ enrolment }) => !begun.has(enrolment.id)).map(({ id }) => id);
    if (overtaken.length > 0) {
      await tx.query('DELETE FROM cam_outbound_emails WHERE id = ANY($1)', [overtaken]);
    }
    return new Set(overtaken);
  }

  private async place(
    tx: Transaction,
    context: AcceptContext,
    cap: number | null,
    owed: readonly QueuedEmail[],
    answers: Map<number, Accepted>,
    startedAtMs: number,
  ): Promise<void> {
    if (owed.length === 0) return;
    const { campaignId, simulated, placing } = context;
    const places = await this.quota.lockToday(tx, simulated, [{ campaignId, cap }]);
    const placed: QueuedEmail[] = [];
    const overCap: number[] = [];
    for (const email of owed) {
      const taken = places.take(campaignId);
      if (taken === 'taken') {
        placed.push(email);
      } else {
        overCap.push(email.id);
        answers.set(email.id, { kind: 'over_cap', scope: taken, resetsInMs: places.endsInMs });
      }
    }
    await this.quota.saveTaken(tx, simulated, places);
    if (overCap.length > 0) await tx.query('DELETE FROM cam_outbound_emails WHERE id = ANY($1)', [overCap]);
    const tokens = await this.enqueue(tx, context, placed, places.day);
    if (placing !== 'lease') return;
    const endsAtMs = startedAtMs + this.timing.leaseMs;
    for (const [id, token] of tokens) {
      const lease = { emailId: id, token, attempt: 1, endsAtMs };
      answers.set(id, { kind: 'created', id, lease, drop: null });
    }
  }

  /**
   * Owes the mails their next step: due now, or leased to this caller. A lease counts as possibly sent from the commit
   * on, like a claim's.
   *
   * @returns the lease of each mail, if asked for
   */
  private async enqueue(
    tx: Transaction,
    context: AcceptContext,
    emails: readonly QueuedEmail[],
    capDay: string | null,
  ): Promise<Map<number, string>> {
    if (emails.length === 0) return new Map();
    const isLeased = context.placing === 'lease';
    const tokens = emails.map(() => (isLeased ? randomUUID() : null));
    await tx.query(
      `WITH queued AS (
         INSERT INTO cam_dispatch_queue AS q (
           outbound_email_id, follow_up, campaign_id, provider, simulated, cap_day, lease_token, due_at, attempt,
           priority, maybe_sent_since, maybe_sent_attempt, maybe_sent_account)
         SELECT id, follow_up, $4, $5, $6, $7, token,
                CASE WHEN leased THEN now + $8 * interval '1 millisecond' ELSE now END, leased::integer,
                CASE WHEN leased THEN 0 WHEN follow_up THEN 1 ELSE 2 END,
                CASE WHEN leased THEN now END, CASE WHEN leased THEN 1 END, CASE WHEN leased THEN $9 END
           FROM (SELECT *, token IS NOT NULL AS leased, (SELECT cam_now()) AS now
                   FROM unnest($1::integer[], $2::boolean[], $3::uuid[]) AS e (id, follow_up, token)) AS entry
         RETURNING q.outbound_email_id, q.maybe_sent_since, q.lease_token IS NOT NULL AS leased
       )
       INSERT INTO cam_send_attempts (outbound_email_id, attempt, send_key, account, started_at)
       SELECT o.id, 1, o.send_key, $9, queued.maybe_sent_since
         FROM queued JOIN cam_outbound_emails AS o ON o.id = queued.outbound_email_id
        WHERE queued.leased`,
      [
        emails.map(({ id }) => id),
        emails.map(({ followUp }) => followUp),
        tokens,
        context.campaignId,
        context.provider,
        context.simulated,
        capDay,
        this.timing.leaseMs,
        context.accountFingerprint,
      ],
    );
    return new Map(
      emails.flatMap(({ id }, index): [number, string][] => {
        const token = tokens[index] ?? null;
        return token === null ? [] : [[id, token]];
      }),
    );
  }
}

interface QueuedEmail {
  readonly id: number;
  readonly followUp: boolean;
}

/** The later steps of a sequence go before first mails. */
function isFollowUp({ sequenceNumber, campaignSequenceId, enrolment }: NewEmail): boolean {
  return sequenceNumber > 1 || (campaignSequenceId !== null && enrolment === null);
}

/** Keeps mails in whose lead said stop after they were made. */
async function dropStopped(tx: Transaction, stopped: readonly StoppedEmail[]): Promise<void> {
  if (stopped.length === 0) return;
  await tx.query(
    `UPDATE cam_outbound_emails AS o SET status = 'DROPPED', error_code = s.code, error_message = s.message
       FROM unnest($1::integer[], $2::text[], $3::text[]) AS s (id, code, message) WHERE o.id = s.id`,
    [stopped.map(({ id }) => id), stopped.map(({ code }) => code), stopped.map(({ message }) => message)],
  );
}

/** What makes two mails the same one, within one campaign's call and one mode. */
function identity(email: { leadId: number; contentHash: string; sequenceNumber: number }): string {
  return `${email.leadId}/${email.sequenceNumber}/${email.contentHash}`;
}

/** Which of two twins PostgreSQL would store is left open, and the caller sends what it holds: the first it shall be. */
function firstOfEach(emails: readonly NewEmail[]): NewEmail[] {
  const firsts = new Map<string, NewEmail>();
  for (const email of emails) if (!firsts.has(identity(email))) firsts.set(identity(email), email);
  return [...firsts.values()];
}

async function insertEmails(
  tx: Transaction,
  context: AcceptContext,
  emails: readonly NewEmail[],
): Promise<Map<string, number>> {
  const rows = firstOfEach(emails).map((email) => ({
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
    enrolment_id: email.enrolment?.id ?? null,
    thread_parent_id: email.threadParentId,
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
       sequence_number, campaign_sequence_id, enrolment_id, thread_parent_id, status, error_code, error_message,
       email_metadata)
     SELECT $2, $3, $4, $5, (SELECT cam_now()), e.lead_id, e.to_email, e.from_email, e.subject, e.html_body,
            e.text_body, e.reply_to, e.headers, e.body_sha256, e.content_hash, e.send_key, e.public_token,
            e.message_id_header, e.sequence_number, e.campaign_sequence_id, e.enrolment_id, e.thread_parent_id, e.status,
            e.error_code, e.error_message, e.email_metadata
       FROM jsonb_to_recordset($1::jsonb) AS e (
         lead_id integer, to_email text, from_email text, subject text, html_body text, text_body text, reply_to text,
         headers jsonb, body_sha256 text, content_hash text, send_key uuid, public_token text, message_id_header text,
         sequence_number integer, campaign_sequence_id integer, enrolment_id integer, thread_parent_id integer,
         status text, error_code text, error_message text, email_metadata jsonb)
      WHERE NOT EXISTS (
              SELECT 1 FROM cam_outbound_emails AS o
               WHERE o.lead_id = e.lead_id AND o.content_hash = e.content_hash
                 AND o.sequence_number = e.sequence_number AND o.simulated = $4)
      ORDER BY e.lead_id, e.content_hash, e.sequence_number
     ON CONFLICT DO NOTHING
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
  if (id !== undefined) return { kind: 'existing', id };
  // Another process has made a mail with other words for the same step.
  if (email.enrolment !== null) return { kind: 'overtaken' };
  throw new Error('A mail that could not be inserted does not exist either');
}
