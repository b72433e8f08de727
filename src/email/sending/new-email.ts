import type { Stop } from '../dispatch/recipient-policy.js';
import type { ProviderName } from '../provider/email-provider.js';
import type { FrozenEmail } from './frozen-email.js';

/** A rendered, frozen mail that wants to be remembered. */
export interface NewEmail extends FrozenEmail {
  readonly leadId: number;
  readonly campaignId: number;
  readonly sequenceNumber: number;
  readonly campaignSequenceId: number | null;
  /** Whose step it is; null: somebody asked for it. */
  readonly enrolment: SteppingEnrolment | null;
  /** The mail that it follows in one thread; null: it begins one. */
  readonly threadParentId: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Set when our own rules keep the mail in: it is stored as DROPPED with this reason. */
  readonly drop: Stop | null;
}

/** An enrolment as it was when its next step was decided. */
export interface SteppingEnrolment {
  readonly id: number;
  readonly version: number;
}

/** What all mails of one accepting transaction share. */
export interface AcceptContext {
  readonly campaignId: number;
  readonly provider: ProviderName;
  readonly simulated: boolean;
  readonly accountFingerprint: string;
  readonly maxRetries: number;
  /**
   * lease: take the day's places and lease the mail to this caller. reserve: take the places, queue the mail.
   * defer: queue the mail; its claim takes the places of the day on which it goes.
   */
  readonly placing: 'lease' | 'reserve' | 'defer';
}

/** What makes two mails the same one, within one campaign's call and one mode. */
export function identity(email: { leadId: number; contentHash: string; sequenceNumber: number }): string {
  return `${email.leadId}/${email.sequenceNumber}/${email.contentHash}`;
}

/** The later steps of a sequence go before first mails. */
export function isFollowUp({ sequenceNumber, campaignSequenceId, enrolment }: NewEmail): boolean {
  return sequenceNumber > 1 || (campaignSequenceId !== null && enrolment === null);
}
