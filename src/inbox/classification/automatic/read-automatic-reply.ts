import type { ParsedMail } from '../../reading/parsed-mail.js';
import type { AutomaticReply } from '../classification.js';

/** What a machine answered on behalf of the recipient; null: a person wrote this. */
export function readAutomaticReply(_mail: ParsedMail, _visibleText: string): AutomaticReply | null {
  return null;
}
