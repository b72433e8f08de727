import { addressParser, decodeWords } from 'postal-mime';
import type { MailAddress, ParsedMail } from './parsed-mail.js';

/** Headers that name who a mail was delivered for, best first. */
const RECIPIENT_HEADERS = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'to', 'cc'];

const MAX_IDS = 100;
const MAX_RECIPIENTS = 100;
/** RFC 5321 allows 254. */
const MAX_ADDRESS = 320;
const MAX_NAME = 500;
const LAST_YEAR = 9999;

/** One field as the mail has it, unfolded, its encoded words not yet decoded. */
export interface RawField {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}

/** What the header of a mail tells. */
export type HeaderFields = Pick<
  ParsedMail,
  | 'headers'
  | 'contentType'
  | 'from'
  | 'subject'
  | 'date'
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'recipients'
>;

/** Reads the fields of a header; of repeated ones the first counts, but for recipients and ids. */
export function readHeaderFields(fields: readonly RawField[]): HeaderFields {
  const all = (name: string): string[] =>
    fields.filter((field) => field.name === name).map(({ value }) => value);
  const [from] = all('from').flatMap(mailboxesIn);
  const recipients = RECIPIENT_HEADERS.flatMap((name) => all(name).flatMap(mailboxesIn));
  return {
    headers: fields.map(({ name, value }) => ({ name, value: decodeWords(value) })),
    contentType: contentTypeOf(all('content-type')[0]),
    from: from ?? null,
    subject: decodeWords(all('subject')[0] ?? ''),
    date: dateOf(all('date')[0]),
    messageId: messageIdsIn(all('message-id').join(' '))[0] ?? null,
    inReplyTo: messageIdsIn(all('in-reply-to').join(' ')).slice(0, MAX_IDS),
    // The newest stand last.
    references: messageIdsIn(all('references').join(' ')).slice(-MAX_IDS),
    recipients: [...new Set(recipients.map(({ address }) => address))].slice(0, MAX_RECIPIENTS),
  };
}

/**
 * Every `<id>` of a header, in order, blanks inside dropped; where none stands in brackets, every word with an `@`. Some
 * servers encode ids as if they were words.
 */
function messageIdsIn(header: string): string[] {
  const text = header.includes('=?') ? decodeWords(header) : header;
  const ids = text.match(/<[^<>]{1,998}>/g);
  if (ids !== null) return ids.map((id) => id.replaceAll(/\s/g, ''));
  return text
    .split(/[\s"(),;<>]+/)
    .filter((word) => word.includes('@') && word.length < 1000)
    .map((word) => `<${word}>`);
}

/** The addresses are parsed before encoded words are decoded, so that no decoded name can become an address. */
function mailboxesIn(header: string): MailAddress[] {
  return addressParser(header, { flatten: true }).flatMap(({ name, address }) =>
    address === undefined || address === '' || address.length > MAX_ADDRESS
      ? []
      : [{ name: name.slice(0, MAX_NAME), address: address.toLowerCase() }],
  );
}

function contentTypeOf(header: string | undefined): string {
  return header?.split(';', 1)[0]?.trim().toLowerCase() ?? 'text/plain';
}

function dateOf(header: string | undefined): string | null {
  const instant = new Date(header ?? '');
  const year = instant.getUTCFullYear();
  // Also false for a date that is none. The standard form of a later year has a sign, which databases refuse.
  return year >= 0 && year <= LAST_YEAR ? instant.toISOString() : null;
}
