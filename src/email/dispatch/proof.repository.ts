import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';
import { violatedConstraint } from '../../database/database-error.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';

/** The provider shows that it has a mail: our tag of it, and its own name for it. */
export interface Proof {
  /** Value of the tag `cam_send`, as it came. */
  readonly sendKey: string;
  readonly messageId: string;
}

/** `foreign`: no mail of this database was ever sent under that key. */
export type ProofResult = 'settled' | 'known' | 'foreign';

interface ProvenAttempt {
  outbound_email_id: number;
  started_at: Date;
  day: string;
}

interface OwedRow {
  retry_count: number;
  holds_place: boolean;
}

interface EmailRow {
  status: StoredStatus;
  lead_id: number;
  campaign_id: number;
  simulated: boolean;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How often a person may queue a mail again in the very instant in which its proof arrives. */
const MOST_TRIES = 5;

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
    if (!UUID.test(proof.sendKey)) return 'foreign';
    try {
      return await this.settle(proof, false);
    } catch (error) {
      if (violatedConstraint(error) !== 'uq_outbound_emails_provider_message_id') throw error;
      // A provider that names two mails alike must not make us send one of them again.
      return this.settle(proof, true);
    }
  }

  private async settle(proof: Proof, idIsTaken: boolean): Promise<ProofResult> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const result = await this.database.transaction((tx) => this.trySettle(tx, proof, idIsTaken));
      if (result !== 'requeued') return result;
    }
    throw new Error('A mail that is proven to be sent is QUEUED, and owed nothing');
  }

  private async trySettle(
    tx: Transaction,
    { sendKey, messageId }: Proof,
    idIsTaken: boolean,
  ): Promise<ProofResult | 'requeued'> {
    const attempt = await this.findAttempt(tx, sendKey);
    if (attempt === null) return 'foreign';
    const id = attempt.outbound_email_id;
    const [owed] = await tx.query<OwedRow>(
      `DELETE FROM cam_dispatch_queue WHERE outbound_email_id = $1
       RETURNING retry_count, cap_day IS NOT NULL AS holds_place`,
      [id],
    );
    const [email] = await tx.query<EmailRow>(
      'SELECT status, lead_id, campaign_id, simulated FROM cam_outbound_emails WHERE id = $1 FOR UPDATE',
      [id],
    );
    if (email === undefined) return 'foreign';
    if (email.status === 'SENT' || email.status === 'BOUNCED') return 'known';
    // Queued again after we had looked for its queue row. We must not take that row's lock now, out of turn.
    if (email.status === 'QUEUED' && owed === undefined) return 'requeued';

    await tx.query(
      `UPDATE cam_outbound_emails
          SET status = 'SENT', sent_at = $2, error_code = NULL, error_message = NULL,
              provider_message_id = CASE WHEN $4 THEN NULL ELSE $3 END,
              email_metadata = CASE WHEN $4
                THEN email_metadata || jsonb_build_object('repeated_provider_message_id', $3::text)
                ELSE email_metadata END,
              retry_count = COALESCE($5, retry_count), updated_at = cam_now()
        WHERE id = $1`,
      [id, attempt.started_at, messageId, idIsTaken, owed?.retry_count ?? null],
    );
    if (!email.simulated) await markContacted(tx, email, attempt);
    if (await lacksPlace(tx, attempt, email, owed)) await takePlace(tx, attempt, email);
    return 'settled';
  }

  /** The attempt that the provider speaks of: the last one under the key, of those which may have been accepted. */
  private async findAttempt(tx: Transaction, sendKey: string): Promise<ProvenAttempt | null> {
    const [attempt] = await tx.query<ProvenAttempt>(
      `SELECT outbound_email_id, started_at, (started_at AT TIME ZONE $2)::date::text AS day
         FROM cam_send_attempts WHERE send_key = $1
        ORDER BY outcome IS NOT NULL AND outcome NOT IN ('accepted', 'ambiguous', 'conflicting'), attempt DESC
        LIMIT 1`,
      [sendKey, this.quota.timeZone],
    );
    return attempt ?? null;
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
