import PostalMime, {
  addressParser,
  type Address,
  type Attachment,
  decodeWords,
  type Email,
} from 'postal-mime';
import { MAX_TEXT, type MailAddress, type MailPart, type ParsedMail } from './parsed-mail.js';

/** Headers that name who a mail was delivered for, best first. */
const RECIPIENT_HEADERS = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'to', 'cc'];

/** Takes a raw mail (RFC 5322) apart. Rejects what postal-mime rejects; costs it memory and time without bounds. */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true, maxNestingDepth: 32 });
  const headers = email.headers.map(({ key, value }) => ({ name: key, value: decodeWords(value) }));
  const all = (name: string): string[] =>
    headers.filter((header) => header.name === name).map(({ value }) => value);
  return {
    headers,
    contentType: contentTypeOf(all('content-type')[0]),
    from: firstMailbox(email.from === undefined ? [] : [email.from]),
    subject: email.subject ?? '',
    date: dateOf(email.date),
    messageId: messageIdsIn(all('message-id').join(' '))[0] ?? null,
    inReplyTo: messageIdsIn(all('in-reply-to').join(' ')),
    references: messageIdsIn(all('references').join(' ')),
    recipients: [...new Set(RECIPIENT_HEADERS.flatMap((name) => all(name).flatMap(addressesIn)))],
    text: textOf(email.text),
    html: textOf(email.html),
    parts: email.attachments.map(toPart),
  };
}

/** Every `<id>` of a header, in order, blanks inside dropped. */
function messageIdsIn(header: string): string[] {
  return (header.match(/<[^<>]{1,998}>/g) ?? []).map((id) => id.replaceAll(/\s/g, ''));
}

function addressesIn(header: string): string[] {
  return addressParser(header, { flatten: true }).flatMap(({ address }) =>
    address === undefined || address === '' ? [] : [address.toLowerCase()],
  );
}

function firstMailbox(addresses: readonly Address[]): MailAddress | null {
  const [first] = addresses.flatMap((address) => address.group ?? [address]);
  return first === undefined ? null : { name: first.name, address: first.address.toLowerCase() };
}

function contentTypeOf(header: string | undefined): string {
  return header?.split(';', 1)[0]?.trim().toLowerCase() ?? 'text/plain';
}

function dateOf(date: Email['date']): string | null {
  const instant = new Date(date ?? '');
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}

function textOf(text: string | undefined): string | null {
  return text === undefined ? null : text.slice(0, MAX_TEXT).replaceAll(/\r\n?/g, '\n');
}

function toPart({ mimeType, content }: Attachment): MailPart {
  if (!/^(?:text|message)\//.test(mimeType)) return { contentType: mimeType, text: '' };
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content.slice(0, MAX_TEXT));
  return { contentType: mimeType, text: text.slice(0, MAX_TEXT).replaceAll(/\r\n?/g, '\n') };
}
