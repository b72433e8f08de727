import { assertNever } from '../common/assert-never.js';
import type { Refusal } from '../email/sending/send-email.js';
import type { HoldCode } from '../sequences/enrolment-states.js';

/** Why a step whose mail was refused waits. Throws for refusals that no step meets. */
export function holdCode(refusal: Refusal): HoldCode {
  switch (refusal.kind) {
    case 'template_not_found':
      return 'TEMPLATE_NOT_FOUND';
    case 'missing_variables':
      return 'MISSING_VARIABLE';
    case 'template_invalid':
    case 'recipient_invalid':
      return 'TEMPLATE_INVALID';
    case 'campaign_paused':
      return 'PAUSED';
    case 'campaign_not_found':
    case 'lead_not_found':
    case 'lead_not_in_campaign':
    case 'over_cap':
    case 'unavailable':
      throw new Error(`A step was refused as ${refusal.kind}`);
    default:
      return assertNever(refusal);
  }
}
