/** What a mail that came in is. The database knows six of them: see {@link storedClass}. */
export type MailClass =
  'BOUNCE' | 'COMPLAINT' | 'OOO' | 'AUTO' | 'UNSUB' | 'NEGATIVE' | 'POSITIVE' | 'NEUTRAL';

/** How dead an address is: `hard` will never take mail, `soft` may later, `policy` refused us and not the address. */
export type BounceKind = 'hard' | 'soft' | 'policy';

/** One recipient of a delivery report or complaint. */
export interface ReportedRecipient {
  /** Lower case. */
  readonly address: string;
  /** Null: delivered, late beside others that failed, or not told. Of a report of delay alone: why it waits. */
  readonly kind: BounceKind | null;
  /** Enhanced status code (RFC 3463) such as `5.1.1`; null: the report has none. */
  readonly status: string | null;
  /** What the remote server said, at most 500 characters; null: nothing. */
  readonly diagnostic: string | null;
}

/** What a machine reported of a mail of ours. */
export interface Report {
  /** `receipt`: delivered or read, so nothing to act on. */
  readonly kind: 'bounce' | 'delayed' | 'complaint' | 'receipt';
  readonly recipients: readonly ReportedRecipient[];
  /** Message-ID of the mail it reports, with angle brackets; null: not told. */
  readonly originalMessageId: string | null;
  /** `abuse`, `fraud`, `opt-out` … of a complaint (RFC 5965); null: no complaint. */
  readonly feedbackType: string | null;
  /** 0..1 */
  readonly confidence: number;
  /** Ids of the rules that fired. */
  readonly rules: readonly string[];
}

/** A mail that a machine wrote on behalf of the recipient. */
export interface AutomaticReply {
  /** `absence` is an out-of-office; anything else (ticket received, has left, challenge) is `other`. */
  readonly kind: 'absence' | 'other';
  /** She no longer works there: no follow-up will reach her. */
  readonly hasLeft: boolean;
  /** `YYYY-MM-DD` of the return; null: not told. */
  readonly returnDate: string | null;
  readonly confidence: number;
  readonly rules: readonly string[];
  /** The words that told it, at most 200 characters; null: headers did. */
  readonly evidence: string | null;
}

/** What a person's own words say. */
export interface Wording {
  readonly class: 'UNSUB' | 'NEGATIVE' | 'POSITIVE' | 'NEUTRAL';
  readonly confidence: number;
  readonly rules: readonly string[];
  /** The words that told it, at most 200 characters; null: none did. */
  readonly evidence: string | null;
}

/** What the rules make of a mail. */
export interface Classification {
  readonly class: MailClass;
  /** 0..1 */
  readonly confidence: number;
  /** Ids of the rules that fired and, in quotes, the words that told it. */
  readonly reason: string;
  /** True when a person should look. */
  readonly needsReview: boolean;
  /** Of a BOUNCE: the server is still trying, so nothing has bounced. */
  readonly delayed: boolean;
  readonly recipients: readonly ReportedRecipient[];
  readonly originalMessageId: string | null;
  readonly feedbackType: string | null;
  readonly returnDate: string | null;
  readonly hasLeft: boolean;
}

/** Raised with every change of a rule, so that stored labels tell which rules made them. */
export const CLASSIFIER_VERSION = '1';

/** What is less certain than this is shown to a person. */
export const REVIEW_BELOW = 0.6;

/** A classification's fields of which nothing is known. */
export const NOTHING_SAID = {
  needsReview: false,
  delayed: false,
  recipients: [],
  originalMessageId: null,
  feedbackType: null,
  returnDate: null,
  hasLeft: false,
} as const satisfies Partial<Classification>;
