import { performance } from 'node:perf_hooks';
import { RETRY_DELAYS_MS } from './retry-policy.js';

/** Times of the send protocol, in milliseconds. Tests and chaos runs scale them. */
export interface DispatchTiming {
  /** How long a claim holds a mail; a crash delays it by no more than this. */
  readonly leaseMs: number;
  /** Longest provider call. */
  readonly providerTimeoutMs: number;
  /** How long `email/send` waits for its mail before it answers 202. */
  readonly answerWithinMs: number;
  /** A wait for the provider's pace longer than this hands the mail back to the queue. */
  readonly longestPaceWaitMs: number;
  /** How long a follow-up is kept for its thread's sake: so long for a moment to ask at, and so long for the answer. */
  readonly threadAnswerMs: number;
  /** How long a shutdown waits for mails in flight. */
  readonly shutdownWithinMs: number;
  /** How often the queue is looked at while nothing is known to be due; each wait is between half and one and a half. */
  readonly pollMs: number;
  /** Waits before the first retry, the second, …; the last one repeats. */
  readonly retryDelaysMs: readonly number[];
  /** How long the breaker shuts the provider's gate when it trips; doubled each time, up to the longest. */
  readonly firstBreakMs: number;
  readonly longestBreakMs: number;
  /** A request that probes a shut provider and has said nothing for so long is lost with its process. */
  readonly lostProbeMs: number;
  /** How long a provider that refuses our set-up is left alone before the next probe. */
  readonly misconfiguredShutMs: number;
}

export const DISPATCH_TIMING = Symbol('DISPATCH_TIMING');

export const DEFAULT_DISPATCH_TIMING: DispatchTiming = {
  leaseMs: 60_000,
  providerTimeoutMs: 10_000,
  answerWithinMs: 10_000,
  longestPaceWaitMs: 8_000,
  threadAnswerMs: 3_000,
  shutdownWithinMs: 15_000,
  pollMs: 1_000,
  retryDelaysMs: RETRY_DELAYS_MS,
  firstBreakMs: 10_000,
  longestBreakMs: 300_000,
  lostProbeMs: 15_000,
  misconfiguredShutMs: 60_000,
};

/** The right to send one mail, until it ends. */
export interface Lease {
  readonly emailId: number;
  /** The fence: a failure is settled only by the holder of the current token. */
  readonly token: string;
  /** This attempt's number, counted from 1. */
  readonly attempt: number;
  /** End on the process's monotonic clock, taken from before the claim: never later than the database's end. */
  readonly endsAtMs: number;
}

/** True while a call of `durationMs` that starts now ends within the lease. */
export function leaseCovers(lease: Lease, durationMs: number): boolean {
  return performance.now() + durationMs <= lease.endsAtMs;
}

/** For how long the mail is leased already, in milliseconds: so old is the last look at what could stop it. */
export function heldForMs(lease: Lease, { leaseMs }: DispatchTiming): number {
  return performance.now() - (lease.endsAtMs - leaseMs);
}
