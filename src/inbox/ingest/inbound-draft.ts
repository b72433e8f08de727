import { type Classification, CLASSIFIER_VERSION, type MailClass } from '../classification/classification.js';
import type { InboundEmail, StoredClass } from '../entities/inbound-email.entity.js';
import { isReport, oneForm, usableId } from '../matching/clues.js';
import type { ReadResult } from '../reading/mail-reader.service.js';
import { identityHash } from './identity-hash.js';
import type { IncomingMail } from './incoming-mail.js';
import type { InboundMatch } from './match-columns.js';

/** A mail as it is stored, but for what it is matched to. */
export type InboundDraft = Omit<
  InboundEmail,
  | keyof InboundMatch
  | 'id'
  | 'repeats_message_id'
  | 'labelled_by'
  | 'labelled_at'
  | 'received_at'
  | 'ingested_at'
  | 'created_at'
  | 'updated_at'
> & {
  /** Null: just now. */
  readonly received_at: Date | null;
  /** Message-IDs that it answers or reports. */
  readonly references: readonly string[];
  /** Kept when the mail could not be read, or not to its end. */
  readonly raw: Uint8Array | null;
};

const MAX_SUBJECT = 1_000;
const MAX_REASON = 1_000;
const MAX_ADDRESS = 320;
const MAX_UID = 1_000;

const STORED: Readonly<Record<MailClass, StoredClass>> = {
  BOUNCE: 'BOUNCE',
  COMPLAINT: 'UNSUB',
  OOO: 'OOO',
  AUTO: 'NEUTRAL',
  UNSUB: 'UNSUB',
  NEGATIVE: 'NEGATIVE',
  POSITIVE: 'POSITIVE',
  NEUTRAL: 'NEUTRAL',
};

/** The reader has made all texts storable and cut the long ones. */
export function draftOf(incoming: IncomingMail, read: ReadResult): InboundDraft {
  const { mail, classification: found } = read;
  const answered = [...mail.inReplyTo, ...mail.references.toReversed(), found.originalMessageId];
  const references = answered.filter((id) => usableId(id) !== null) as string[];
  const parseError =
    read.kind === 'unreadable' ? read.reason : incoming.oversize === null ? null : 'too_large';
  return {
    provider: incoming.provider,
    provider_msg_uid: incoming.uid.slice(0, MAX_UID),
    identity_hash: identityHash(mail, incoming.raw),
    message_id_header: usableId(mail.messageId),
    from_email: mail.from === null ? null : oneForm(mail.from.address).slice(0, MAX_ADDRESS),
    to_email: mail.recipients[0]?.slice(0, MAX_ADDRESS) ?? null,
    subject: mail.subject.slice(0, MAX_SUBJECT),
    in_reply_to_message_id: references[0] ?? null,
    body_text: mail.text,
    body_html: mail.html,
    visible_text: read.visibleText,
    // A server that still tries has bounced nothing.
    classification: found.delayed || isHarmless(found) ? 'NEUTRAL' : STORED[found.class],
    classification_confidence: found.confidence,
    classification_reason: found.reason.slice(0, MAX_REASON),
    classifier_version: CLASSIFIER_VERSION,
    automatic: isAutomatic(found.class),
    needs_review: found.needsReview || parseError !== null,
    parse_error: parseError,
    received_at: incoming.receivedAt,
    email_metadata: metadataOf(incoming, found),
    references: [...new Set(references)],
    raw: parseError === null ? null : incoming.raw,
  };
}

/** Feedback that nobody complained with (RFC 5965, 7.3 and RFC 6591). */
function isHarmless({ class: found, feedbackType }: Classification): boolean {
  return found === 'COMPLAINT' && ['not-spam', 'auth-failure'].includes(feedbackType?.toLowerCase() ?? '');
}

function isAutomatic(found: MailClass): boolean {
  return found === 'BOUNCE' || found === 'COMPLAINT' || found === 'OOO' || found === 'AUTO';
}

function metadataOf(incoming: IncomingMail, found: Classification): Record<string, unknown> {
  const kind = kindOf(found);
  return {
    ...(kind !== null && { kind }),
    ...(isReport(found.class) && { is_report: true }),
    ...(found.hasLeft && { has_left: true }),
    ...(found.returnDate !== null && { return_date: found.returnDate }),
    ...(found.feedbackType !== null && { feedback_type: found.feedbackType }),
    ...(found.recipients.length > 0 && { reported_recipients: found.recipients }),
    ...(found.originalMessageId !== null && { reported_message_id: found.originalMessageId }),
    ...(incoming.oversize !== null && { oversize_bytes: incoming.oversize }),
  };
}

/** What the six stored classes do not tell. */
function kindOf(found: Classification): string | null {
  if (found.delayed) return 'delayed';
  if (found.class === 'AUTO' || isHarmless(found)) return 'automatic';
  return found.class === 'COMPLAINT' ? 'complaint' : null;
}
