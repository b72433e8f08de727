import { performance } from 'node:perf_hooks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { classifyDatabaseError } from '../../database/database-error.js';
import { bodySha256 } from '../sending/frozen-email.js';
import { threadHeaders } from '../sending/thread-headers.js';
import { ThreadRepository } from '../sending/thread.repository.js';
import { DISPATCH_TIMING, type DispatchTiming, leaseCovers } from './lease.js';
import type { LeasedEmail, LeasedThread } from './leased-email.js';
import { PacedArchive, type PacedAnswer } from './paced-archive.service.js';

/** A key that may not read is not asked with again for so long. */
const FORBIDDEN_FOR_MS = 10 * 60_000;

/** What is known, just before a follow-up leaves, of the mail that it goes on with. */
export interface ParentName {
  /** The Message-ID that its recipient sees; null: it is not known, or the follow-up names it already. */
  readonly messageIdHeader: string | null;
  /** The provider was asked, which took one of the fleet's moments and time. */
  readonly asked: boolean;
}

/**
 * Lets a follow-up name the mail before it as its recipient knows it. Providers replace the Message-ID that we set, and
 * the real one may come to light after the follow-up was stored.
 */
@Injectable()
export class ThreadRefresh {
  private readonly logger = new Logger(ThreadRefresh.name);
  private askAgainAtMs = 0;

  constructor(
    private readonly archive: PacedArchive,
    private readonly threads: ThreadRepository,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * Looks at what was known when the follow-up was leased, else asks the provider once. No follow-up waits for it: what
   * is not told soon stays unknown, and our own id stands for the mail.
   */
  async findParentName(email: LeasedEmail, signal: AbortSignal): Promise<ParentName> {
    const { thread, wire } = email;
    if (thread === null) return { messageIdHeader: null, asked: false };
    const { parentMessageIdHeader: known } = thread;
    if (known !== null) {
      return { messageIdHeader: wire.headers['In-Reply-To'] === known ? null : known, asked: false };
    }
    const answer = await this.ask(email, thread, signal);
    if (answer === null) return { messageIdHeader: null, asked: false };
    if (answer.kind === 'told') return { messageIdHeader: answer.value, asked: true };
    if (answer.kind === 'forbidden') this.askAgainAtMs = performance.now() + FORBIDDEN_FOR_MS;
    this.logger.log({
      event: 'outbound.parent_not_named',
      email_id: email.lease.emailId,
      reason: answer.reason,
    });
    return { messageIdHeader: null, asked: answer.kind !== 'held_back' };
  }

  /**
   * Keeps the name of the mail before it, and names it in the follow-up, whose every attempt sends the same from then
   * on. Repeating it is safe.
   *
   * @returns the follow-up's header fields; null: its lease has passed to another holder
   */
  async rename(
    { lease, wire }: LeasedEmail,
    thread: LeasedThread,
    parentName: string,
  ): Promise<Readonly<Record<string, string>> | null> {
    if (thread.parentMessageIdHeader === null) {
      await this.threads.learnMessageIdHeader(thread.parentId, parentName);
    }
    const chain = await this.threads.findChain(thread.parentId);
    // Another mail may have the same name in our books; the recipient's thread goes by what the provider says.
    const named = chain.map((mail, index) =>
      index === chain.length - 1 ? { ...mail, providerMessageIdHeader: parentName } : mail,
    );
    const headers = { ...wire.headers, ...threadHeaders(named, thread.messageIdHeader) };
    const { from: fromEmail, to: toEmail, subject, html, text, replyTo } = wire;
    const sha256 = bodySha256({ fromEmail, toEmail, subject, html, text, replyTo, headers });
    return (await this.threads.saveHeaders(lease, headers, sha256)) ? headers : null;
  }

  /** @returns null: there is nobody to ask, or no time */
  private async ask(
    { lease }: LeasedEmail,
    { parentMessageId }: LeasedThread,
    signal: AbortSignal,
  ): Promise<PacedAnswer<string | null> | null> {
    const { threadAnswerMs, providerTimeoutMs } = this.timing;
    const canAnswer = this.archive.memoryMs !== null && performance.now() >= this.askAgainAtMs;
    if (parentMessageId === null || !canAnswer) return null;
    if (!leaseCovers(lease, 2 * threadAnswerMs + providerTimeoutMs)) return null;
    try {
      return await this.archive.findMessageIdHeader(parentMessageId, threadAnswerMs, signal);
    } catch (error) {
      if (classifyDatabaseError(error) !== 'unavailable') throw error;
      return null;
    }
  }
}
