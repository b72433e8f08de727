import type { ReportedRecipient } from '../classification/classification.js';
import type { InboundEmail } from '../entities/inbound-email.entity.js';
import { type Clues, oneForm, usableId, usableIds } from './clues.js';

type StoredMail = Pick<
  InboundEmail,
  'message_id_header' | 'from_email' | 'in_reply_to_message_id' | 'email_metadata'
>;

/**
 * The clues of a mail that is stored: what it answers or reports, and who wrote it. Its recipients were all looked for
 * when it came.
 *
 * @param references what it answers, in no order
 */
export function cluesOfStored(mail: StoredMail, references: readonly string[]): Clues {
  const { reported_message_id: reportedId } = mail.email_metadata;
  const first = mail.in_reply_to_message_id === null ? [] : [mail.in_reply_to_message_id];
  return {
    messageId: mail.message_id_header,
    replyTokens: [],
    otherTokens: [],
    answeredIds: usableIds([...first, ...references]).filter((id) => id !== reportedId),
    reportedId: typeof reportedId === 'string' ? usableId(reportedId) : null,
    reportedTokens: [],
    people: peopleOfStored(mail),
    isReport: mail.email_metadata['is_report'] === true,
  };
}

/** Of a report: whom it is about; of any other mail: its writer. In their one form. */
export function peopleOfStored(mail: Pick<StoredMail, 'from_email' | 'email_metadata'>): string[] {
  const { is_report: isReport, reported_recipients: reported = [] } = mail.email_metadata;
  if (isReport === true) {
    return (reported as readonly ReportedRecipient[]).map(({ address }) => oneForm(address));
  }
  return mail.from_email === null ? [] : [mail.from_email];
}
