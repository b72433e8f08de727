import type { ReadFormat, ReadMail } from './read-mail.js';
import type { UnreadableReason } from './reader-messages.js';
import { ReaderThread } from './reader-thread.js';
import { unread } from './unread.js';

const DEADLINE_MS = 3000;

/** More than any mailbox takes in. What follows is not read. */
const MAX_RAW_BYTES = 64 * 1024 * 1024;

/** A mail that was read, or what could be saved of one that was not: then its header alone, and NEUTRAL for review. */
export type ReadResult =
  | ({ readonly kind: 'read' } & ReadMail)
  | ({ readonly kind: 'unreadable'; readonly reason: UnreadableReason } & ReadMail);

/**
 * Reads mail in a thread of its own, one at a time, within a limit of memory and time each: parser and rules see what
 * strangers wrote. A mail that breaks a limit ends the thread and is `unreadable`; the next one gets a new thread.
 */
export class MailReader {
  private thread: ReaderThread | null = null;
  private lastTurn: Promise<unknown> = Promise.resolve();

  /**
   * @param workerFile mail-reader.worker as JavaScript
   * @param deadlineMs time that one mail may take
   */
  constructor(
    private readonly workerFile = new URL('./mail-reader.worker.js', import.meta.url),
    private readonly deadlineMs = DEADLINE_MS,
  ) {}

  /**
   * Never rejects because of a mail: only when the worker cannot be started, which is an outage and no fault of it.
   *
   * @param raw is copied, so it stays the caller's
   */
  async read(raw: Uint8Array, format: ReadFormat = 'rfc822'): Promise<ReadResult> {
    return this.inTurn(() => this.readNext(raw, format));
  }

  /** Ends the thread once the mails that wait are read. A later mail would start another. */
  async close(): Promise<void> {
    return this.inTurn(() => this.endThread());
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.lastTurn.then(work);
    // What one caller's work throws is hers alone.
    this.lastTurn = turn.catch(() => undefined);
    return turn;
  }

  private async readNext(raw: Uint8Array, format: ReadFormat): Promise<ReadResult> {
    if (this.thread?.isAlive !== true) this.thread = await ReaderThread.start(this.workerFile);
    const answer = await this.thread.ask({ raw: raw.subarray(0, MAX_RAW_BYTES), format }, this.deadlineMs);
    if (answer.kind === 'read') return { kind: 'read', ...answer.read };
    if (answer.kind === 'malformed') return unreadable(raw, format, 'malformed');
    await this.endThread();
    return unreadable(raw, format, answer.reason);
  }

  private async endThread(): Promise<void> {
    const ended = this.thread;
    this.thread = null;
    await ended?.end();
  }
}

function unreadable(raw: Uint8Array, format: ReadFormat, reason: UnreadableReason): ReadResult {
  return { kind: 'unreadable', reason, ...unread(raw, format, `not read: ${reason}`) };
}
