import type { ParsedMail } from '../../reading/parsed-mail.js';
import type { ReportSigns } from './report-signs.js';
import type { ReturnedMail } from './returned-mail.js';

/** A mail taken apart for the rules that read reports. */
export interface ReportMaterial {
  readonly mail: ParsedMail;
  readonly signs: ReportSigns;
  /** The server's own words, the returned mail cut off. */
  readonly lines: readonly string[];
  /** The same as one line in lower case, quoted lines left out. */
  readonly words: string;
  readonly returned: ReturnedMail | null;
}

/** The Message-ID of the mail that a report is about, the surest place first; null: nowhere. */
export function originalMessageId({ mail, returned }: ReportMaterial): string | null {
  return returned?.messageId ?? mail.inReplyTo[0] ?? mail.references.at(-1) ?? null;
}
