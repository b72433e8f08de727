import type { Report } from '../classification.js';
import { complainants, readFeedback } from './feedback-report.js';
import { originalMessageId, type ReportMaterial } from './report-material.js';

/** Addresses of desks that send the mail complained of as an attachment and nothing that RFC 5965 knows. */
const DESK =
  /^(?:(?:abuse|complaints?|feedback|feedbackloop|fbl|arf|scomp|jmrp|spam|spamreport|abuse-?report|staff)\b.{0,80}@|.{1,80}@(?:fbl|arf|feedback|jmrp|complaints?|abuse|email-abuse)\.)/i;
const DESK_SUBJECT =
  /(?:complaint about (?:a )?message|abuse report|spam report|feedback report|fbl report|reported as (?:spam|junk)|junk mail report|email feedback|complaint)/i;
const FEEDBACK_IN_TEXT = /^feedback-type[ \t]{0,4}:/im;

/** A complaint of a recipient, sent on by her provider (RFC 5965, or the like); null: this is none. */
export function readComplaint(material: ReportMaterial): Report | null {
  const { mail, signs, returned } = material;
  const source = feedbackSource(material);
  if (source === null && !isDesk(material) && !isMarked(material)) return null;
  const feedback = readFeedback(source ?? '');
  const named = [...feedback.recipients, ...complainants([...(returned?.fields ?? []), ...mail.headers])];
  const recipients = named.length > 0 ? named : (returned?.recipients ?? []);
  return {
    kind: 'complaint',
    recipients: [...new Set(recipients)].map((address) => ({
      address,
      kind: null,
      status: null,
      diagnostic: null,
    })),
    originalMessageId: source === null && returned === null ? mail.messageId : originalMessageId(material),
    feedbackType: feedback.type,
    confidence: source !== null && signs.reportType ? 0.98 : mail.parts.length > 0 ? 0.8 : 0.6,
    rules: [source === null ? 'feedback-desk' : 'arf'],
  };
}

/** Outlook.com sends the very mail complained of, with the recipient in a header of its own. */
function isMarked({ mail, returned }: ReportMaterial): boolean {
  return [...mail.headers, ...(returned?.fields ?? [])].some(
    ({ name }) => name === 'x-hmxmroriginalrecipient',
  );
}

function feedbackSource({ mail, signs }: ReportMaterial): string | null {
  const part = mail.parts.find(({ contentType }) => contentType === 'message/feedback-report');
  if (part !== undefined) return part.text;
  const declared = mail.headers.some(
    ({ name, value }) => name === 'content-type' && /report-type="?feedback-report/i.test(value),
  );
  const own = mail.parts.filter(({ contentType }) => !/^(?:message|text)\/rfc822/.test(contentType));
  const loose = [mail.text ?? '', ...own.map(({ text }) => text)].find((text) => FEEDBACK_IN_TEXT.test(text));
  if (loose !== undefined && (declared || signs.reportType)) return loose;
  return declared ? '' : null;
}

function isDesk({ mail, signs, returned }: ReportMaterial): boolean {
  const from = mail.from?.address ?? '';
  return (
    !signs.answered &&
    returned !== null &&
    mail.parts.some(({ contentType }) => contentType === 'message/rfc822') &&
    DESK.test(from) &&
    DESK_SUBJECT.test(mail.subject)
  );
}
