import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';
import { OvertakenError, violatedConstraint } from '../../database/database-error.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';

/** The provider shows that it has a mail: our tag of it, and its own name for it. */
export interface Proof {
  /** Value of the tag `cam_send`, as it came. */
  readonly sendKey: string;
  /** Null: it does not say. */
  readonly messageId: string | null;
}

/** `foreign`: no mail of this database was ever sent under that key. */
export type ProofResult = 'settled' | 'known' | 'foreign';

/** What a proof was about, and what it changed. */
export type ProvenMail =
  | { readonly kind: 'settled' | 'known'; readonly emailId: number }
  | { readonly kind: 'foreign'; readonly emailId: null };

interface ProvenAttempt {
  outbound_email_id: number;
  started_at: Date;
  day: string;
  known: boolean;
}

interface OwedRow {
  retry_count: number;
  holds_place: boolean;
}

interface EmailRow {
  status: StoredStatus;
  sent_at: Date | null;
  lead_id: number;
  campaign_id: number;
  simulated: boolean;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Settles mail by proof that the provider accepted it. Only ever to SENT: that a proof is missing proves nothing. */
@Injectable()
export class ProofRepository {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
  ) {}

  /**
   * Records that the provider has accepted the mail that goes, or once went, by this key. It is SENT from then on,
   * whether it was open, on the wire, UNKNOWN, or taken for never sent; nothing is owed for it any more. A place that it
   * had given back is taken again, if need be above the cap. Repeating it is safe, also at the same time.
   */
  async settleByTag(proof: Proof): Promise<ProofResult> {
    return (await this.database.transaction((tx) => this.settleByTagIn(tx, proof))).kind;
  }

  /** {@link settleByTag} as a part of the caller's transaction, before its locks of leads. */
  async settleByTagIn(tx: Transaction, { sendKey, messageId }: Proof): Promise<ProvenMail> {
    if (!UUID.test(sendKey)) return FOREIGN;
    return this.settle(tx, await this.findAttempt(tx, 'send_key', sendKey), messageId);
  }

  /**
   * The same by what only mail that was sent can cause: a report that it came back, or a complaint about it. It names
   * the mail, and not the provider's id of it. `foreign`: the mail was never attempted, so the report is not true.
   */
  async settleByReportIn(tx: Transaction, emailId: number): Promise<ProvenMail> {
    return this.settle(tx, await this.findAttempt(tx, 'outbound_email_id', emailId), null);
  }

  private async settle(
    tx: Transaction,
    attempt: ProvenAttempt | null,
    messageId: string | null,
  ): Promise<ProvenMail> {
    if (attempt === null) return FOREIGN;
    const emailId = attempt.outbound_email_id;
    if (attempt.known) return { kind: 'known', emailId };
    const [owed] = await tx.query<OwedRow>(
      `DELETE FROM cam_dispatch_queue WHERE outbound_email_id = $1
       RETURNING retry_count, cap_day IS NOT NULL AS holds_place`,
      [emailId],
    );
    const [email] = await tx.query<EmailRow>(
      `SELECT status, sent_at, lead_id, campaign_id, simulated FROM cam_outbound_emails WHERE id = $1
          FOR NO KEY UPDATE`,
      [emailId],
    );
    if (email === undefined) return FOREIGN;
    if (email.sent_at !== null) return { kind: 'known', emailId };
    // Queued again after we had looked for its queue row, whose lock we must not take now, out of turn.
    if (email.status === 'QUEUED' && owed === undefined) {
      throw new OvertakenError('A mail that is proven to be sent was queued again in the same instant');
    }

    await markSent(tx, attempt, messageId, owed);
    if (!email.simulated) await markContacted(tx, email, attempt);
    if (await lacksPlace(tx, attempt, email, owed)) await takePlace(tx, attempt, email);
    return { kind: 'settled', emailId };
  }

