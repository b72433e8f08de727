import type { ParsedMail } from '../../reading/parsed-mail.js';
import type { Report } from '../classification.js';

/** What a mail server or complaint desk reports of a mail of ours; null: this is no report. */
export function readReport(_mail: ParsedMail): Report | null {
  return null;
}
