import type { MailPart, ParsedMail } from '../../reading/parsed-mail.js';
import type { Report } from '../classification.js';
import { readComplaint } from './complaint-report.js';
import { readDeliveryReport } from './delivery-report.js';
import { reportSigns } from './report-signs.js';
import { reportTextOf } from './report-text.js';
import { readReturnedMail } from './returned-mail.js';
import type { ReportMaterial } from './report-material.js';
import { readWordedBounce } from './worded-bounce.js';

/** What a mail server or complaint desk reports of a mail of ours; null: this is no report. */
export function readReport(mail: ParsedMail): Report | null {
  const material = materialOf(mail);
  return (
    readComplaint(material) ??
    readReceipt(material) ??
    readDeliveryReport(material) ??
    readWordedBounce(material)
  );
}

function materialOf(mail: ParsedMail): ReportMaterial {
  const text = reportTextOf(mail);
  const sources = [...mail.parts.filter(isReturnedMail).map((part) => part.text), text.returned ?? ''];
  const returned = sources.filter((source) => source !== '').map(readReturnedMail);
  return {
    mail,
    signs: reportSigns(mail),
    lines: text.lines,
    words: text.lines
      .filter((line) => !/^\s*[>|]/.test(line))
      .join(' ')
      .replaceAll(/\s+/g, ' ')
      .slice(0, 16_000)
      .toLowerCase(),
    returned: returned.find(({ messageId }) => messageId !== null) ?? returned[0] ?? null,
  };
}

function isReturnedMail({ contentType, text }: MailPart): boolean {
  if (
    /^(?:message\/(?:rfc822|global|partial|global-headers|rfc822-headers|news)|text\/rfc822-headers)$/.test(
      contentType,
    )
  ) {
    return text.trim() !== '';
  }
  return (
    contentType === 'text/plain' &&
    /^(?:received|return-path|message-id|from|x-[\w-]{1,60}|to|subject):/im.test(text.slice(0, 4000)) &&
    /^message-id:/im.test(text)
  );
}

/** The mail was read or deleted (RFC 8098): nothing has failed. */
function readReceipt({ mail, returned }: ReportMaterial): Report | null {
  const part = mail.parts.find(({ contentType }) => contentType === 'message/disposition-notification');
  if (part === undefined) return null;
  return {
    kind: 'receipt',
    recipients: [],
    originalMessageId:
      /^original-message-id[ \t]*:[ \t]*(<[^<>\n]{1,998}>)/im.exec(part.text)?.[1] ??
      returned?.messageId ??
      null,
    feedbackType: null,
    confidence: 0.95,
    rules: ['mdn'],
  };
}
