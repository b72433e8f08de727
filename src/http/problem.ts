import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorCode, type FieldProblem } from '../common/domain-error.js';
import { classifyDatabaseError } from '../database/database-error.js';

/** Status and title of every code: a new {@link ErrorCode} does not compile before it stands here. */
const PROBLEM_TYPES: Readonly<Record<ErrorCode, { readonly status: number; readonly title: string }>> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body cannot be read' },
  unauthorized: { status: 401, title: 'A valid API key is required' },
  invalid_signature: { status: 401, title: 'The call is not signed by the provider' },
  api_keys_required: { status: 403, title: 'Only local callers are served without API keys' },
  insufficient_scope: { status: 403, title: 'The API key does not cover this call' },
  route_not_found: { status: 404, title: 'There is no such route' },
  campaign_not_found: { status: 404, title: 'There is no such campaign' },
  lead_not_found: { status: 404, title: 'There is no such lead' },
  lead_not_in_campaign: { status: 404, title: 'The lead is not in that campaign' },
  template_not_found: { status: 404, title: 'There is no such template' },
  sequence_not_found: { status: 404, title: 'The campaign has no sequence' },
  suppression_not_found: { status: 404, title: 'There is no such suppression' },
  email_not_found: { status: 404, title: 'There is no such mail' },
  method_not_allowed: { status: 405, title: 'The route does not know this method' },
  campaign_paused: { status: 409, title: 'The campaign is paused' },
  email_not_cancellable: { status: 409, title: 'The mail can no longer be cancelled' },
  email_not_retryable: { status: 409, title: 'The mail cannot be retried' },
  email_not_resolvable: { status: 409, title: 'The mail needs no person to settle it' },
  template_exists: { status: 409, title: 'The template exists already' },
  idempotency_key_in_use: { status: 409, title: 'The first call with this key is still running' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body has a type that is not read here' },
  missing_variables: { status: 422, title: 'The template needs more variables' },
  template_invalid: { status: 422, title: 'The template cannot be rendered' },
  recipient_invalid: { status: 422, title: 'The recipient cannot be mailed' },
  email_of_other_lead: { status: 422, title: 'The mail went to another lead' },
  batch_cap_exceeded: { status: 422, title: 'The batch is over the cap' },
  idempotency_key_reused: { status: 422, title: 'The key was used with another body' },
  daily_cap_reached: { status: 429, title: "The day's cap is reached" },
  campaign_cap_reached: { status: 429, title: "The campaign's cap is reached" },
  internal_error: { status: 500, title: 'The service failed' },
  webhooks_not_configured: { status: 503, title: 'Webhooks are not set up' },
  provider_unavailable: { status: 503, title: 'The provider cannot be asked now' },
  database_unavailable: { status: 503, title: 'The database cannot be reached' },
};

/** Seconds a caller is asked to wait while the database is away. */
const DATABASE_RETRY_AFTER_S = 5;

/** Challenges of RFC 6750 that go with a refusal of the caller's key. */
const CHALLENGES: Partial<Readonly<Record<ErrorCode, string>>> = {
  unauthorized: 'Bearer',
  insufficient_scope: 'Bearer error="insufficient_scope"',
};

/** Body of every error answer: RFC 9457 with our stable `code` and the faults of single fields. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly errors?: readonly FieldProblem[];
  readonly instance: string;
}

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ProblemBody;
  /** True when the fault is ours: a person should hear of it. */
  readonly reportable: boolean;
}

/**
 * The one way from anything thrown to an answer.
 *
 * @param instance path of the request, without its query
 */
export function toProblem(error: unknown, instance: string): Problem {
  const fault = toDomainError(error);
  const { status, title } = PROBLEM_TYPES[fault.code];
  const challenge = CHALLENGES[fault.code];

  return {
    status,
    headers: {
      ...(fault.retryAfterS !== undefined && { 'Retry-After': String(Math.ceil(fault.retryAfterS)) }),
      ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
    },
    body: {
      type: `urn:cam:problem:${fault.code}`,
      title,
      status,
      detail: fault.message,
      code: fault.code,
      ...(fault.errors !== undefined && { errors: fault.errors }),
      instance,
    },
    reportable: status >= 500 || isBadValue(error),
  };
}

/** A value that validation let through and the database refused: the caller's fault, and a hole of ours. */
function isBadValue(error: unknown): boolean {
  return classifyDatabaseError(error) === 'bad_value';
}

function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;

  // Nest wraps what Fastify throws; the original, with its code, is the cause.
  const thrown = error instanceof HttpException ? (error.cause ?? error) : error;
  const fastifyCode = codeOf(thrown);
  if (fastifyCode.startsWith('FST_ERR_')) return fromFastify(fastifyCode, statusOf(thrown));
  if (error instanceof HttpException) return fromStatus(error.getStatus());

  // Fastify marks errors of the request's own stream so: the caller went away while sending.
  if (statusOf(error) === 400) {
    return new DomainError('malformed_json', 'The body ended before it was complete.');
  }

  switch (classifyDatabaseError(error)) {
    case 'unavailable':
      return new DomainError('database_unavailable', 'The database did not answer. Try again later.', {
        retryAfterS: DATABASE_RETRY_AFTER_S,
      });
    case 'bad_value':
      return new DomainError('invalid_request', 'A value of the request cannot be stored.');
    // A repository that expects a conflict turns it into an error of its own.
    case 'conflict':
    case 'other':
      return internalError();
  }
}

function fromFastify(code: string, status: number): DomainError {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DomainError('payload_too_large', 'Send a smaller body, or several requests.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new DomainError('malformed_json', 'The body is not as long as its Content-Length says.');
    case 'FST_ERR_BAD_URL':
      return new DomainError('invalid_request', 'The path holds a broken percent-encoding.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new DomainError('invalid_request', 'A part of the path is too long.');
    default:
      return fromStatus(status);
  }
}

/** Errors of the framework that say no more than a status. Their messages may repeat the request: not passed on. */
function fromStatus(status: number): DomainError {
  switch (status) {
    case 404:
      return new DomainError('route_not_found', 'No route has this path.');
    case 405:
      return new DomainError('method_not_allowed', 'The path is known, but not with this method.');
    case 413:
      return new DomainError('payload_too_large', 'Send a smaller body, or several requests.');
    case 415:
      return new DomainError(
        'unsupported_media_type',
        'The Content-Type of the body is not one that is read here.',
      );
    default:
      return status >= 400 && status < 500
        ? new DomainError('invalid_request', 'The request cannot be read.')
        : internalError();
  }
}

function internalError(): DomainError {
  return new DomainError(
    'internal_error',
    'The request failed through no fault of yours. The operators were told.',
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}
