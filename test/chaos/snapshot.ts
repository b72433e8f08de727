import type { ChaosPostgres } from './postgres.js';

export interface StoredMail {
  readonly id: number;
  readonly lead: number;
  readonly campaign: number;
  readonly sendKey: string;
  readonly status: string;
  readonly errorCode: string | null;
  readonly providerMessageId: string | null;
  readonly retryCount: number;
  /** Whose step it is; null: it is none. */
  readonly enrolment: number | null;
  /** Its number in the sequence. */
  readonly step: number;
  /** Milliseconds since 1970 by the service's clock, as all instants here. */
  readonly updatedAtMs: number;
}

export interface StoredAttempt {
  readonly mail: number;
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  /** Local day of the claim. */
  readonly day: string;
  readonly outcome: string | null;
}

export interface QueueRow {
  readonly mail: number;
  readonly waitsFor: string | null;
  readonly isLeased: boolean;
  readonly isDue: boolean;
  /** Local day whose places it holds. */
  readonly capDay: string | null;
}

export interface StoredEnrolment {
  readonly id: number;
  readonly lead: number;
  /** Of the lead. */
  readonly address: string;
  readonly status: string;
  readonly stopReason: string | null;
  readonly nextStep: number | null;
}

export interface Counter {
  /** 0: the global one. */
  readonly campaign: number;
  readonly day: string;
  readonly used: number;
}

/** What the service's database holds at one moment. */
export interface Snapshot {
  readonly today: string;
  readonly mails: readonly StoredMail[];
  readonly attempts: readonly StoredAttempt[];
  readonly queue: readonly QueueRow[];
  readonly counters: readonly Counter[];
  readonly enrolments: readonly StoredEnrolment[];
}

const MS = (column: string) => `(EXTRACT(EPOCH FROM ${column}) * 1000)::float8`;

export async function readSnapshot(
  postgres: ChaosPostgres,
  database: string,
  timeZone: string,
): Promise<Snapshot> {
  const [row] = await postgres.query<Snapshot>(
    database,
    `SELECT (cam_now() AT TIME ZONE $1)::date::text AS today,
            ARRAY(SELECT jsonb_build_object(
                           'id', id, 'lead', lead_id, 'campaign', campaign_id, 'sendKey', send_key, 'status', status,
                           'errorCode', error_code, 'providerMessageId', provider_message_id,
                           'retryCount', retry_count, 'enrolment', enrolment_id, 'step', sequence_number,
                           'updatedAtMs', ${MS('updated_at')})
                    FROM cam_outbound_emails ORDER BY id) AS mails,
            ARRAY(SELECT jsonb_build_object(
                           'mail', outbound_email_id, 'attempt', attempt, 'outcome', outcome,
                           'startedAtMs', ${MS('started_at')}, 'finishedAtMs', ${MS('finished_at')},
                           'day', (started_at AT TIME ZONE $1)::date)
                    FROM cam_send_attempts ORDER BY outbound_email_id, attempt) AS attempts,
            ARRAY(SELECT jsonb_build_object(
                           'mail', outbound_email_id, 'waitsFor', waits_for, 'isLeased', lease_token IS NOT NULL,
                           'isDue', due_at <= cam_now(), 'capDay', cap_day)
                    FROM cam_dispatch_queue) AS queue,
            ARRAY(SELECT jsonb_build_object('campaign', scope_id, 'day', day, 'used', used)
                    FROM cam_quota_counters WHERE scope IN ('global', 'campaign') AND NOT simulated) AS counters,
            ARRAY(SELECT jsonb_build_object(
                           'id', e.id, 'lead', e.lead_id, 'address', l.email, 'status', e.status,
                           'stopReason', e.stop_reason, 'nextStep', e.next_step)
                    FROM cam_enrolments AS e JOIN cam_leads AS l ON l.id = e.lead_id ORDER BY e.id) AS enrolments`,
    [timeZone],
  );
  if (row === undefined) throw new Error('The database answered with nothing');
  return row;
}
