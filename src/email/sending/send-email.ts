import type { FieldProblem } from '../../common/domain-error.js';
import type { TemplateSource, VariableValue } from '../templates/template-renderer.js';

/** A template by type (the campaign's own, else the global one) or given on the spot. */
export type TemplateChoice =
  | { readonly kind: 'stored'; readonly type: string }
  | { readonly kind: 'inline'; readonly source: TemplateSource; readonly ctaLink: string | null };

/** One mail of one campaign to one lead. */
export interface SendEmailRequest {
  readonly campaignId: number;
  readonly leadId: number;
  readonly template: TemplateChoice;
  readonly personalization: Readonly<Record<string, VariableValue>>;
  /** The same content may be sent again under another number. */
  readonly sequenceNumber: number;
  readonly campaignSequenceId: number | null;
  /** Where it goes instead of the lead's own address; null: there. */
  readonly toEmail: string | null;
}

/** Why a mail was not made. Nothing is stored. */
export type Refusal =
  | { readonly kind: 'campaign_not_found' }
  | { readonly kind: 'lead_not_found' }
  | { readonly kind: 'lead_not_in_campaign' }
  | { readonly kind: 'template_not_found' }
  | { readonly kind: 'campaign_paused' }
  | { readonly kind: 'missing_variables'; readonly names: readonly string[] }
  | { readonly kind: 'template_invalid'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'recipient_invalid'; readonly detail: string }
  | { readonly kind: 'over_cap'; readonly scope: 'global' | 'campaign'; readonly resetsInMs: number }
  /** The database is out of reach; whether the mail was stored is not known. Asking again is safe. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

/**
 * What became of a request to send.
 * created: this call made the mail; its record says whether it went, failed, was dropped or is still open.
 * existing: the same mail was there before. Asking again is always safe.
 */
export type SendEmailOutcome =
  | { readonly kind: 'created'; readonly emailId: number }
  | { readonly kind: 'existing'; readonly emailId: number }
  | Refusal;
