import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { within } from '../../common/within.js';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { SendingConfig } from '../../config/sending.config.js';
import { classifyDatabaseError } from '../../database/database-error.js';
import { EMAIL_PROVIDER, type EmailProvider, type SendOutcome } from '../provider/email-provider.js';
import { type GatePass, ProviderGateRepository } from '../provider/provider-gate.repository.js';
import { DispatchQueueRepository, type LeasedEmail } from './dispatch-queue.repository.js';
import { DISPATCH_TIMING, type DispatchTiming, type Lease, leaseCovers } from './lease.js';
import { findStop } from './recipient-policy.js';
import { type AttemptReport, SettlementRepository } from './settlement.repository.js';
import { type Settlement, settleAttempt, settleStopped } from './settlement.js';

/** How long a provider that refuses our set-up is left alone; the log says so after each probe. */
const MISCONFIGURED_SHUT_MS = 60_000;

const FIRST_SETTLE_RETRY_MS = 200;
const LONGEST_SETTLE_RETRY_MS = 5_000;

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
    private readonly sending: SendingConfig,
    private readonly providerConfig: EmailProviderConfig,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {
    // Every mail that waits for its moment listens; Node takes more than ten for a leak.
    setMaxListeners(0, this.stopping.signal);
  }

  /**
   * Takes every lease to its end: sent and settled, or handed back. Resolves when all are; never rejects for what a
   * provider does, only for a bug or a database that refuses.
   */
  async send(leases: readonly Lease[]): Promise<void> {
    const work = this.sendAll(leases);
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

  private async sendAll(leases: readonly Lease[]): Promise<void> {
    const emails = await this.queue.readLeased(leases);
    const results = await Promise.allSettled(emails.map((email) => this.sendInTurn(email)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      throw new Error('Leased mail could not be taken to its end', { cause: failure.reason });
    }
  }

  private async sendInTurn(email: LeasedEmail): Promise<void> {
    const pass = await this.passGate();
    if (pass.kind === 'wait') await this.handBack(email.lease, pass.retryInMs, pass.reason);
    else await this.attempt(email, pass.probing);
  }

  /** Waits for this request's moment. Simulated mail asks nobody. */
  private async passGate(): Promise<GatePass> {
    const stopped = { kind: 'wait', retryInMs: 0, reason: 'The service is shutting down' } as const;
    if (this.isStopping()) return stopped;
    if (this.provider.simulated) return { kind: 'go', waitMs: 0, probing: false };
    const { ratePerSecond } = this.providerConfig;
    const pass = await this.gates.pass(this.provider.getName(), ratePerSecond, this.timing.longestPaceWaitMs);
    if (pass.kind === 'wait') return pass;
    try {
      await sleep(pass.waitMs, undefined, { signal: this.stopping.signal });
      return pass;
    } catch (error) {
      if (!this.isStopping()) throw error;
      return stopped;
    }
  }

  private async attempt(email: LeasedEmail, probing: boolean): Promise<void> {
    const { lease, history } = email;
    // Past this point the database could give the mail to another holder while our request is on the wire.
    if (!leaseCovers(lease, this.timing.providerTimeoutMs)) {
      await this.handBack(lease, 0, 'The lease was about to end');
      return;
    }
    const stop = findStop({ address: email.wire.to, leadStatus: email.leadStatus }, this.sending.allowlist);
    if (stop !== null) {
      const settlement = settleStopped(stop.code, stop.message, history);
      await this.settle(lease, settlement, { outcome: 'not_started', code: stop.code, reason: stop.message });
      return;
    }
    const outcome = await this.provider.send(email.wire, email.sendKey, this.timing.providerTimeoutMs);
    const settlement = settleAttempt(outcome, history, this.provider.dedupeWindowMs, Math.random());
    await this.settle(lease, settlement, reportOf(outcome));
    await this.persist(() => this.moveGate(outcome, probing));
  }

  private async moveGate(outcome: SendOutcome, probing: boolean): Promise<void> {
    const provider = this.provider.getName();
    if (outcome.kind === 'misconfigured') {
      this.logger.error({ event: 'provider.misconfigured', provider, reason: outcome.reason });
      await this.gates.shut(provider, MISCONFIGURED_SHUT_MS, outcome.reason);
    } else if (outcome.kind === 'deferred' && outcome.retryAfterMs !== undefined) {
      this.logger.warn({ event: 'provider.deferred', provider, reason: outcome.reason });
      await this.gates.shut(provider, outcome.retryAfterMs, outcome.reason);
    } else if (outcome.kind === 'accepted' && probing) {
      await this.gates.reopen(provider);
    }
  }

  private async handBack(lease: Lease, delayMs: number, reason: string): Promise<void> {
    await this.persist(() => this.settlements.handBack(lease, delayMs, reason));
  }

  private async settle(lease: Lease, settlement: Settlement, report: AttemptReport): Promise<void> {
    const held = await this.persist(() => this.settlements.settle(lease, settlement, report));
    const event = held ? 'outbound.settled' : 'outbound.lease_lost';
    this.logger.log({ event, email_id: lease.emailId, attempt: lease.attempt, result: settlement.kind });
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

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }
}

function reportOf(outcome: SendOutcome): AttemptReport {
  return {
    outcome: outcome.kind,
    code: outcome.kind === 'rejected' ? outcome.code : null,
    reason: outcome.kind === 'accepted' ? null : outcome.reason,
  };
}
