/** A mail of ours, as far as one that comes in can be tied to it. */
export interface SentMail {
  readonly id: number;
  readonly leadId: number;
  readonly campaignId: number;
  readonly toEmail: string;
  /** Stands in our Message-ID, our Reply-To and the unsubscribe link. */
  readonly publicToken: string;
  /** The Message-ID that we set and, where it is known, the one that the recipient sees. */
  readonly messageIds: readonly string[];
}

/** What a mail that came in says of the mail it is about. */
export interface SentMailNames {
  readonly publicTokens: readonly string[];
  /** With angle brackets. */
  readonly messageIds: readonly string[];
}
