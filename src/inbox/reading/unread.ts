import { type Classification, NOTHING_SAID } from '../classification/classification.js';
import { readHeaderFields } from './header-fields.js';
import type { ReadFormat, ReadMail } from './read-mail.js';
import { salvageHeaders } from './salvage-headers.js';
import { storable } from './storable.js';

/** What can be said of a mail that was not read: what its header tells, and NEUTRAL for a person to look at. */
export function unread(raw: Uint8Array, format: ReadFormat, reason: string): ReadMail {
  const mail =
    format === 'rfc822'
      ? salvageHeaders(raw)
      : { ...readHeaderFields([]), text: null, html: null, parts: [] };
  return storable({ mail, visibleText: '', classification: neutral(reason) });
}

function neutral(reason: string): Classification {
  return { ...NOTHING_SAID, class: 'NEUTRAL', confidence: 0, reason, needsReview: true };
}
