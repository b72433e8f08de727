import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../provider/email-provider.js';
import { ProviderGateRepository } from '../provider/provider-gate.repository.js';
import { ProviderGateReadModel } from '../provider/provider-gate.view.js';
import {
  type ArchiveAnswer,
  type ArchivePage,
  SENT_MAIL_ARCHIVE,
  type SentMailArchive,
} from '../provider/sent-mail-archive.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';

/** `held_back`: nothing was asked, because mail goes first. */
export type PacedAnswer<Value> =
  ArchiveAnswer<Value> | { readonly kind: 'held_back'; readonly reason: string };

/** The provider's archive at the pace of the fleet: each request waits for its moment, as a mail does. */
@Injectable()
export class PacedArchive {
  constructor(
    @Inject(SENT_MAIL_ARCHIVE) private readonly archive: SentMailArchive | null,
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
    private readonly gates: ProviderGateRepository,
    private readonly gatesView: ProviderGateReadModel,
    private readonly config: EmailProviderConfig,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /** See {@link SentMailArchive.memoryMs}; null where there is no archive. */
  get memoryMs(): number | null {
    return this.archive?.memoryMs ?? null;
  }

  async list(cursor: string | null, signal: AbortSignal): Promise<PacedAnswer<ArchivePage>> {
    return this.ask((archive) => archive.list(cursor, this.timing.providerTimeoutMs), signal);
  }

  async findSendKey(messageId: string, signal: AbortSignal): Promise<PacedAnswer<string | null>> {
    return this.ask((archive) => archive.findSendKey(messageId, this.timing.providerTimeoutMs), signal);
  }

  private async ask<Value>(
    request: (archive: SentMailArchive) => Promise<ArchiveAnswer<Value>>,
    signal: AbortSignal,
  ): Promise<PacedAnswer<Value>> {
    if (this.archive === null) return { kind: 'held_back', reason: 'There is no archive' };
    const refusal = await this.awaitMoment(signal);
    return refusal === null ? request(this.archive) : { kind: 'held_back', reason: refusal };
  }

  /** @returns why no request may leave; null: now */
  private async awaitMoment(signal: AbortSignal): Promise<string | null> {
    const provider = this.provider.getName();
    // The request that finds out whether a shut gate may open again is one that carries mail.
    const shut = await this.gatesView.findShut(provider);
    if (shut !== null) return shut.reason;
    const moment = await this.gates.reserve(provider, {
      ratePerSecond: this.config.ratePerSecond,
      count: 1,
      withinMs: this.timing.longestPaceWaitMs,
      lostProbeMs: this.timing.lostProbeMs,
    });
    if (moment.kind === 'wait') return moment.reason;
    await sleep(moment.waitMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return signal.aborted ? 'The service is shutting down' : null;
  }
}
