import type { SendOutcome } from '../email-provider.js';
import { presentable } from '../presentable.js';
import type { WireTrace } from './request-watch.js';
import { parseRetryAfterMs } from './retry-after.js';

/** One call of the SDK, as far as it can be known. */
export interface SendAttempt extends WireTrace {
  /** What the SDK answered, or `{ error }` when it threw. Its declared type does not hold for every answer. */
  readonly result: unknown;
  /** True when our own time limit ended the call. */
  readonly timedOut: boolean;
}

interface Answer {
  readonly status: number;
  readonly name: string;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

const DAILY_QUOTA_WAIT_MS = 15 * 60 * 1000;
const MONTHLY_QUOTA_WAIT_MS = 60 * 60 * 1000;

/** Requests are counted by the second: a longer wish is a mistake, and would keep the whole fleet from sending. */
const LONGEST_RATE_WAIT_MS = 60_000;

/** A request of ours under the same key is running: it has its answer after no more than our own time limit. */
const CONCURRENT_REQUEST_WAIT_MS = 3_000;

/** Unauthorised, unpaid, forbidden, unknown path or method: wrong for every mail alike, so the mail is not to blame. */
const SET_UP_STATUSES: ReadonlySet<number> = new Set([401, 402, 403, 404, 405]);

/** The sender's domain is refused under 403, and under 400 too in newer answers, with the same name as a bad recipient. */
const SENDER_REFUSED = /domain is not verified|only send testing emails/i;

/**
 * What one call means for the mail. The HTTP status speaks first and Resend's error name second, because the names are
 * not a closed set. Only a message id counts as acceptance, and whatever cannot be told apart is `ambiguous`.
 */
export function classifySend(attempt: SendAttempt): SendOutcome {
  const messageId = field(field(attempt.result, 'data'), 'id');
  if (typeof messageId === 'string' && messageId !== '') return { kind: 'accepted', messageId };

  const answer = readAnswer(attempt);
  return answer === undefined ? classifySilence(attempt) : classifyAnswer(answer);
}

/** The answer that was read to its end, if any: the SDK then hands over its headers, or at least its status. */
function readAnswer({ result, httpStatus }: SendAttempt): Answer | undefined {
  const error = field(result, 'error');
  const headers = field(result, 'headers');
  const statedStatus = field(error, 'statusCode');
  const stated = typeof statedStatus === 'number' ? statedStatus : null;
  if (!isRecord(headers) && stated === null) return undefined;

  return {
    status: httpStatus ?? stated ?? 0,
    name: text(field(error, 'name')),
    message: text(field(error, 'message')),
    retryAfterMs: parseRetryAfterMs(field(headers, 'retry-after'), field(headers, 'date')),
  };
}

function classifySilence({
  result,
  timedOut,
  mayBeWritten,
  httpStatus,
  errorCode,
}: SendAttempt): SendOutcome {
  const cause = errorCode ?? text(field(field(result, 'error'), 'message'));
  if (!mayBeWritten) {
    const reason = timedOut ? 'no connection to Resend in time' : `no connection to Resend: ${cause}`;
    return { kind: 'unreachable', reason: presentable(reason) };
  }
  if (timedOut) return { kind: 'ambiguous', reason: 'no answer from Resend in time' };
  const status = httpStatus === null ? '' : ` (status ${httpStatus})`;
  return { kind: 'ambiguous', reason: presentable(`no readable answer from Resend${status}: ${cause}`) };
}

function classifyAnswer(answer: Answer): SendOutcome {
  const { status, name, message } = answer;
  if (status === 409) return classifyConflict(answer);
  if (status === 429) return classifyThrottling(answer);
  if (status === 408 || status < 400 || status >= 500) return { kind: 'ambiguous', reason: describe(answer) };
  if (isOurSetUp(answer)) return { kind: 'misconfigured', reason: describe(answer) };
  return {
    kind: 'rejected',
    code: errorCodeOf(name) || `HTTP_${status}`,
    reason: presentable(message) || describe(answer),
  };
}

/**
 * No conflict says that the mail was not accepted: another request under its key is running, or has run. A key that was
 * used with another body is our own bug; the mail must never be sent under a new one.
 */
function classifyConflict(answer: Answer): SendOutcome {
  switch (answer.name) {
    case 'invalid_idempotent_request':
      return {
        kind: 'conflicting',
        reason: 'this send key was used with another body before: the frozen mail has changed',
      };
    case 'concurrent_idempotent_requests':
      return { kind: 'ambiguous', reason: describe(answer), retryAfterMs: CONCURRENT_REQUEST_WAIT_MS };
    default:
      return { kind: 'ambiguous', reason: describe(answer) };
  }
}

function classifyThrottling(answer: Answer): SendOutcome {
  const reason = describe(answer);
  const wishMs = answer.retryAfterMs;
  switch (answer.name) {
    case 'daily_quota_exceeded':
      return quotaUsedUp(reason, Math.max(DAILY_QUOTA_WAIT_MS, wishMs ?? 0));
    case 'monthly_quota_exceeded':
      return quotaUsedUp(reason, Math.max(MONTHLY_QUOTA_WAIT_MS, wishMs ?? 0));
    default:
      if (wishMs === undefined) return { kind: 'deferred', reason };
      return { kind: 'deferred', reason, retryAfterMs: Math.min(wishMs, LONGEST_RATE_WAIT_MS) };
  }
}

function quotaUsedUp(reason: string, retryAfterMs: number): SendOutcome {
  return { kind: 'deferred', reason, retryAfterMs, quotaUsedUp: true };
}

function isOurSetUp({ status, name, message }: Answer): boolean {
  if (name === 'security_error') return false;
  return SET_UP_STATUSES.has(status) || name === 'invalid_from_address' || SENDER_REFUSED.test(message);
}

function describe({ status, name, message }: Answer): string {
  const label = name === '' ? `Resend answered ${status}` : `Resend answered ${status} ${name}`;
  return presentable(message === '' ? label : `${label}: ${message}`);
}

function errorCodeOf(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .slice(0, 64);
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
