import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../database/database.js';
import { violatedConstraint } from '../../database/database-error.js';
import type { Lease } from '../dispatch/lease.js';
import type { ThreadMail } from './thread-headers.js';

/** The mails of a thread, and the header fields of one that has not left. */
@Injectable()
export class ThreadRepository {
  constructor(private readonly database: Database) {}

  /** The thread that ends with this mail, oldest first. */
  async findChain(lastId: number, on: Pick<Transaction, 'query'> = this.database): Promise<ThreadMail[]> {
    return on.query<ThreadMail>(
      `WITH RECURSIVE thread (id, parent_id, message_id, real_id) AS (
         SELECT id, thread_parent_id, message_id_header, provider_message_id_header
           FROM cam_outbound_emails WHERE id = $1
         UNION
         SELECT o.id, o.thread_parent_id, o.message_id_header, o.provider_message_id_header
           FROM thread JOIN cam_outbound_emails AS o ON o.id = thread.parent_id
       )
       SELECT message_id AS "messageIdHeader", real_id AS "providerMessageIdHeader" FROM thread ORDER BY id`,
      [lastId],
    );
  }

  /** Keeps the Message-ID that a mail's recipient sees, unless one is known or another mail has it. */
  async learnMessageIdHeader(id: number, messageIdHeader: string): Promise<void> {
    try {
      await this.database.query(
        `UPDATE cam_outbound_emails SET provider_message_id_header = $2, updated_at = cam_now()
          WHERE id = $1 AND provider_message_id_header IS NULL`,
        [id, messageIdHeader],
      );
    } catch (error) {
      if (violatedConstraint(error) !== 'uq_outbound_emails_provider_message_id_header') throw error;
    }
  }

  /**
   * Changes the header fields of a mail that has not been on the wire: every attempt sends these from then on.
   *
   * @returns false when the lease has passed to another holder; nothing was changed
   */
  async saveHeaders(
    { emailId, token }: Lease,
    headers: Readonly<Record<string, string>>,
    bodySha256: string,
  ): Promise<boolean> {
    const saved = await this.database.query(
      `WITH held AS MATERIALIZED (
         SELECT outbound_email_id FROM cam_dispatch_queue
          WHERE outbound_email_id = $1 AND lease_token = $2 FOR UPDATE
       )
       UPDATE cam_outbound_emails AS o SET headers = $3, body_sha256 = $4, updated_at = cam_now()
         FROM held WHERE o.id = held.outbound_email_id
       RETURNING o.id`,
      [emailId, token, JSON.stringify(headers), bodySha256],
    );
    return saved.length > 0;
  }
}
