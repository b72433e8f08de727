import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { OvertakenError, violatedConstraint } from '../../database/database-error.js';
import type { MailNames, ProviderNews } from '../provider/provider-webhook.js';

export interface StoredEvent {
  readonly id: number;
  readonly occurred_at: Date;
}

/** Events of the provider, each once, and the names that they give to our mails. */
@Injectable()
export class ProviderEventsRepository {
  /** Null: it is stored already. One that another transaction is storing just now is waited for. */
  async insert(tx: Transaction, news: ProviderNews): Promise<StoredEvent | null> {
    const [event] = await tx.query<StoredEvent>(
      `INSERT INTO cam_provider_events (provider, event_id, type, occurred_at, payload)
       VALUES ($1, $2, $3, COALESCE($4, cam_now()), $5)
       ON CONFLICT (provider, event_id) DO NOTHING
       RETURNING id, occurred_at`,
      [news.provider, news.eventId, news.type, news.occurredAt, JSON.stringify(news.payload)],
    );
    return event ?? null;
  }

  async isStored(tx: Transaction, provider: ProviderNews['provider'], eventId: string): Promise<boolean> {
    const rows = await tx.query('SELECT FROM cam_provider_events WHERE provider = $1 AND event_id = $2', [
      provider,
      eventId,
    ]);
    return rows.length > 0;
  }

  /** After the locks of the mail: until then the event belongs to none. */
  async attach(tx: Transaction, eventId: number, outboundEmailId: number): Promise<void> {
    await tx.query('UPDATE cam_provider_events SET outbound_email_id = $2 WHERE id = $1', [
      eventId,
      outboundEmailId,
    ]);
  }

  async findByMessageId(
    tx: Transaction,
    provider: ProviderNews['provider'],
    messageId: string,
  ): Promise<number | null> {
    const [email] = await tx.query<{ id: number }>(
      'SELECT id FROM cam_outbound_emails WHERE provider_message_id = $2 AND provider = $1',
      [provider, messageId],
    );
    return email?.id ?? null;
  }

  /** Keeps names that the mail did not have yet, unless another mail has them. The mail is locked. */
  async learnNames(tx: Transaction, id: number, { messageId, messageIdHeader }: MailNames): Promise<void> {
    try {
      await tx.query(
        `UPDATE cam_outbound_emails AS o
            SET provider_message_id = COALESCE(o.provider_message_id, free.message_id),
                provider_message_id_header = COALESCE(o.provider_message_id_header, free.header), updated_at = cam_now()
           FROM (SELECT (SELECT $2::text WHERE NOT EXISTS (
                           SELECT FROM cam_outbound_emails WHERE provider_message_id = $2)) AS message_id,
                        (SELECT $3::text WHERE NOT EXISTS (
                           SELECT FROM cam_outbound_emails WHERE provider_message_id_header = $3)) AS header) AS free
          WHERE o.id = $1
            AND (o.provider_message_id IS NULL AND free.message_id IS NOT NULL
                 OR o.provider_message_id_header IS NULL AND free.header IS NOT NULL)`,
        [id, messageId, messageIdHeader],
      );
    } catch (error) {
      if (!TAKEN.has(violatedConstraint(error) ?? '')) throw error;
      throw new OvertakenError('Another mail has taken a name in the same instant', { cause: error });
    }
  }
}

const TAKEN: ReadonlySet<string> = new Set([
  'uq_outbound_emails_provider_message_id',
  'uq_outbound_emails_provider_message_id_header',
]);
