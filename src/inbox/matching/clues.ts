import { normalizeEmailAddress } from '../../common/email-address.js';
import type { Classification, MailClass } from '../classification/classification.js';
import type { ParsedMail } from '../reading/parsed-mail.js';

/** What a mail says of the mail of ours that it is about. */
export interface Clues {
  /** Its own Message-ID; null: none. */
  readonly messageId: string | null;
  /** From plus-addresses of our reply address. */
  readonly replyTokens: readonly string[];
  /** From plus-addresses of other mailboxes that it was delivered to. */
  readonly otherTokens: readonly string[];
  /** In-Reply-To, then References, the newest first. */
  readonly answeredIds: readonly string[];
  /** Of a report: the Message-ID of the mail that it reports. */
  readonly reportedId: string | null;
  /** Of a report: tokens of ours in the mail that it returns. */
  readonly reportedTokens: readonly string[];
  /** Of a report: who did not get the mail, or complained; of any other mail: its writer. In their one form. */
  readonly people: readonly string[];
  readonly isReport: boolean;
}

/** 26 characters of base32 (RFC 4648), as `public_token` has. */
const TOKEN = '[a-z2-7]{26}';
const PLUS_TOKEN = new RegExp(`^([^+@]+)\\+(${TOKEN})(@[^@]+)$`);
const OUR_MESSAGE_ID = new RegExp(`^<cam\\.(${TOKEN})@[^<>]+>$`, 'i');
const TOKEN_IN_TEXT = new RegExp(`\\b(?:cam\\.|\\+)(${TOKEN})@`, 'g');

/** Ids that are longer than a line may be (RFC 5322, 2.1.1) name nothing, and no index takes them. */
const MAX_ID_BYTES = 998;

/** A returned mail names itself a few times, not hundreds. */
const MAX_TOKENS = 20;

/** @param replyAddress the address whose plus part holds the token in our Reply-To; null: none is set */
export function cluesOf(mail: ParsedMail, found: Classification, replyAddress: string | null): Clues {
  const tagged = mail.recipients.flatMap((address) => {
    const [, local = '', token, domain = ''] = PLUS_TOKEN.exec(address) ?? [];
    return token === undefined ? [] : [{ mailbox: local + domain, token }];
  });
  const reports = isReport(found.class);
  const people = reports
    ? found.recipients.map(({ address }) => address)
    : mail.from === null
      ? []
      : [mail.from.address];
  return {
    messageId: usableId(mail.messageId),
    replyTokens: tagged.filter(({ mailbox }) => mailbox === replyAddress).map(({ token }) => token),
    otherTokens: tagged.filter(({ mailbox }) => mailbox !== replyAddress).map(({ token }) => token),
    answeredIds: usableIds([...mail.inReplyTo, ...mail.references.toReversed()]),
    reportedId: usableId(found.originalMessageId),
    reportedTokens: reports ? tokensIn([mail.text ?? '', ...mail.parts.map(({ text }) => text)]) : [],
    people: people.map(oneForm),
    isReport: reports,
  };
}

/** A machine wrote it about a mail of ours, not on behalf of its recipient. */
export function isReport(found: MailClass): boolean {
  return found === 'BOUNCE' || found === 'COMPLAINT';
}

/** The token of one of our own Message-IDs, whatever a gateway did to its domain. */
export function tokenOfMessageId(id: string): string | null {
  return OUR_MESSAGE_ID.exec(id)?.[1]?.toLowerCase() ?? null;
}

/** The one form of an address; what is none stays as it is and equals no address of ours. */
export function oneForm(address: string): string {
  const result = normalizeEmailAddress(address);
  return result.kind === 'valid' ? result.address : address;
}

export function usableId(id: string | null): string | null {
  return id !== null && Buffer.byteLength(id) <= MAX_ID_BYTES ? id : null;
}

/** Each once. */
export function usableIds(ids: readonly string[]): string[] {
  return [...new Set(ids)].filter((id) => usableId(id) !== null);
}

function tokensIn(texts: readonly string[]): string[] {
  const tokens = texts.flatMap((text) => Array.from(text.matchAll(TOKEN_IN_TEXT), ([, token = '']) => token));
  return [...new Set(tokens)].slice(0, MAX_TOKENS);
}
