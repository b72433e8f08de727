import type { ParsedMail } from '../../reading/parsed-mail.js';
import { isReportPart, type ReportSigns } from './report-signs.js';
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

const STATED =
  /^[\s>*-]{0,20}(?:x-)?(?:original[ -])?message[ -]?id[ \t]{0,4}:[ \t]{0,20}(<[^<>\s@]{1,400}@[^<>\s]{1,400}>)/i;

/** The Message-ID of the mail that a report is about, the surest place first; null: nowhere. */
export function originalMessageId({ mail, returned, lines }: ReportMaterial): string | null {
  const reports = mail.parts.filter(({ contentType }) => isReportPart(contentType));
  const stated = [...reports.flatMap(({ text }) => text.split('\n')), ...lines]
    .map((line) => STATED.exec(line)?.[1])
    .find((id) => id !== undefined);
  return returned?.messageId ?? stated ?? mail.inReplyTo[0] ?? mail.references.at(-1) ?? null;
}
