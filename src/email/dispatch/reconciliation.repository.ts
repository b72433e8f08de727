import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { ProviderName } from '../provider/email-provider.js';

/** One account of one provider: only it can know what it accepted. */
export interface ProviderAccount {
  readonly provider: ProviderName;
  readonly account: string;
}

/** A mail of which nobody knows whether the provider has it. */
export interface UnknownEmail {
  readonly to_email: string;
  readonly subject: string;
  /** Of the attempts that went to this account. */
  readonly first_attempt_at: Date;
}

/** Mails looked for by one run; more than these in one account have a cause that no list mends. */
const MOST_UNKNOWN = 1_000;

/** What of an account waits for the provider's proof, and whose turn it is to look. */
@Injectable()
export class ReconciliationRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes the fleet's turn, of which there is one in `everyMs`, and none while there is nothing to look for. Times are
   * real (`clock_timestamp()`), as all of the gate's.
   */
  async takeTurn(
    { provider, account }: ProviderAccount,
    everyMs: number,
    memoryMs: number,
  ): Promise<boolean> {
    const turns = await this.database.query(
      `UPDATE cam_provider_gates SET reconciled_at = clock_timestamp()
        WHERE provider = $1
          AND (reconciled_at IS NULL OR reconciled_at <= clock_timestamp() - $4 * interval '1 millisecond')
          AND EXISTS (${UNKNOWN})
       RETURNING 1`,
      [provider, account, memoryMs, everyMs],
    );
    return turns.length > 0;
  }

  /** UNKNOWN mails that may have gone to the account within its memory, oldest first. */
  async findUnknown({ provider, account }: ProviderAccount, memoryMs: number): Promise<UnknownEmail[]> {
    return this.database.query<UnknownEmail>(
      `SELECT to_email, subject, first_attempt_at FROM (${UNKNOWN}) AS unknown
        ORDER BY first_attempt_at LIMIT $4`,
      [provider, account, memoryMs, MOST_UNKNOWN],
    );
  }
}

/** Of provider $1 and account $2, first attempted no longer than $3 ms ago. Simulated mail never left. */
const UNKNOWN = `
  SELECT o.to_email, o.subject, min(a.started_at) AS first_attempt_at
    FROM cam_outbound_emails AS o
    JOIN cam_send_attempts AS a ON a.outbound_email_id = o.id AND a.account = $2
   WHERE o.status = 'UNKNOWN' AND o.provider = $1 AND NOT o.simulated
   GROUP BY o.id
  HAVING min(a.started_at) > cam_now() - $3 * interval '1 millisecond'`;
