import { Inject, Injectable } from '@nestjs/common';
import {
  type ArchiveAnswer,
  type ArchivePage,
  SENT_MAIL_ARCHIVE,
  type SentMailArchive,
} from '../provider/sent-mail-archive.js';
import { DISPATCH_TIMING, type DispatchTiming } from './lease.js';
import { RequestPace } from './request-pace.service.js';

/** `held_back`: nothing was asked, because mail goes first. */
export type PacedAnswer<Value> =
  ArchiveAnswer<Value> | { readonly kind: 'held_back'; readonly reason: string };

/** The provider's archive at the pace of the fleet: each request waits for its moment, as a mail does. */
@Injectable()
export class PacedArchive {
  constructor(
    @Inject(SENT_MAIL_ARCHIVE) private readonly archive: SentMailArchive | null,
    private readonly pace: RequestPace,
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

  /** Waits no longer than `withinMs` for its moment, and no longer than that for the answer. */
  async findMessageIdHeader(
    messageId: string,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<PacedAnswer<string | null>> {
    return this.ask((archive) => archive.findMessageIdHeader(messageId, withinMs), signal, withinMs);
  }

  private async ask<Value>(
    request: (archive: SentMailArchive) => Promise<ArchiveAnswer<Value>>,
    signal: AbortSignal,
    withinMs?: number,
  ): Promise<PacedAnswer<Value>> {
    if (this.archive === null) return { kind: 'held_back', reason: 'There is no archive' };
    const refusal = await this.pace.awaitMoment(signal, withinMs);
    return refusal === null ? request(this.archive) : { kind: 'held_back', reason: refusal };
  }
}
