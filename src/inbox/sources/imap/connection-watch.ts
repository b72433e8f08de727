import type { Logger } from 'imapflow';
import type { MailboxFailure } from '../mailbox.js';
import { mailboxFailureOf } from './imap-failure.js';

/**
 * Listens to what the library would log, and writes none of it: its entries hold addresses. Two things are told nowhere
 * else: why a search failed (its answer is `false`), and that the server asks for rest, which the library would sit out
 * for minutes with the connection open.
 */
export class ConnectionWatch {
  /** The first trouble is the cause; what follows are its consequences. */
  failure: MailboxFailure | null = null;
  private lastError: unknown = null;
  private readonly ending = new AbortController();

  /** @param cut ends the connection */
  constructor(private readonly cut: () => void) {}

  /** Remembers why the connection is not to be used any more, and ends it. */
  end(failure: MailboxFailure): void {
    this.failure ??= failure;
    this.cut();
    this.ending.abort();
  }

  /** Rejects when the connection is ended: the library may leave a call without an answer then. */
  async untilEnd<Value>(work: Promise<Value>): Promise<Value> {
    const { signal } = this.ending;
    let stopWaiting: () => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      stopWaiting = () => reject(new Error('The connection has been ended'));
      signal.addEventListener('abort', stopWaiting);
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      signal.removeEventListener('abort', stopWaiting);
    }
  }

  /** What the library reports by itself. */
  noteError(error: unknown): void {
    this.failure ??= mailboxFailureOf(error);
  }

  /** @param error what a call ended with; undefined: it ended without an answer */
  causeOf(error: unknown): MailboxFailure {
    return this.failure ?? mailboxFailureOf(error ?? this.lastError);
  }

  /** For the library. All its levels are there: of one that is missing it would write to the console. */
  get logger(): Logger {
    const listen = (entry: unknown): void => this.hear(entry);
    const ignore = (): void => undefined;
    return { trace: ignore, debug: ignore, info: ignore, warn: listen, error: listen, fatal: listen };
  }

  private hear(entry: unknown): void {
    if (typeof entry !== 'object' || entry === null) return;
    const error: unknown = Reflect.get(entry, 'err');
    if (error !== undefined) this.lastError = error;
    const delayMs: unknown = Reflect.get(entry, 'throttleDelay');
    if (typeof delayMs === 'number') {
      // The library begins to wait after this entry: a cut now would not wake it.
      setImmediate(() => this.end({ kind: 'throttled', code: 'throttled', retryAfterMs: delayMs }));
    }
  }
}
