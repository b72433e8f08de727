import type { DispatchTiming } from '../../src/email/dispatch/lease.js';

/** The service's times, scaled so that a run of minutes sees what takes hours. */
export const CHAOS_TIMING: DispatchTiming = {
  leaseMs: 2_500,
  providerTimeoutMs: 800,
  answerWithinMs: 1_500,
  longestPaceWaitMs: 1_000,
  threadAnswerMs: 300,
  shutdownWithinMs: 2_000,
  pollMs: 200,
  retryDelaysMs: [200, 400, 800, 1_500],
  firstBreakMs: 300,
  longestBreakMs: 1_500,
  lostProbeMs: 2_000,
  misconfiguredShutMs: 1_000,
};

/** Each replica looks for steps that are due in a period of its own, beside the service's. */
export const FOLLOW_UPS_PERIOD_MS = { least: 300, spread: 400 };

/** The longest that the provider may ask us to wait: its hours are our seconds. */
export const LONGEST_RETRY_AFTER_MS = 2_000;

/** The longest that a statement may go unanswered, and that a caller waits for a connection. */
export const QUERY_TIMEOUT_MS = 1_500;
export const CONNECT_TIMEOUT_MS = 1_000;
export const POOL_SIZE = 10;

/** From the signal to the cut of all connections, and from there to the end by force. */
export const SHUTDOWN_LIMITS = { deadlineMs: 2_500, graceMs: 1_000 };

/** By then a process that was asked to end has ended. */
export const EXIT_DEADLINE_MS = 10_000;
