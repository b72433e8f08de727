import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { assertNever } from '../../common/assert-never.js';
import { within } from '../../common/within.js';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { SendingConfig } from '../../config/sending.config.js';
import { classifyDatabaseError } from '../../database/database-error.js';
import {
  EMAIL_PROVIDER,
  type EmailProvider,
  type ProviderName,
  type SendOutcome,
} from '../provider/email-provider.js';
import { ProviderGateRepository } from '../provider/provider-gate.repository.js';
import { CLAIM_AHEAD_MS } from './claim.repository.js';
import { DispatchQueueRepository } from './dispatch-queue.repository.js';
import { DISPATCH_TIMING, type DispatchTiming, heldForMs, type Lease, leaseCovers } from './lease.js';
import type { LeasedEmail, Moment } from './leased-email.js';
import { findSequenceStop, findStop } from './recipient-policy.js';
import { type AttemptReport, SettlementRepository } from './settlement.repository.js';
import { type Settlement, settleAttempt } from './settlement.js';
import { ThreadRefresh } from './thread-refresh.service.js';

const FIRST_SETTLE_RETRY_MS = 200;
const LONGEST_SETTLE_RETRY_MS = 5_000;

/** For a provider that sends us away without a word on when to come back. */
const UNSTATED_RETRY_AFTER_MS = 1_000;

/** Timers count whole milliseconds: a shorter wait is none. */
const SHORTEST_WAIT_MS = 1;

/** Why a mail does not leave now. */
interface HeldBack {
  readonly kind: 'held_back';
  readonly delayMs: number;
  readonly reason: string;
}

type Clearance = { readonly kind: 'go'; readonly moment: Moment | null } | HeldBack;

const STOPPING: HeldBack = { kind: 'held_back', delayMs: 0, reason: 'The service is shutting down' };

/** Sends leased mail, one attempt each, and settles it. The only caller of the provider. */
@Injectable()
export class EmailSender implements BeforeApplicationShutdown {
  private readonly logger = new Logger(EmailSender.name);
  private readonly inFlight = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
    private readonly queue: DispatchQueueRepository,
    private readonly settlements: SettlementRepository,
    private readonly gates: ProviderGateRepository,
    private readonly threads: ThreadRefresh,
    private readonly sending: SendingConfig,
    private readonly providerConfig: EmailProviderConfig,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {
    // Every mail that waits for its moment listens; Node takes more than ten for a leak.
    setMaxListeners(0, this.stopping.signal);
  }

  /**
   * Takes a lease to its end: sent and settled, or handed back. Never rejects for what a provider does, only for a bug
   * or a database that refuses.
   */
  async send(email: LeasedEmail): Promise<void> {
    const work = this.sendInTurn(email);
    this.inFlight.add(work);
    try {
      await work;
    } finally {
      this.inFlight.delete(work);
    }
  }

  /** No new attempt starts; those on the wire are awaited, within the shutdown's time. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await within(this.timing.shutdownWithinMs, Promise.allSettled(this.inFlight));
    if (this.inFlight.size > 0) {
      this.logger.warn({ event: 'shutdown.mails_in_flight', count: this.inFlight.size });
    }
  }

  private async sendInTurn(leased: LeasedEmail): Promise<void> {
    const email = await this.nameParent(leased);
    if (email === null) {
      this.noteEnd(leased.lease, 'outbound.lease_lost', 'not_started');
      return;
    }
    const clearance = await this.clear(email);
    if (clearance.kind === 'held_back') {
      await this.handBack(email.lease, clearance.delayMs, clearance.reason);
      return;
    }
    // Past this point the database could give the mail to another holder while our request is on the wire.
    if (!leaseCovers(email.lease, this.timing.providerTimeoutMs)) {
      await this.handBack(email.lease, 0, 'The lease was about to end');
      return;
    }
    await this.attempt(email, clearance.moment?.recovering ?? false);
  }

  /** A follow-up names the mail before it as its recipient knows it. @returns null: the lease is lost */
  private async nameParent(email: LeasedEmail): Promise<LeasedEmail | null> {
    const { thread } = email;
    if (thread === null) return email;
    const { messageIdHeader, asked } = await this.threads.findParentName(email, this.stopping.signal);
    // The moment that its claim has reserved passed while we asked.
    const kept = asked ? { ...email, moment: null } : email;
    if (messageIdHeader === null) return kept;
    const headers = await this.persist(() => this.threads.rename(email, thread, messageIdHeader));
    return headers === null ? null : { ...kept, wire: { ...kept.wire, headers } };
  }

  /** Waits for this request's moment. Simulated mail asks nobody. */
  private async clear(email: LeasedEmail): Promise<Clearance> {
    if (this.stopping.signal.aborted) return STOPPING;
    if (this.provider.simulated) return { kind: 'go', moment: null };
    if (email.moment !== null) {
      return (await this.waitUntil(email.moment.leavesAtMs))
        ? { kind: 'go', moment: email.moment }
        : STOPPING;
    }
    const moments = await this.gates.reserve(this.provider.getName(), {
      ratePerSecond: this.providerConfig.ratePerSecond,
      count: 1,
      withinMs: this.timing.longestPaceWaitMs,
      lostProbeMs: this.timing.lostProbeMs,
    });
    if (moments.kind === 'wait') {
      return { kind: 'held_back', delayMs: moments.retryInMs, reason: moments.reason };
    }
    const moment = { leavesAtMs: performance.now() + moments.waitMs, recovering: moments.recovering };
    if (!(await this.waitUntil(moment.leavesAtMs))) return STOPPING;
    const isStale = heldForMs(email.lease, this.timing) > CLAIM_AHEAD_MS;
    return isStale ? this.clearAgain(email, moment) : { kind: 'go', moment };
  }

