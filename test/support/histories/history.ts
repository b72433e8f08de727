import type { Beginning, Plan } from './commands.js';

/** From its commit until it was lifted. */
export interface Span {
  readonly from: Date;
  to: Date | null;
}

/** What happened, as those who made it happen know it: no word of the service's own decisions. Ids are the database's. */
export interface History {
  readonly beginning: Beginning;
  readonly campaignIds: readonly number[];
  readonly leads: readonly {
    readonly id: number;
    readonly email: string;
    readonly timeZone: string | null;
  }[];
  readonly plans: { readonly campaignId: number; readonly plan: Plan; readonly from: Date }[];
  readonly pauses: (Span & { readonly campaignId: number })[];
  readonly suppressions: (Span & { readonly leadId: number; readonly id: number })[];
  /** Enrolments that got a final word, by the id of the enrolment. */
  readonly stops: { readonly enrolmentId: number; readonly at: Date; readonly reason: string }[];
  readonly hurries: { readonly enrolmentId: number; readonly at: Date }[];
  readonly absences: {
    readonly enrolmentId: number;
    readonly receivedAt: Date;
    readonly at: Date;
    readonly returnDate: string | null;
  }[];
  /** Mails that a person asked for. */
  readonly byHand: Set<number>;
  /** How many steps there were when the enrolment came to its end. */
  readonly exhausted: Map<number, number>;
  /** One line each, to tell what led to a fault. */
  readonly log: string[];
}

export interface MailRow {
  readonly id: number;
  readonly campaign_id: number;
  readonly lead_id: number;
  readonly enrolment_id: number | null;
  readonly sequence_number: number;
  readonly status: string;
  readonly error_code: string | null;
  readonly queued_at: Date;
  readonly sent_at: Date | null;
}

export interface AttemptRow {
  readonly outbound_email_id: number;
  readonly attempt: number;
  readonly send_key: string;
  readonly started_at: Date;
  readonly outcome: string | null;
}

export interface EnrolmentRow {
  readonly id: number;
  readonly campaign_id: number;
  readonly lead_id: number;
  readonly status: string;
  readonly stop_reason: string | null;
  readonly stop_evidence: string | null;
  readonly next_step: number | null;
  readonly created_at: Date;
}

/** What is in the books in the end. */
export interface Books {
  readonly mails: readonly MailRow[];
  readonly attempts: readonly AttemptRow[];
  readonly enrolments: readonly EnrolmentRow[];
}
