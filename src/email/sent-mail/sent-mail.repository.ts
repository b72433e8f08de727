import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import type { SentMail, SentMailNames } from './sent-mail.js';

const COLUMNS = `
  id, lead_id AS "leadId", campaign_id AS "campaignId", to_email AS "toEmail", public_token AS "publicToken",
  array_remove(ARRAY[message_id_header, provider_message_id_header], NULL) AS "messageIds"`;

/** An answer may be this much older than its mail: the clocks of mailboxes are not ours. */
const CLOCK_SKEW = `interval '1 day'`;

@Injectable()
export class SentMailRepository {
  /** All mails that one of the names stands for, in no order. */
  async findNamed(tx: Transaction, { publicTokens, messageIds }: SentMailNames): Promise<SentMail[]> {
    return tx.query<SentMail>(
      `SELECT ${COLUMNS} FROM cam_outbound_emails
        WHERE public_token = ANY($1) OR message_id_header = ANY($2) OR provider_message_id_header = ANY($2)`,
      [publicTokens, messageIds],
    );
  }

  /** The newest mail to one of the addresses, sent in the days before; a real one before simulated ones. */
  async findNewestTo(
    tx: Transaction,
    addresses: readonly string[],
    before: Date | null,
    days: number,
  ): Promise<SentMail | null> {
    const [mail] = await tx.query<SentMail>(
      `SELECT ${COLUMNS} FROM cam_outbound_emails
        WHERE to_email = ANY($1) AND status IN ('SENT', 'BOUNCED', 'UNKNOWN')
          AND COALESCE(sent_at, queued_at) > COALESCE($2, cam_now()) - $3 * interval '1 day'
          AND COALESCE(sent_at, queued_at) < COALESCE($2, cam_now()) + ${CLOCK_SKEW}
        ORDER BY simulated, id DESC LIMIT 1`,
      [addresses, before, days],
    );
    return mail ?? null;
  }

  async find(tx: Transaction, id: number): Promise<SentMail | null> {
    const [mail] = await tx.query<SentMail>(`SELECT ${COLUMNS} FROM cam_outbound_emails WHERE id = $1`, [id]);
    return mail ?? null;
  }
}
