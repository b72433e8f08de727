import { isSameMailbox } from '../../common/same-mailbox.js';
import { type Clues, tokenOfMessageId } from './clues.js';

/** A mail of ours that a clue may stand for. */
export interface Candidate {
  readonly id: number;
  readonly toEmail: string;
  readonly publicToken: string;
  readonly messageIds: readonly string[];
}

/** How surely each clue ties a mail to ours, 0..1. */
export const CONFIDENCE = {
  person: 1,
  replyToken: 1,
  otherToken: 0.95,
  references: 0.95,
  reportedMail: 0.9,
  reportedRecipient: 0.6,
  sender: 0.5,
} as const;

/** From here on a mail names one of our ids or tokens, which strangers do not know. */
export const STRONG_FROM = 0.85;

export interface Match<Mail extends Candidate> {
  readonly mail: Mail;
  readonly method: 'token' | 'references' | 'report' | 'sender';
  readonly confidence: number;
  /** Who wrote it (of a report: whom it is about) is whom that mail went to. */
  readonly senderIsRecipient: boolean;
}

/** True when it takes more than an address to make such a match. */
export function isStrong(confidence: number | null): boolean {
  return confidence !== null && confidence >= STRONG_FROM;
}

/** Everything to look for by name: tokens, and ids with the tokens in them. */
export function namesIn(clues: Clues): { publicTokens: string[]; messageIds: string[] } {
  const messageIds = [clues.messageId, ...clues.answeredIds, clues.reportedId].filter((id) => id !== null);
  const publicTokens = [
    ...clues.replyTokens,
    ...clues.otherTokens,
    ...clues.reportedTokens,
    ...messageIds.map(tokenOfMessageId).filter((token) => token !== null),
  ];
  return { publicTokens: [...new Set(publicTokens)], messageIds: [...new Set(messageIds)] };
}

/** Our own mail names itself. Back in a mailbox of ours it answers nothing. */
export function isOurOwn({ messageId }: Clues, named: readonly Candidate[]): boolean {
  return messageId !== null && named.some((mail) => isNamed(mail, messageId));
}

/** The best match among mails that {@link namesIn} found; null: none of them. */
export function matchByName<Mail extends Candidate>(
  clues: Clues,
  named: readonly Mail[],
): Match<Mail> | null {
  const byToken = (token: string): Mail | undefined => named.find((mail) => mail.publicToken === token);
  const byId = (id: string): Mail | undefined => named.find((mail) => isNamed(mail, id));
  const reportedIds = clues.reportedId === null ? [] : [clues.reportedId];
  const ways = [
    ['token', CONFIDENCE.replyToken, clues.replyTokens, byToken],
    ['token', CONFIDENCE.otherToken, clues.otherTokens, byToken],
    ['references', CONFIDENCE.references, clues.answeredIds, byId],
    ['report', CONFIDENCE.reportedMail, reportedIds, byId],
    ['report', CONFIDENCE.reportedMail, clues.reportedTokens, byToken],
  ] as const;
  for (const [method, confidence, names, find] of ways) {
    const mail = names.map(find).find((found) => found !== undefined);
    if (mail !== undefined) return { mail, method, confidence, senderIsRecipient: isAbout(clues, mail) };
  }
  return null;
}

function isNamed(mail: Candidate, messageId: string): boolean {
  return mail.messageIds.includes(messageId) || mail.publicToken === tokenOfMessageId(messageId);
}

/** What an address alone tells: a mail went there lately. Anybody can write an address into From. */
export function matchByAddress<Mail extends Candidate>(clues: Clues, mail: Mail): Match<Mail> {
  return {
    mail,
    ...(clues.isReport
      ? { method: 'report', confidence: CONFIDENCE.reportedRecipient }
      : { method: 'sender', confidence: CONFIDENCE.sender }),
    senderIsRecipient: isAbout(clues, mail),
  };
}

/** Who wrote the mail (of a report: whom it is about) is whom ours went to. */
export function isAbout({ people }: Pick<Clues, 'people'>, { toEmail }: Pick<Candidate, 'toEmail'>): boolean {
  return people.some((address) => isSameMailbox(address, toEmail));
}
