import { performance } from 'node:perf_hooks';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { describeFault } from '../../../common/fault-report.js';
import { within } from '../../../common/within.js';
import { InboxConfig } from '../../../config/inbox.config.js';
import { MAIL_SINK, type MailSink } from '../mail-sink.js';
import { MAILBOX_ACCOUNT, type MailboxAccount, type MailboxSession } from '../mailbox.js';
import { MailboxPollsRepository, PollLeaseLostError } from './mailbox-polls.repository.js';
import { MailboxReading, type ReadingEnd, type Tally } from './mailbox-reading.js';
import { POLL_TIMING, type PollLease, type PollTiming } from './poll-lease.js';
import { pollRetryDelayMs, type PollTrouble } from './poll-retry-policy.js';

/** What a call of {@link MailboxPoller.runOnce} did. */
export type PollReport =
  /** No account is configured. */
  | { readonly kind: 'off' }
  /** It is not time yet, or another replica reads the account. */
  | { readonly kind: 'not_due' }
  /** Everything that was there has been read. */
  | ({ readonly kind: 'complete' } & Tally)
  /** There is more, or the process ends: the poll stays due. */
  | ({ readonly kind: 'bounded' | 'stopped' } & Tally)
  /** Another replica took the account over meanwhile. */
  | ({ readonly kind: 'lost' } & Tally)
  | ({ readonly kind: 'failed'; readonly error: string; readonly retryInMs: number } & Tally);

/**
 * Reads the mailbox account: one replica at a time, by a lease that outlives no silence. Each mail is handed over with
 * the move of its mailbox's position in the transaction that stores it: after a crash, reading goes on where that
 * transaction left it, so that no mail is lost and none comes in twice.
 */
@Injectable()
export class MailboxPoller implements BeforeApplicationShutdown {
  private readonly logger = new Logger(MailboxPoller.name);
  private readonly stopping = new AbortController();
  private running: Promise<PollReport> | null = null;

  constructor(
    @Inject(MAILBOX_ACCOUNT) private readonly account: MailboxAccount,
    @Inject(MAIL_SINK) private readonly sink: MailSink,
    private readonly polls: MailboxPollsRepository,
    private readonly config: InboxConfig,
    @Inject(POLL_TIMING) private readonly timing: PollTiming,
  ) {}

  /** Makes a poll if one is due. A call while one is under way joins it. Rejects when the database fails. */
  runOnce(): Promise<PollReport> {
    this.running ??= this.poll().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Ends the connection; the mail in hand is stored or not, as a whole. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    if (this.running !== null) await within(this.timing.shutdownWithinMs, this.running);
  }

  private async poll(): Promise<PollReport> {
    if (!this.account.isConfigured()) return { kind: 'off' };
    if (this.stopping.signal.aborted) return { kind: 'not_due' };
    const lease = await this.polls.take(this.account.fingerprint, this.timing.leaseMs);
    if (lease === null) return { kind: 'not_due' };

    const tally: Tally = { stored: 0, known: 0 };
    const end = await this.readAll(lease, tally);
    const report = await this.endPoll(lease, end, tally);
    if (report.kind === 'failed') this.logger.warn({ event: 'inbox.poll_failed', ...report });
    else this.logger.log({ event: 'inbox.polled', ...report });
    return report;
  }

  private async readAll(lease: PollLease, tally: Tally): Promise<ReadingEnd> {
    const connection = await this.account.connect(this.stopping.signal);
    if (connection.kind !== 'told') return { kind: 'failed', trouble: connection };

    const session = connection.value;
    try {
      return await this.reading(lease, session, tally).readAll();
    } catch (error) {
      if (error instanceof PollLeaseLostError) return { kind: 'lost' };
      this.logger.error({ event: 'inbox.storing_failed', fault: describeFault(error) });
      return { kind: 'failed', trouble: { kind: 'storage', code: 'storage' } };
    } finally {
      await session.close();
    }
  }

  private reading(lease: PollLease, session: MailboxSession, tally: Tally): MailboxReading {
    return new MailboxReading(session, this.sink, this.polls, lease, tally, {
      leaseMs: this.timing.leaseMs,
      endsAtMs: performance.now() + this.timing.longestPollMs,
      onMissing: (mailbox) => this.logger.warn({ event: 'inbox.mailbox_missing', mailbox }),
    });
  }

  private async endPoll(lease: PollLease, end: ReadingEnd, tally: Tally): Promise<PollReport> {
    switch (end.kind) {
      case 'complete':
        await this.polls.succeed(lease, this.config.pollIntervalMinutes * 60_000);
        return { kind: 'complete', ...tally };
      case 'failed':
        // A session that ended because the process does is no trouble.
        return this.stopping.signal.aborted
          ? this.giveBack(lease, 'stopped', tally)
          : this.fail(lease, end.trouble, tally);
      case 'bounded':
        return this.giveBack(lease, 'bounded', tally);
      case 'lost':
        return { kind: 'lost', ...tally };
    }
  }

  private async giveBack(lease: PollLease, kind: 'bounded' | 'stopped', tally: Tally): Promise<PollReport> {
    await this.polls.release(lease);
    return { kind, ...tally };
  }

  private async fail(lease: PollLease, trouble: PollTrouble, tally: Tally): Promise<PollReport> {
    const retryInMs = Math.round(pollRetryDelayMs(trouble, lease.failures, Math.random()));
    const error = trouble.code === trouble.kind ? trouble.kind : `${trouble.kind}: ${trouble.code}`;
    await this.polls.fail(lease, error, retryInMs);
    return { kind: 'failed', error, retryInMs, ...tally };
  }
}
