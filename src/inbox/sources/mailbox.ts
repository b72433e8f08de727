/** Injection token of the one mailbox account that this process reads. */
export const MAILBOX_ACCOUNT = Symbol('MAILBOX_ACCOUNT');

/** Why a mailbox could not be read. `code` is short, for logs and health: no address, no secret, no text of the server. */
export type MailboxFailure =
  /** The server does not take user and password, or locked the account: trying again soon makes it worse. */
  | { readonly kind: 'refused'; readonly code: string }
  /** The server asks for rest; `retryAfterMs` is its own wish, null: it named none. */
  | { readonly kind: 'throttled'; readonly code: string; readonly retryAfterMs: number | null }
  /** No connection, a lost one, or no answer in time. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The connection could not be made private: no TLS, or a certificate that proves nothing. No password was sent. */
  | { readonly kind: 'insecure'; readonly code: string }
  /** The server answered, and it cannot be used: a refused command, or no IMAP at all. */
  | { readonly kind: 'broken'; readonly code: string };

export type MailboxAnswer<Value> = { readonly kind: 'told'; readonly value: Value } | MailboxFailure;

/** How far a mailbox was read: all up to this UID under this UIDVALIDITY (RFC 9051, 2.3.1.1), as decimal digits. */
export interface MailboxPosition {
  readonly uidValidity: string;
  readonly lastUid: number;
}

/** A mailbox, opened for reading. */
export interface OpenedMailbox {
  readonly uidValidity: string;
  /** UIDs to read, ascending. */
  readonly newUids: readonly number[];
  /**
   * All mail up to this UID was there when the mailbox was opened: what of it is not among `newUids` need not be looked
   * at again. 0 when the server does not say.
   */
  readonly knownUpTo: number;
}

/** What is known of a mail before its bytes are asked for. */
export interface MailSize {
  readonly uid: number;
  readonly bytes: number;
  /** When it reached the mailbox; null: the server does not say. */
  readonly receivedAt: Date | null;
}

export interface RawMail {
  /** RFC 5322; of a mail over the size limit only its beginning. */
  readonly raw: Uint8Array;
  /** Bytes of the whole mail when it is over the size limit; null: `raw` is all of it. */
  readonly oversize: number | null;
}

/** The most mails that {@link MailboxSession.measure} takes at once. */
export const MOST_MEASURED = 50;

/**
 * One connection, used by one reader, one call at a time. After a failure every further call fails too. Nothing is
 * marked, moved or deleted by any of them: they may all be made again, here or in another session, with equal results.
 */
export interface MailboxSession {
  /** The names of the mailboxes to read: those configured, else INBOX and the one whose special use is `\Junk`. */
  listMailboxes(): Promise<MailboxAnswer<readonly string[]>>;

  /**
   * Opens a mailbox read-only and looks for what is new: mail after `position`, or, when there is none or its UIDVALIDITY
   * is not the mailbox's any more, mail that came in since `since` (to the day).
   *
   * @returns null when there is no such mailbox
   */
  open(
    mailbox: string,
    position: MailboxPosition | null,
    since: Date,
  ): Promise<MailboxAnswer<OpenedMailbox | null>>;

  /**
   * Of the opened mailbox.
   *
   * @param uids at most {@link MOST_MEASURED}
   * @returns in the order of `uids`; what has gone since is left out
   */
  measure(uids: readonly number[]): Promise<MailboxAnswer<readonly MailSize[]>>;

  /**
   * A mail of the opened mailbox; over the size limit, its beginning.
   *
   * @returns null when it has gone since
   */
  fetch(mail: MailSize): Promise<MailboxAnswer<RawMail | null>>;

  /** Ends the connection, politely if that is quick. Never rejects; may be called again, and during another call. */
  close(): Promise<void>;
}

/**
 * Port to the mailbox that gets the answers to our mail. Implementations keep no state between sessions and never
 * retry: the poller owns positions and retries.
 */
export interface MailboxAccount {
  /** False when no account is configured: nothing is polled then. */
  isConfigured(): boolean;

  /** Tells accounts apart without giving away the address: a hash of server and user. */
  readonly fingerprint: string;

  /**
   * Connects and logs in. Never throws and is bounded in time, as all calls of a session are.
   *
   * @param signal ends the session at once, now or later: calls under way answer `unreachable`
   */
  connect(signal: AbortSignal): Promise<MailboxAnswer<MailboxSession>>;
}
