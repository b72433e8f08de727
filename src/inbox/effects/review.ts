import { REVIEW_BELOW } from '../classification/classification.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';
import type { Effects } from './effect-policy.js';

/** Whether a person should look at a stored mail: never again once one has labelled it. */
export function needsReview(
  mail: Pick<
    InboundEmail,
    'labelled_by' | 'classification_confidence' | 'parse_error' | 'repeats_message_id'
  >,
  { needsPerson }: Effects,
): boolean {
  if (mail.labelled_by !== null) return false;
  const isUnsure = mail.classification_confidence < REVIEW_BELOW;
  return isUnsure || mail.parse_error !== null || mail.repeats_message_id || needsPerson;
}
