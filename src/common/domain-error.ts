/** Stable codes of the errors a caller can meet; `http/problem.ts` maps each to a status. */
export type ErrorCode =
  | 'invalid_request'
  | 'malformed_json'
  | 'unauthorized'
  | 'invalid_signature'
  | 'api_keys_required'
  | 'insufficient_scope'
  | 'route_not_found'
  | 'campaign_not_found'
  | 'lead_not_found'
  | 'lead_not_in_campaign'
  | 'template_not_found'
  | 'email_not_found'
  | 'suppression_not_found'
  | 'sequence_not_found'
  | 'method_not_allowed'
  | 'campaign_paused'
  | 'email_not_cancellable'
  | 'email_not_retryable'
  | 'email_not_resolvable'
  | 'template_exists'
  | 'idempotency_key_in_use'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'missing_variables'
  | 'template_invalid'
  | 'recipient_invalid'
  | 'email_of_other_lead'
  | 'batch_cap_exceeded'
  | 'idempotency_key_reused'
  | 'daily_cap_reached'
  | 'campaign_cap_reached'
  | 'internal_error'
  | 'webhooks_not_configured'
  | 'provider_unavailable'
  | 'database_unavailable';

/** One fault of a request: where, which rule, and a sentence for a person. */
export interface FieldProblem {
  /** Path into the request, e.g. `leads[3].email`. */
  readonly field: string;
  readonly code: string;
  readonly detail: string;
}

/** The caller broke a rule, or the service cannot serve now. Carries all that the answer needs. */
export class DomainError extends Error {
  readonly errors: readonly FieldProblem[] | undefined;
  readonly retryAfterS: number | undefined;

  constructor(
    readonly code: ErrorCode,
    detail: string,
    extra: { errors?: readonly FieldProblem[]; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(detail, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'DomainError';
    this.errors = extra.errors;
    this.retryAfterS = extra.retryAfterS;
  }
}
