import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { describeFault } from '../../common/fault-report.js';
import { within } from '../../common/within.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import type { ArchivedMail } from '../provider/sent-mail-archive.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import { PacedArchive } from './paced-archive.service.js';
import { ProofRepository } from './proof.repository.js';
import {
  type ProviderAccount,
  ReconciliationRepository,
  type UnknownEmail,
} from './reconciliation.repository.js';

/** The fleet looks no more often. */
const EVERY_MS = 10 * 60_000;

/** A run ends with the page that reaches so many requests: at two a second, a twelfth of what may leave until the next. */
const MOST_REQUESTS = 100;

/** One mail that the provider cannot show must not keep us from the others; several mean that it has trouble. */
const MOST_FAILURES = 3;

/** The provider's clock and ours differ, and it may date a mail by when the request began. */
const CLOCK_MARGIN_MS = 60 * 60_000;

/** Why a run ended. `bounded`: with more to look at, which the next run does. */
export type RunEnd = 'not_due' | 'complete' | 'bounded' | 'held_back' | 'forbidden' | 'failed';

export interface Run {
  readonly end: RunEnd;
  /** Those that were answered as they should be, and single mails that could not be shown. */
  readonly requests: number;
  readonly settled: number;
}

/** What a run has done so far. */
interface Tally {
  requests: number;
  settled: number;
  failures: number;
}

/**
 * Looks for UNKNOWN mail in the provider's own list of what it accepted, slowly: at the pace that all requests share,
 * and a bounded part of the list in a run. Recipient and subject say which mails to look at; only the tag with the send
 * key proves one. That a mail is not found proves nothing: it stays UNKNOWN.
 */
@Injectable()
export class Reconciler implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Reconciler.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  /** Where a bounded run stopped. Kept by the process alone: lost, the list is looked at from its beginning. */
  private resumeAt: string | null = null;

  constructor(
    private readonly archive: PacedArchive,
    private readonly reconciliation: ReconciliationRepository,
    private readonly proofs: ProofRepository,
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /** Makes a run if one is due. A call while one is under way joins it. Never rejects. */
  run(): Promise<void> {
    this.running ??= this.runAndReport().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** One bounded run, if it is the fleet's turn and there is anything to look for. */
  async runOnce(): Promise<Run> {
    const { memoryMs } = this.archive;
    if (memoryMs === null || this.stopping.signal.aborted) return NOT_DUE;
    if (!(await this.reconciliation.takeTurn(this.account, EVERY_MS, memoryMs))) return NOT_DUE;
    const search = new Search(await this.reconciliation.findUnknown(this.account, memoryMs));
    return this.goBack(search, memoryMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    if (this.running !== null) await within(this.timing.shutdownWithinMs, this.running);
  }

  /** Back through the list, page by page, until its mails are older than what is looked for. */
  private async goBack(search: Search, memoryMs: number): Promise<Run> {
    const tally: Tally = { requests: 0, settled: 0, failures: 0 };
    let cursor = this.resumeAt;
    while (tally.requests < MOST_REQUESTS) {
      const page = await this.archive.list(cursor, this.stopping.signal);
      if (page.kind !== 'told') {
        this.report(page);
        // A place in the list that the provider does not know any more must not be asked for again.
        return this.endRun(page.kind, tally, tally.requests === 0 ? null : cursor);
      }
      tally.requests += 1;
      const { mails, older } = page.value;
      const trouble = await this.proveEach(mails, search, tally, memoryMs);
      if (trouble !== null) return this.endRun(trouble, tally, trouble === 'failed' ? older : cursor);
      if (older === null || search.isOver(mails)) return this.endRun('complete', tally, null);
      cursor = older;
    }
    return this.endRun('bounded', tally, cursor);
  }

  /** @returns what speaks against asking for more; null: nothing */
  private async proveEach(
    mails: readonly ArchivedMail[],
    search: Search,
    tally: Tally,
    memoryMs: number,
  ): Promise<'held_back' | 'forbidden' | 'failed' | null> {
    for (const mail of mails) {
      if (!search.mayHold(mail)) continue;
      const key = await this.archive.findSendKey(mail.messageId, this.stopping.signal);
      if (key.kind === 'told') {
        tally.requests += 1;
        if (key.value === null) continue;
        const result = await this.proofs.settleByTag({ sendKey: key.value, messageId: mail.messageId });
        if (result !== 'settled') continue;
        tally.settled += 1;
        search.lookFor(await this.reconciliation.findUnknown(this.account, memoryMs));
      } else {
        this.report(key);
        if (key.kind !== 'failed') return key.kind;
        tally.requests += 1;
        tally.failures += 1;
        if (tally.failures === MOST_FAILURES) return 'failed';
      }
    }
    return null;
  }

  private endRun(end: RunEnd, { requests, settled }: Tally, resumeAt: string | null): Run {
    this.resumeAt = resumeAt;
    return { end, requests, settled };
  }

  private async runAndReport(): Promise<void> {
    try {
      const { end, requests, settled } = await this.runOnce();
      if (end !== 'not_due') this.logger.log({ event: 'reconcile.run', end, requests, settled });
    } catch (error) {
      // The database, most likely: the next turn looks again.
      this.logger.error({ event: 'reconcile.run_failed', fault: describeFault(error) });
    }
  }

  private report({ kind, reason }: { readonly kind: string; readonly reason: string }): void {
    if (kind === 'held_back') return;
    this.logger.warn({ event: `reconcile.${kind}`, provider: this.provider.getName(), reason });
  }

  private get account(): ProviderAccount {
    return { provider: this.provider.getName(), account: this.provider.accountFingerprint };
  }
}

const NOT_DUE: Run = { end: 'not_due', requests: 0, settled: 0 };

/** Which mails of the provider's list are worth a second request, and how far back the list is. */
class Search {
  private earliestByWords = new Map<string, number>();
  private earliestMs = Infinity;

  constructor(emails: readonly UnknownEmail[]) {
    this.lookFor(emails);
  }

  lookFor(emails: readonly UnknownEmail[]): void {
    this.earliestByWords = new Map();
    this.earliestMs = Infinity;
    for (const { to_email: recipient, subject, first_attempt_at: startedAt } of emails) {
      const words = wordsOf(recipient, subject);
      const earliestMs = startedAt.getTime() - CLOCK_MARGIN_MS;
      this.earliestByWords.set(words, Math.min(earliestMs, this.earliestByWords.get(words) ?? Infinity));
      this.earliestMs = Math.min(earliestMs, this.earliestMs);
    }
  }

  mayHold({ recipients, subject, acceptedAt }: ArchivedMail): boolean {
    return recipients.some((recipient) => {
      const earliestMs = this.earliestByWords.get(wordsOf(recipient, subject));
      return earliestMs !== undefined && acceptedAt.getTime() >= earliestMs;
    });
  }

  /** True when nothing is left to look for, or older mails than these cannot be it. */
  isOver(mails: readonly ArchivedMail[]): boolean {
    return mails.some(({ acceptedAt }) => acceptedAt.getTime() < this.earliestMs);
  }
}

function wordsOf(recipient: string, subject: string): string {
  return JSON.stringify([recipient.toLowerCase(), subject]);
}
