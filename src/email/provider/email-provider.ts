/** Injection token of the one provider that this process sends through. */
export const EMAIL_PROVIDER = Symbol('EMAIL_PROVIDER');

/** Stored in `cam_outbound_emails.provider`; a process claims only mail of its own provider. */
export type ProviderName = 'Resend' | 'NoOp' | 'SMTP';

/** One mail as it goes over the wire. Frozen when the mail is accepted: every attempt sends the same bytes. */
export interface WireEmail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly replyTo: string | null;
  /** Extra header fields, name to value; checked for control characters at accept. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values of ASCII letters, digits, `_` and `-`. Come back with the provider's events. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What one call of {@link EmailProvider.send} means for the mail. */
export type SendOutcome =
  /**
   * The provider took responsibility for the mail and named it. `messageIdHeader` is set when it also tells the
   * Message-ID, in angle brackets, that the recipient will see.
   */
  | { readonly kind: 'accepted'; readonly messageId: string; readonly messageIdHeader?: string }
  /** Certainly not accepted, and the same mail never will be. */
  | { readonly kind: 'rejected'; readonly code: string; readonly reason: string }
  /**
   * Certainly not accepted this time; the same mail may be later. `retryAfterMs` is the provider's own wish.
   * `quotaUsedUp`: it takes no mail for hours or weeks, unless a person buys more.
   */
  | {
      readonly kind: 'deferred';
      readonly reason: string;
      readonly retryAfterMs?: number;
      readonly quotaUsedUp?: true;
    }
  /** Certainly not handed over: no connection came about. The same mail may go later. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /**
   * It may have been accepted: only a repeat under the same key within `dedupeWindowMs` is safe. `retryAfterMs` is set
   * when the provider says that it is at work on this very mail: asking again costs no retry then.
   */
  | { readonly kind: 'ambiguous'; readonly reason: string; readonly retryAfterMs?: number }
  /** The provider knows the key with another body: that one may have been accepted, and no repeat helps. */
  | { readonly kind: 'conflicting'; readonly reason: string }
  /** Certainly not accepted because of our own set-up (key, domain, account): fails no mail, shuts the provider. */
  | { readonly kind: 'misconfigured'; readonly reason: string };

/**
 * Port to the outside world. Implementations keep no state between calls and never retry: the dispatcher owns retries.
 *
 * Calling `send` again with the same key and the same mail is safe within `dedupeWindowMs` of the first call
 * (the provider answers with the first message id and sends nothing); after that it may send a second mail.
 */
export interface EmailProvider {
  /** True when the provider has all it needs to deliver mail. */
  isConfigured(): boolean;

  getName(): ProviderName;

  /** Milliseconds for which the provider remembers a send key; 0 when it has no such memory. */
  readonly dedupeWindowMs: number;

  /**
   * Tells accounts of providers apart without giving away the key: only the account that took a mail remembers its
   * send key.
   */
  readonly accountFingerprint: string;

  /** True when nothing leaves the house: mail accepted through it is `simulated`. */
  readonly simulated: boolean;

  /**
   * Never throws and never takes longer than `timeoutMs`; a call that runs out of time is `ambiguous`.
   *
   * @param sendKey the mail's random key; adapters derive the provider's idempotency key from it
   */
  send(email: WireEmail, sendKey: string, timeoutMs: number): Promise<SendOutcome>;
}