  /** A stop may have come, or her hours ended, while a mail waited for longer than a claim ever makes it wait. */
  private async clearAgain({ lease, wire, history }: LeasedEmail, moment: Moment): Promise<Clearance> {
    const hold = await this.queue.findHold(lease, wire.to);
    const isFree =
      hold === null ||
      (!hold.paused &&
        findStop({ address: wire.to, ...hold }, this.sending.allowlist) === null &&
        findSequenceStop(hold.sequence) === null &&
        // Like the claim: what may have been accepted is repeated whatever the hour.
        (hold.sequence.gate?.kind !== 'closed' || history.maybeSentBefore));
    // The next claim meets the same stop, and writes it down.
    return isFree
      ? { kind: 'go', moment }
      : { kind: 'held_back', delayMs: 0, reason: 'A stop came while it waited' };
  }

  /** @returns false when the service began to stop meanwhile */
  private async waitUntil(atMs: number): Promise<boolean> {
    const waitMs = atMs - performance.now();
    if (waitMs < SHORTEST_WAIT_MS) return true;
    try {
      await sleep(waitMs, undefined, { signal: this.stopping.signal });
      return true;
    } catch (error) {
      if (!this.stopping.signal.aborted) throw error;
      return false;
    }
  }

  private async attempt(email: LeasedEmail, recovering: boolean): Promise<void> {
    const outcome = await this.provider.send(email.wire, email.sendKey, this.timing.providerTimeoutMs);
    const settlement = settleAttempt(outcome, email.history, {
      dedupeWindowMs: this.provider.dedupeWindowMs,
      retryDelaysMs: this.timing.retryDelaysMs,
      misconfiguredShutMs: this.timing.misconfiguredShutMs,
      random: Math.random(),
    });
    await this.settle(email.lease, settlement, reportOf(outcome));
    // A good answer of a gate that was well is no news.
    if (recovering || outcome.kind !== 'accepted') await this.persist(() => this.moveGate(outcome));
  }

  /** Tells the fleet what this answer says of the provider. */
  private async moveGate(outcome: SendOutcome): Promise<void> {
    const provider = this.provider.getName();
    switch (outcome.kind) {
      case 'accepted':
      case 'rejected':
      case 'conflicting':
        await this.gates.reopen(provider);
        break;
      case 'misconfigured':
        this.logger.error({ event: 'provider.misconfigured', provider, reason: outcome.reason });
        await this.gates.shutForFault(provider, this.timing.misconfiguredShutMs, outcome.reason);
        break;
      case 'deferred': {
        const { reason, retryAfterMs = UNSTATED_RETRY_AFTER_MS, quotaUsedUp = false } = outcome;
        this.logger.warn({ event: 'provider.deferred', provider, reason });
        if (quotaUsedUp) await this.gates.shutForFault(provider, retryAfterMs, reason, 'quota_used_up');
        else await this.gates.shut(provider, retryAfterMs, reason);
        break;
      }
      case 'unreachable':
        await this.noteFailure(provider, outcome.reason);
        break;
      case 'ambiguous':
        // A provider that is at work on the mail is well.
        if (outcome.retryAfterMs !== undefined) await this.gates.reopen(provider);
        else await this.noteFailure(provider, outcome.reason);
        break;
      default:
        assertNever(outcome);
    }
  }

  private async noteFailure(provider: ProviderName, reason: string): Promise<void> {
    const shutMs = await this.gates.noteFailure(provider, reason, this.timing);
    if (shutMs !== null) {
      this.logger.error({ event: 'provider.breaker_tripped', provider, reason, shut_ms: Math.round(shutMs) });
    }
  }

  private async handBack(lease: Lease, delayMs: number, reason: string): Promise<void> {
    await this.persist(() => this.settlements.handBack(lease, delayMs, reason));
  }

  private async settle(lease: Lease, settlement: Settlement, report: AttemptReport): Promise<void> {
    const held = await this.persist(() => this.settlements.settle(lease, settlement, report));
    // Sent mail is logged by whoever records it, many in one line.
    if (settlement.kind === 'sent') return;
    this.noteEnd(lease, held ? 'outbound.settled' : 'outbound.lease_lost', settlement.kind);
  }

  private noteEnd({ emailId, attempt }: Lease, event: string, result: string): void {
    this.logger.log({ event, email_id: emailId, attempt, result });
  }

  /** An answer that is known must not get lost with the database: kept until it is written, as long as we live. */
  private async persist<Result>(write: () => Promise<Result>): Promise<Result> {
    for (let waitMs = FIRST_SETTLE_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_SETTLE_RETRY_MS)) {
      try {
        return await write();
      } catch (error) {
        if (classifyDatabaseError(error) !== 'unavailable') throw error;
        this.logger.warn({ event: 'outbound.settle_delayed', wait_ms: waitMs });
        await sleep(waitMs);
      }
    }
  }
}

function reportOf(outcome: SendOutcome): AttemptReport {
  return {
    outcome: outcome.kind,
    code: outcome.kind === 'rejected' ? outcome.code : null,
    reason: outcome.kind === 'accepted' ? null : outcome.reason,
  };
}
