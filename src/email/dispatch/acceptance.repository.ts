import { Injectable, Logger } from '@nestjs/common';
import { Coalescer } from '../../common/coalescer.js';
import { Database } from '../../database/database.js';
import { classifyDatabaseError, violatedConstraint } from '../../database/database-error.js';
import type { Lease } from './lease.js';

/** A mail that the provider has named. */
export interface Acceptance {
  readonly lease: Lease;
  readonly messageId: string;
  /** The Message-ID that the recipient sees; null: not known yet. */
  readonly messageIdHeader: string | null;
}

/** The UNIQUEs of what a provider calls a mail. */
const NAMES_OF_A_MAIL: ReadonlySet<string> = new Set([
  'uq_outbound_emails_provider_message_id',
  'uq_outbound_emails_provider_message_id_header',
]);

/** Acceptances written by one statement. */
const MOST_ACCEPTANCES = 200;

/** Writes down that the provider has accepted mail. True whoever holds the lease, so nothing fences it. */
@Injectable()
export class AcceptanceRepository {
  private readonly logger = new Logger(AcceptanceRepository.name);
  private readonly acceptances = new Coalescer<Acceptance, undefined>((batch) => this.recordTogether(batch), {
    heaviest: MOST_ACCEPTANCES,
    isShared: (error) => classifyDatabaseError(error) === 'unavailable',
  });

  constructor(private readonly database: Database) {}

  /** Records an acceptance, and with it those that come at the same time. Repeating it is safe. */
  async record(acceptance: Acceptance): Promise<void> {
    try {
      await this.acceptances.ask(acceptance);
    } catch (error) {
      if (!NAMES_OF_A_MAIL.has(violatedConstraint(error) ?? '')) throw error;
      // A provider that names two mails alike must not make us send one of them again.
      await this.write([acceptance], true);
    }
  }

  /** Within a batch of several, a repeated message id fails all of it: each is then asked for on its own. */
  private async recordTogether(batch: readonly Acceptance[]): Promise<undefined[]> {
    await this.write(batch, false);
    return batch.map(() => undefined);
  }

  private async write(batch: readonly Acceptance[], idIsTaken: boolean): Promise<void> {
    await this.database.query(
      `WITH accepted AS MATERIALIZED (
         SELECT DISTINCT ON (id) * FROM unnest($1::integer[], $2::text[], $5::text[])
                AS a (id, message_id, message_id_header)
       ), closed AS (
         DELETE FROM cam_dispatch_queue AS q USING accepted WHERE q.outbound_email_id = accepted.id
         RETURNING q.outbound_email_id, q.retry_count
       ), sent AS (
         UPDATE cam_outbound_emails AS o
            SET status = 'SENT', sent_at = COALESCE(o.sent_at, cam_now()), error_code = NULL, error_message = NULL,
                provider_message_id = CASE WHEN $4 THEN NULL ELSE message_id END,
                provider_message_id_header = CASE
                  WHEN $4 THEN o.provider_message_id_header
                  ELSE COALESCE(accepted.message_id_header, o.provider_message_id_header) END,
                email_metadata = CASE WHEN $4
                  THEN o.email_metadata || jsonb_build_object('repeated_provider_message_id', message_id)
                  ELSE o.email_metadata END,
                retry_count = COALESCE(closed.retry_count, o.retry_count), updated_at = cam_now()
           FROM accepted LEFT JOIN closed ON closed.outbound_email_id = accepted.id
          WHERE o.id = accepted.id AND o.sent_at IS NULL
         RETURNING o.lead_id, o.simulated
       ), noted AS (
         UPDATE cam_send_attempts AS t
            SET finished_at = cam_now(), outcome = 'accepted', code = NULL, reason = NULL,
                provider_message_id = a.message_id
           FROM unnest($1::integer[], $2::text[], $3::integer[]) AS a (id, message_id, attempt)
          WHERE t.outbound_email_id = a.id AND t.attempt = a.attempt
       ), contacted AS MATERIALIZED (
         SELECT id FROM cam_leads WHERE id IN (SELECT lead_id FROM sent WHERE NOT simulated)
          ORDER BY id FOR NO KEY UPDATE
       )
       UPDATE cam_leads AS l
          SET last_contacted_at = GREATEST(l.last_contacted_at, cam_now()), updated_at = cam_now(),
              status = CASE WHEN l.status = 'NEW' THEN 'CONTACTED' ELSE l.status END
         FROM contacted WHERE l.id = contacted.id`,
      [
        batch.map(({ lease }) => lease.emailId),
        batch.map(({ messageId }) => messageId),
        batch.map(({ lease }) => lease.attempt),
        idIsTaken,
        batch.map(({ messageIdHeader }) => messageIdHeader),
      ],
    );
    this.logger.log({ event: 'outbound.sent', email_ids: batch.map(({ lease }) => lease.emailId) });
  }
}
