import { isSameMailbox } from '../../common/same-mailbox.js';
import type { BounceKind, ReportedRecipient } from '../classification/classification.js';
import { isStrong } from '../matching/match-policy.js';

/** A stored mail, as far as it decides what the mail brings about. */
export interface EffectiveMail {
  readonly classification: 'POSITIVE' | 'NEGATIVE' | 'OOO' | 'BOUNCE' | 'UNSUB' | 'NEUTRAL';
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

type ReplyCause = 'positive_reply' | 'negative_reply' | 'neutral_reply' | 'out_of_office';
type StopCause = 'unsubscribe' | 'complaint' | 'hard_bounce' | 'soft_bounce';

/** What the mail tells of its lead. */
export interface Told {
  readonly cause: ReplyCause | StopCause;
  /** She or her server tells it, and one of our ids or tokens names her; or a person has read it and said so. */
  readonly isSure: boolean;
}

export interface Effects {
  /** A person answered. */
  readonly isReply: boolean;
  /** What is done to mail and addresses, and to their lead with them. */
  readonly stops: readonly StopEffect[];
  /** What is told of the lead; null: nothing. With `stops`, those bring it about. */
  readonly told: Told | null;
  /** It asks for a stop, and that must not be done on its word alone. */
  readonly needsPerson: boolean;
}

/**
 * Strangers cannot suppress: a mail stops somebody only when it names one of our ids or tokens and its writer (of a
 * report: its recipient) is whom that mail went to, or when a person read it and said so. What is less sure still tells
 * something of the lead: it ends her follow-ups, or delays them.
 */
export function effectsOf(mail: EffectiveMail): Effects {
  const asksForStop = mail.classification === 'BOUNCE' || mail.classification === 'UNSUB';
  const isSure = mail.isLabelled || (isStrong(mail.matchConfidence) && mail.senderIsRecipient);
  const stops = asksForStop && isSure && mail.isMatched ? stopsOf(mail) : [];
  const cause = mail.isMatched ? causeOf(mail, stops) : null;
  return {
    isReply: mail.isMatched && !mail.automatic,
    stops,
    told: cause === null ? null : { cause, isSure: isSure && (!asksForStop || stops.length > 0) },
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

function causeOf(mail: EffectiveMail, stops: readonly StopEffect[]): Told['cause'] | null {
  switch (mail.classification) {
    case 'POSITIVE':
      return 'positive_reply';
    case 'NEGATIVE':
      return 'negative_reply';
    case 'NEUTRAL':
      return mail.automatic ? null : 'neutral_reply';
    case 'OOO':
      return 'out_of_office';
    case 'UNSUB':
      return mail.isComplaint ? 'complaint' : 'unsubscribe';
    case 'BOUNCE':
      return bounceCauseOf(
        stops.length > 0
          ? stops.map((stop) => (stop.kind === 'bounce' ? stop.bounce : null))
          : mail.reportedRecipients.map(({ kind }) => kind),
      );
  }
}

/** A bounce that tells no kind is taken for hard; one of policy refuses us, and says nothing of her. */
function bounceCauseOf(kinds: readonly (BounceKind | null)[]): 'hard_bounce' | 'soft_bounce' | null {
  const told = kinds.filter((kind) => kind !== null);
  if (told.length === 0 || told.includes('hard')) return 'hard_bounce';
  return told.includes('soft') ? 'soft_bounce' : null;
}
