import { assertNever } from '../../common/assert-never.js';
import { DomainError } from '../../common/domain-error.js';
import type { Refusal } from './send-email.js';

/** A refusal in the words of the API. */
export function refusalError(refusal: Refusal): DomainError {
  switch (refusal.kind) {
    case 'campaign_not_found':
      return new DomainError('campaign_not_found', 'There is no such campaign.');
    case 'lead_not_found':
      return new DomainError('lead_not_found', 'There is no such lead.');
    case 'lead_not_in_campaign':
      return new DomainError('lead_not_in_campaign', 'The lead does not belong to the campaign.');
    case 'template_not_found':
      return new DomainError(
        'template_not_found',
        'The campaign has no template of this type, nor is there a global one.',
      );
    case 'campaign_paused':
      return new DomainError('campaign_paused', 'The campaign is paused.');
    case 'missing_variables':
      return new DomainError('missing_variables', 'The template names variables that have no value.', {
        errors: refusal.names.map((name) => ({
          field: `personalization.${name}`,
          code: 'missing_variable',
          detail: `No value for ${name}.`,
        })),
      });
    case 'template_invalid':
      return new DomainError('template_invalid', 'No mail can be made of the template.', {
        errors: refusal.problems,
      });
    case 'recipient_invalid':
      return new DomainError('recipient_invalid', refusal.detail);
    case 'over_cap':
      return new DomainError(
        refusal.scope === 'global' ? 'daily_cap_reached' : 'campaign_cap_reached',
        refusal.scope === 'global'
          ? "Today's mails over all campaigns are used up."
          : "Today's mails of the campaign are used up.",
        { retryAfterS: Math.ceil(refusal.resetsInMs / 1_000) },
      );
    case 'unavailable':
      return new DomainError('database_unavailable', 'The database is out of reach. Asking again is safe.', {
        retryAfterS: 5,
        cause: refusal.cause,
      });
    default:
      return assertNever(refusal);
  }
}
