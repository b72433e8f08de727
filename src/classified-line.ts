import type { ReadMail } from './inbox/reading/read-mail.js';

/** What `npm run classify` tells of one mail. Its names are those of the lists that it is scored by. */
export interface ClassifiedLine {
  readonly id: string;
  readonly class: string;
  readonly confidence: number;
  readonly reason: string;
  readonly delayed: boolean;
  /** `hard` is null where the report does not say. */
  readonly recipients: { address: string; hard: boolean | null; status: string | null }[];
  readonly original_message_id: string | null;
  /** Message-ID of the mail that this one answers. */
  readonly in_reply_to: string | null;
  /** What follows the first `+` in a recipient's local part. */
  readonly plus_token: string | null;
  readonly feedback_type: string | null;
  readonly visible_text: string;
  readonly return_date: string | null;
}

/** @param sent keys ({@link messageIdKey}) of the mails that may have been answered; null: any may */
export function classifiedLine(
  id: string,
  { mail, visibleText, classification }: ReadMail,
  sent: ReadonlySet<string> | null,
): ClassifiedLine {
  return {
    id,
    class: classification.class,
    confidence: classification.confidence,
    reason: classification.reason,
    delayed: classification.delayed,
    recipients: classification.recipients.map(({ address, kind, status }) => ({
      address,
      hard: kind === null ? null : kind === 'hard',
      status,
    })),
    original_message_id: classification.originalMessageId,
    in_reply_to: answeredMail(mail.inReplyTo, mail.references, sent),
    plus_token: plusToken(mail.recipients),
    feedback_type: classification.feedbackType,
    visible_text: visibleText,
    return_date: classification.returnDate,
  };
}

/** By what two spellings of one Message-ID are compared: some servers drop the brackets or change the case. */
export function messageIdKey(messageId: string): string {
  return messageId.replaceAll(/[<>\s]/g, '').toLowerCase();
}

/** The mail that is named as the answered one, or else the newest of the thread; of those that were sent if any was. */
function answeredMail(
  inReplyTo: readonly string[],
  references: readonly string[],
  sent: ReadonlySet<string> | null,
): string | null {
  const named = [...inReplyTo, ...references.toReversed()];
  return named.find((id) => sent?.has(messageIdKey(id))) ?? named[0] ?? null;
}

function plusToken(recipients: readonly string[]): string | null {
  for (const address of recipients) {
    const [, token] = /^[^+@]+\+([^@]+)@/.exec(address) ?? [];
    if (token !== undefined) return token;
  }
  return null;
}
