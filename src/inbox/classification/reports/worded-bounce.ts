import type { Report } from '../classification.js';
import { tellsReason } from './bounce-kind.js';
import { rulesOf, waiting } from './judged-recipient.js';
import { originalMessageId, type ReportMaterial } from './report-material.js';
import { tellsOfDelay, tellsOfFailure, tellsOfSuccess } from './report-phrases.js';
import { namedRecipients } from './text-recipients.js';
import { partiesOf, wordedRecipients } from './worded-recipients.js';

/**
 * A bounce of a server that writes only to people, or its word that a mail has arrived; null: this is none. Structure
 * and words must both say so.
 */
export function readWordedBounce(material: ReportMaterial): Report | null {
  if (isWordedSuccess(material)) return success(material);
  if (!isWordedBounce(material)) return null;
  const { words, signs } = material;
  const recipients = wordedRecipients(material);
  const isDelay = tellsOfDelay(signs.subjectText, words);
  return {
    kind: isDelay ? 'delayed' : 'bounce',
    recipients: recipients.map(({ recipient }) => (isDelay ? waiting(recipient) : recipient)),
    originalMessageId: originalMessageId(material),
    feedbackType: null,
    confidence: recipients.length === 0 ? 0.5 : signs.failedRecipients.length > 0 ? 0.95 : 0.9,
    rules: rulesOf(signs.failedRecipients.length > 0 ? 'failed-recipients' : 'text-transcript', recipients),
  };
}

function isWordedSuccess({ signs, words }: ReportMaterial): boolean {
  const isReport = signs.daemon !== null && (signs.nullReturnPath || signs.automatic || signs.subject);
  return isReport && signs.failedRecipients.length === 0 && tellsOfSuccess(words);
}

function success(material: ReportMaterial): Report {
  return {
    kind: 'receipt',
    recipients: [],
    originalMessageId: originalMessageId(material),
    feedbackType: null,
    confidence: 0.7,
    rules: ['text-success'],
  };
}

function isWordedBounce(material: ReportMaterial): boolean {
  const { signs, words, returned, mail } = material;
  if (signs.failedRecipients.length > 0) return true;
  if (signs.answered) return false;
  const told = tellsOfFailure(words);
  const sentBack =
    returned !== null || mail.parts.some(({ contentType }) => contentType === 'message/rfc822');
  const marked = signs.nullReturnPath || signs.automatic || signs.subject || sentBack;
  if (signs.daemon === 'sure' || (signs.daemon === 'likely' && marked)) {
    return told || ((signs.subject || sentBack) && tellsReason(words)) || isSilentReturn(material);
  }
  if (signs.nullReturnPath && signs.subject) return told && (sentBack || namesRecipient(material));
  const machine = signs.unattended || (signs.subject && (signs.automatic || signs.reportType));
  return told && sentBack && machine;
}

/** In a language that no rule knows, a mail system that sends our mail back says enough by that. */
function isSilentReturn({ signs, returned, words }: ReportMaterial): boolean {
  return (
    signs.daemon === 'sure' &&
    (signs.nullReturnPath || signs.subject) &&
    returned?.messageId != null &&
    !tellsOfSuccess(words)
  );
}

function namesRecipient(material: ReportMaterial): boolean {
  return namedRecipients(material.lines, partiesOf(material)).length > 0;
}
