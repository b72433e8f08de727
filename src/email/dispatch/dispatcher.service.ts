import { performance } from 'node:perf_hooks';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { describeFault } from '../../common/fault-report.js';
import { Wake } from '../../common/wake.js';
import { within } from '../../common/within.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { ProviderGateReadModel } from '../provider/provider-gate.view.js';
import { CLAIM_AHEAD_MS, ClaimRepository } from './claim.repository.js';
import { DispatchQueueRepository } from './dispatch-queue.repository.js';
import { EmailSender } from './email-sender.service.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import type { LeasedEmail } from './leased-email.js';
import { ownerOf, type QueueOwner } from './queue-owner.js';
import { SettlementRepository } from './settlement.repository.js';

/** Most mails of this process between claim and settlement. */
const MOST_IN_FLIGHT = 200;

/** The next claim is made when so many are left: the provider is kept busy while the database answers. */
const REFILL_AT = 120;

/** Mails closed out by one statement. */
const CLOSE_OUT_LIMIT = 100;

/** What one round did. */
export interface Round {
  readonly leased: number;
  /** True when more may be due that could leave now. */
  readonly more: boolean;
}

/**
 * Sends what is due: one loop in each process, any number of processes over one database. It claims again while mails
 * are on the wire, sleeps while nothing is due, and is woken when mail is accepted here; mail that another process
 * leaves behind is found by looking every now and then.
 */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly owner: QueueOwner;
  private readonly wake = new Wake();
  private readonly inFlight = new Set<Promise<void>>();
  private running: Promise<void> = Promise.resolve();
  private filling: Promise<unknown> = Promise.resolve();
  private stopping = false;
  /** The last claim left mail that could go: the next one need not ask whether there is any. */
  private hasMore = false;
  /** Until then the provider's gate lets nothing more through, on the process's monotonic clock. */
  private heldUpUntilMs = 0;

  constructor(
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
    private readonly claims: ClaimRepository,
    private readonly queue: DispatchQueueRepository,
    private readonly settlements: SettlementRepository,
    private readonly sender: EmailSender,
    private readonly gates: ProviderGateReadModel,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {
    this.owner = ownerOf(provider);
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  /** Claims no more; what a claim under way still brings is handed back by the sender, if it does so in time. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake.call();
    const ended = this.running.then(() => Promise.all(this.inFlight));
    await within(this.timing.shutdownWithinMs, ended);
  }

  /** Says that mail is due now. Returns at once. While the provider is shut or busy, a look would be in vain. */
  nudge(): void {
    if (performance.now() >= this.heldUpUntilMs) this.wake.call();
  }

  /** Sends until nothing is due that could leave now, and awaits what the loop has in flight; for tests and the demo. */
  async drain(): Promise<void> {
    let round: Round;
    do round = await this.runOnce();
    while (round.more || round.leased > 0);
    await this.filling;
    await Promise.all(this.inFlight);
  }

  /** One bounded round, to its end: closes out, releases what need not wait any more, claims, sends. */
  async runOnce(): Promise<Round> {
    await this.tidy();
    const { emails, more } = await this.claims.claim(this.owner, MOST_IN_FLIGHT);
    const results = await Promise.allSettled(emails.map((email) => this.sender.send(email)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      throw new Error('Leased mail could not be taken to its end', { cause: failure.reason });
    }
    return { leased: emails.length, more };
  }

  /** Closes out what must not be repeated, and makes due what need not wait any more. */
  async tidy(): Promise<void> {
    const unknown = await this.settlements.closeOut(this.owner, CLOSE_OUT_LIMIT);
    for (const id of unknown) this.logger.error({ event: 'outbound.unknown', email_id: id });
    await this.queue.releaseWaiting(this.owner);
  }

  /** Never rejects: what goes wrong is tried again at the next look. */
  private async run(): Promise<void> {
    while (!this.stopping) {
      const filling = this.fill().catch((error: unknown) => {
        this.logger.error({ event: 'dispatch.round_failed', fault: describeFault(error) });
        this.hasMore = false;
        return this.timing.pollMs;
      });
      this.filling = filling;
      const restMs = await filling;
      if (restMs > 0) await this.wake.wait(restMs);
    }
  }

  /**
   * Claims what this process can take on, and lets it go its way.
   *
   * @returns milliseconds to rest; 0: look again at once
   */
  private async fill(): Promise<number> {
    const pollMs = this.timing.pollMs * (0.5 + Math.random());
    if (this.inFlight.size > REFILL_AT) return pollMs;
    if (!this.hasMore) {
      if (!(await this.queue.hasDue(this.owner))) return pollMs;
      const heldUpMs = Math.min(await this.heldUpMs(), pollMs);
      if (heldUpMs > 0) {
        this.heldUpUntilMs = performance.now() + heldUpMs;
        return heldUpMs;
      }
    }

    const { emails, more } = await this.claims.claim(this.owner, MOST_IN_FLIGHT - this.inFlight.size);
    for (const email of emails) this.start(email);
    this.hasMore = more;
    // What is due beyond the pace's horizon is looked at when half of it has gone.
    return more || emails.length > 0 ? 0 : pollMs;
  }

  private start(email: LeasedEmail): void {
    const sending = this.sender
      .send(email)
      .catch((error: unknown) => {
        // Its lease ends, and whoever claims it next goes on.
        this.logger.error({
          event: 'outbound.send_interrupted',
          email_id: email.lease.emailId,
          fault: describeFault(error),
        });
      })
      .finally(() => {
        this.inFlight.delete(sending);
        if (this.inFlight.size === REFILL_AT) this.wake.call();
      });
    this.inFlight.add(sending);
  }

  /** How long a claim would be in vain: the gate is shut, or the fleet has reserved the near future. */
  private async heldUpMs(): Promise<number> {
    if (this.provider.simulated) return 0;
    return (await this.gates.freeInMs(this.provider.getName())) - CLAIM_AHEAD_MS / 2;
  }
}