  /** The attempt that the proof speaks of: the last one of those which may have been accepted. */
  private async findAttempt(
    tx: Transaction,
    column: 'send_key' | 'outbound_email_id',
    value: string | number,
  ): Promise<ProvenAttempt | null> {
    const [attempt] = await tx.query<ProvenAttempt>(
      `SELECT a.outbound_email_id, a.started_at, (a.started_at AT TIME ZONE $2)::date::text AS day,
              o.sent_at IS NOT NULL AS known
         FROM cam_send_attempts AS a JOIN cam_outbound_emails AS o ON o.id = a.outbound_email_id
        WHERE a.${column} = $1
        ORDER BY a.outcome IS NOT NULL AND a.outcome NOT IN ('accepted', 'ambiguous', 'conflicting'), a.attempt DESC
        LIMIT 1`,
      [value, this.quota.timeZone],
    );
    return attempt ?? null;
  }
}

const FOREIGN: ProvenMail = { kind: 'foreign', emailId: null };

async function markSent(
  tx: Transaction,
  { outbound_email_id: id, started_at: startedAt }: ProvenAttempt,
  messageId: string | null,
  owed: OwedRow | undefined,
): Promise<void> {
  try {
    // A provider that names two mails alike must not make us send one of them again.
    await tx.query(
      `UPDATE cam_outbound_emails AS o
          SET status = 'SENT', sent_at = $2, error_code = NULL, error_message = NULL,
              provider_message_id = CASE WHEN twin.taken THEN NULL ELSE $3 END,
              email_metadata = CASE WHEN twin.taken
                THEN o.email_metadata || jsonb_build_object('repeated_provider_message_id', $3::text)
                ELSE o.email_metadata END,
              retry_count = COALESCE($4, o.retry_count), updated_at = cam_now()
         FROM (SELECT EXISTS (SELECT FROM cam_outbound_emails
                               WHERE provider_message_id = $3 AND id <> $1) AS taken) AS twin
        WHERE o.id = $1`,
      [id, startedAt, messageId, owed?.retry_count ?? null],
    );
  } catch (error) {
    if (violatedConstraint(error) !== 'uq_outbound_emails_provider_message_id') throw error;
    throw new OvertakenError('Another mail has taken the provider id in the same instant', { cause: error });
  }
}

/**
 * Only a definite no gives places back: of an open mail, its queue row tells; of one that has ended, its status does.
 * What was UNKNOWN when a person resolved it holds its place whatever has become of it since.
 */
async function lacksPlace(
  tx: Transaction,
  attempt: ProvenAttempt,
  { status }: EmailRow,
  owed: OwedRow | undefined,
): Promise<boolean> {
  const gaveBack = owed === undefined ? status === 'FAILED' || status === 'DROPPED' : !owed.holds_place;
  if (!gaveBack) return false;
  const resolved = await tx.query(
    `SELECT FROM cam_operator_actions
      WHERE outbound_email_id = $1 AND action LIKE 'resolve%' AND acted_at >= $2 LIMIT 1`,
    [attempt.outbound_email_id, attempt.started_at],
  );
  return resolved.length === 0;
}

/** On the day of the attempt, whatever the caps say. The rows are locked in their order: the global one first. */
async function takePlace(tx: Transaction, { day }: ProvenAttempt, email: EmailRow): Promise<void> {
  await tx.query(
    `INSERT INTO cam_quota_counters (scope, scope_id, day, simulated, used)
     VALUES ('global', 0, $1, $2, 1), ('campaign', $3, $1, $2, 1)
     ON CONFLICT (scope, scope_id, day, simulated) DO UPDATE SET used = cam_quota_counters.used + 1`,
    [day, email.simulated, email.campaign_id],
  );
}

async function markContacted(tx: Transaction, email: EmailRow, attempt: ProvenAttempt): Promise<void> {
  await tx.query(
    `UPDATE cam_leads
        SET last_contacted_at = GREATEST(last_contacted_at, $2), updated_at = cam_now(),
            status = CASE WHEN status = 'NEW' THEN 'CONTACTED' ELSE status END
      WHERE id = $1`,
    [email.lead_id, attempt.started_at],
  );
}
