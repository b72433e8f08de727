/** Times of polling, in milliseconds. Tests scale them. */
export interface PollTiming {
  /**
   * How long a replica holds an account without a sign of life; a crash delays the next poll by no more. Longer than any
   * one call of a session and the storing of a mail take together: it is renewed before each.
   */
  readonly leaseMs: number;
  /** A poll that has more to read than fits gives the account back, due at once. */
  readonly longestPollMs: number;
  /** How long a shutdown waits for the mail in hand. */
  readonly shutdownWithinMs: number;
}

export const POLL_TIMING = Symbol('POLL_TIMING');

export const DEFAULT_POLL_TIMING: PollTiming = {
  leaseMs: 180_000,
  longestPollMs: 600_000,
  shutdownWithinMs: 15_000,
};

/** The right to read an account and to move its positions, until it ends. */
export interface PollLease {
  readonly account: string;
  /** The fence: nothing is written for the account but by the holder of the current token. */
  readonly token: string;
  /** Polls that failed in a row until now. */
  readonly failures: number;
  /**
   * How far back a mailbox is read whose mail is all new to us. One that was never read may hold years of other people's
   * mail: an answer to ours comes within days, and a month is more than any sequence lasts. One whose UIDs have changed
   * was read to its end at the last good poll, however long ago that is.
   */
  readonly firstLookSince: Date;
}
