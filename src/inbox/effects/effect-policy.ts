import { isSameMailbox } from '../../common/same-mailbox.js';
import type { BounceKind, ReportedRecipient } from '../classification/classification.js';
import { isStrong } from '../matching/match-policy.js';

/** A stored mail, as far as it decides what the mail brings about. */
export interface EffectiveMail {
  readonly classification: string;
  /** A machine wrote it. */
  readonly automatic: boolean;
  readonly isComplaint: boolean;
  readonly reportedRecipients: readonly ReportedRecipient[];
  readonly isMatched: boolean;
  readonly matchConfidence: number | null;
  readonly senderIsRecipient: boolean;
  /** Whom the matched mail went to; null: it is matched to no mail. */
  readonly toEmail: string | null;
  /** A person gave the label. */
  readonly isLabelled: boolean;
}

export type StopEffect =
  | {
      readonly kind: 'bounce';
      readonly bounce: BounceKind;
      readonly status: string | null;
      readonly diagnostic: string | null;
    }
  | { readonly kind: 'complaint' }
  | { readonly kind: 'unsubscribe' };

export interface Effects {
  /** A person answered. */
  readonly isReply: boolean;
  readonly stops: readonly StopEffect[];
  /** It asks for a stop, and that must not be done on its word alone. */
  readonly needsPerson: boolean;
}

/**
 * Strangers cannot suppress: a mail stops somebody only when it names one of our ids or tokens and its writer (of a
 * report: its recipient) is whom that mail went to, or when a person read it and said so.
 */
export function effectsOf(mail: EffectiveMail): Effects {
  const asksForStop = mail.classification === 'BOUNCE' || mail.classification === 'UNSUB';
  const mayStop = mail.isLabelled || (isStrong(mail.matchConfidence) && mail.senderIsRecipient);
  const stops = asksForStop && mayStop && mail.isMatched ? stopsOf(mail) : [];
  return {
    isReply: mail.isMatched && !mail.automatic,
    stops,
    needsPerson: asksForStop && stops.length === 0 && !mail.isLabelled,
  };
}

function stopsOf(mail: EffectiveMail): StopEffect[] {
  const { toEmail } = mail;
  if (mail.classification === 'UNSUB') return [{ kind: mail.isComplaint ? 'complaint' : 'unsubscribe' }];
  if (toEmail === null) return [];
  const bounces = mail.reportedRecipients.flatMap(({ address, kind, status, diagnostic }): StopEffect[] =>
    kind !== null && isSameMailbox(address, toEmail)
      ? [{ kind: 'bounce', bounce: kind, status, diagnostic }]
      : [],
  );
  // Who labels a mail that tells no recipient means: this address takes no mail.
  return bounces.length === 0 && mail.isLabelled
    ? [{ kind: 'bounce', bounce: 'hard', status: null, diagnostic: null }]
    : bounces.slice(0, 1);
}
