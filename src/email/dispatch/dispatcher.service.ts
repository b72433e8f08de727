import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { describeFault } from '../../common/fault-report.js';
import { within } from '../../common/within.js';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { ProviderGateReadModel } from '../provider/provider-gate.view.js';
import { DispatchQueueRepository, type QueueOwner } from './dispatch-queue.repository.js';
import { EmailSender } from './email-sender.service.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import { SettlementRepository } from './settlement.repository.js';

/** Most mails leased by one claim. */
const LARGEST_CLAIM = 50;

/** A claim takes no more than leaves within this time at the provider's pace, so that a stop is never far behind. */
const CLAIM_AHEAD_SECONDS = 2;

/** What one round did. */
export interface Round {
  readonly leased: number;
  /** True when the round met its limit: more may be due. */
  readonly more: boolean;
}

/** Sends what is due. Any number of processes may run it over one database. */
@Injectable()
export class Dispatcher implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Dispatcher.name);
  private running: Promise<void> | null = null;
  private askedAgain = false;
  private stopping = false;

  constructor(
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
    private readonly queue: DispatchQueueRepository,
    private readonly settlements: SettlementRepository,
    private readonly sender: EmailSender,
    private readonly gates: ProviderGateReadModel,
    private readonly providerConfig: EmailProviderConfig,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /** Sends until nothing is due. A call while one runs joins it and makes it look once more. Never rejects. */
  drain(): Promise<void> {
    if (this.running !== null) {
      this.askedAgain = true;
      return this.running;
    }
    this.running = this.runUntilIdle();
    return this.running;
  }

  /** One bounded round: closes out, releases what need not wait any more, claims, sends. */
  async runOnce(): Promise<Round> {
    const owner = this.owner;
    const unknown = await this.settlements.closeOut(owner, LARGEST_CLAIM);
    for (const id of unknown) this.logger.error({ event: 'outbound.unknown', email_id: id });
    await this.queue.releaseWaiting(owner);
    if (!(await this.leavesSoon())) return { leased: 0, more: false };

    const limit = this.claimSize;
    const { leases, looked } = await this.queue.claim(owner, limit);
    if (leases.length > 0) await this.sender.send(leases);
    return { leased: leases.length, more: looked === limit };
  }

  /** Claims no more, and lets a round that runs come to its end if it does so in time. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.running !== null) await within(this.timing.shutdownWithinMs, this.running);
  }

  private async runUntilIdle(): Promise<void> {
    try {
      let more = true;
      while ((more || this.askedAgain) && !this.stopping) {
        this.askedAgain = false;
        ({ more } = await this.runOnce());
      }
    } catch (error) {
      // The next tick tries again: what was leased is due again when its lease ends.
      this.logger.error({ event: 'dispatch.round_failed', fault: describeFault(error) });
    } finally {
      // In one turn with the last look at `askedAgain`: no call may join a run that looks no more.
      this.running = null;
    }
  }

  /** False when the gate is shut, or the fleet has reserved every moment of the near future. */
  private async leavesSoon(): Promise<boolean> {
    if (this.provider.simulated) return true;
    return (await this.gates.freeInMs(this.provider.getName())) <= CLAIM_AHEAD_SECONDS * 1_000;
  }

  private get claimSize(): number {
    if (this.provider.simulated) return LARGEST_CLAIM;
    const leaveInTime = Math.floor(this.providerConfig.ratePerSecond * CLAIM_AHEAD_SECONDS);
    return Math.min(LARGEST_CLAIM, Math.max(1, leaveInTime));
  }

  private get owner(): QueueOwner {
    return {
      provider: this.provider.getName(),
      simulated: this.provider.simulated,
      dedupeWindowMs: this.provider.dedupeWindowMs,
    };
  }
}
