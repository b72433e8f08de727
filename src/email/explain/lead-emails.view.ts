import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { holdsPlace, ownerParameters, type QueueOwner, REPEATABLE } from '../dispatch/queue-owner.js';
import type { WaitsFor } from '../entities/dispatch-queue-row.entity.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';

/** A mail with what decides about it. The columns of the queue are null once it has ended. */
export interface LeadEmailRow {
  id: number;
  campaign_id: number;
  to_email: string;
  sequence_number: number;
  enrolment_id: number | null;
  status: StoredStatus;
  error_code: string | null;
  queued_at: Date;
  ours: boolean | null;
  repeatable: boolean | null;
  leased: boolean | null;
  waits_for: WaitsFor | null;
  due_at: Date | null;
  follow_up: boolean | null;
  maybe_sent: boolean;
  holds_place: boolean;
  now: Date;
}

/** Mails that have ended are told of so far back. */
const MOST_MAILS = 20;

/** The mails of a lead, for who asks why they did not go. */
@Injectable()
export class LeadEmailsReadModel {
  constructor(
    private readonly database: Database,
    private readonly quota: QuotaRepository,
  ) {}

  /** Those that are open, and the latest of the others; newest first. */
  async find(leadId: number, owner: QueueOwner): Promise<LeadEmailRow[]> {
    return this.database.query<LeadEmailRow>(
      `WITH latest AS MATERIALIZED (
         SELECT id FROM cam_outbound_emails WHERE lead_id = $5 ORDER BY id DESC LIMIT ${MOST_MAILS}
       ), open AS MATERIALIZED (
         SELECT o.id FROM cam_outbound_emails AS o WHERE o.lead_id = $5 AND o.status = 'QUEUED'
       )
       SELECT o.id, o.campaign_id, o.to_email, o.sequence_number, o.enrolment_id, o.status, o.error_code, o.queued_at,
              q.provider = $1 AND q.simulated = $2 AS ours, ${REPEATABLE} AS repeatable,
              q.lease_token IS NOT NULL AS leased, q.waits_for, NULLIF(q.due_at, 'infinity') AS due_at, q.follow_up,
              q.maybe_sent_since IS NOT NULL AS maybe_sent,
              ${holdsPlace('q.maybe_sent_since IS NOT NULL', 'q.cap_day', '$6')} AS holds_place, cam_now() AS now
         FROM cam_outbound_emails AS o
         LEFT JOIN cam_dispatch_queue AS q ON q.outbound_email_id = o.id
        WHERE o.id IN (SELECT id FROM latest UNION SELECT id FROM open)
        ORDER BY o.id DESC`,
      [...ownerParameters(owner), leadId, this.quota.timeZone],
    );
  }
}
