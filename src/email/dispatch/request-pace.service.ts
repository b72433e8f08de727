import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { ProviderGateRepository } from '../provider/provider-gate.repository.js';
import { ProviderGateReadModel } from '../provider/provider-gate.view.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';

/** The pace of the fleet for requests that carry no mail: each waits for its moment, as a mail does. */
@Injectable()
export class RequestPace {
  constructor(
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
    private readonly gates: ProviderGateRepository,
    private readonly gatesView: ProviderGateReadModel,
    private readonly config: EmailProviderConfig,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * Takes the next moment for one request and waits for it, unless it is further away than `withinMs`.
   *
   * @returns why no request may leave; null: now
   */
  async awaitMoment(
    signal: AbortSignal,
    withinMs: number = this.timing.longestPaceWaitMs,
  ): Promise<string | null> {
    const provider = this.provider.getName();
    // The request that finds out whether a shut gate may open again is one that carries mail.
    const shut = await this.gatesView.findShut(provider);
    if (shut !== null) return shut.reason;
    const moment = await this.gates.reserve(provider, {
      ratePerSecond: this.config.ratePerSecond,
      count: 1,
      withinMs,
      lostProbeMs: this.timing.lostProbeMs,
    });
    if (moment.kind === 'wait') return moment.reason;
    await sleep(moment.waitMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return signal.aborted ? 'The service is shutting down' : null;
  }
}
