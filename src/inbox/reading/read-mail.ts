import type { Classification } from '../classification/classification.js';
import { classify, classifyText } from '../classification/classify.js';
import { htmlToReplyText } from '../reply-text/html-to-reply-text.js';
import { visibleText } from '../reply-text/visible-text.js';
import { readHeaderFields } from './header-fields.js';
import { parseMail } from './parse-mail.js';
import { MAX_HTML, MAX_TEXT, type ParsedMail } from './parsed-mail.js';
import { storable } from './storable.js';

/** A body that comes without a mail may be longer than the text of one: quotes stand in it that nobody cut. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** A raw mail (RFC 5322), or the body of one: text or HTML in UTF-8. */
export type ReadFormat = 'rfc822' | 'text' | 'html';

/** A mail, what its writer wrote herself, and what the rules make of it. Plain data: it crosses the border of a thread. */
export interface ReadMail {
  readonly mail: ParsedMail;
  readonly visibleText: string;
  readonly classification: Classification;
}

/**
 * Reads one mail to the end. The only way from bytes to a class: the service and `npm run classify` both take it, in
 * the thread of {@link MailReader}. Rejects with {@link MalformedMailError} what cannot be parsed.
 */
export async function readMail(raw: Uint8Array, format: ReadFormat = 'rfc822'): Promise<ReadMail> {
  return storable(format === 'rfc822' ? await readRawMail(raw) : readBody(raw, format));
}

async function readRawMail(raw: Uint8Array): Promise<ReadMail> {
  const mail = await parseMail(raw);
  // Some programs send an empty text beside the HTML that holds the words.
  const isTextBlank = (mail.text ?? '').trim() === '';
  const text =
    mail.html !== null && isTextBlank ? htmlToReplyText(mail.html).slice(0, MAX_TEXT) : (mail.text ?? '');
  const written = visibleText(text);
  return { mail, visibleText: written, classification: classify(mail, written) };
}

function readBody(raw: Uint8Array, format: 'text' | 'html'): ReadMail {
  const body = decodeBody(raw);
  const written = visibleText(format === 'html' ? htmlToReplyText(body) : body);
  const mail = {
    ...readHeaderFields([]),
    text: format === 'text' ? body.slice(0, MAX_TEXT) : null,
    html: format === 'html' ? body.slice(0, MAX_HTML) : null,
    parts: [],
  };
  return { mail, visibleText: written, classification: classifyText(written.slice(0, MAX_TEXT)) };
}

function decodeBody(raw: Uint8Array): string {
  const bounded = raw.subarray(0, MAX_BODY_BYTES);
  const utf8 = new TextDecoder().decode(bounded);
  // Where UTF-8 fails it is most likely the old Windows character set, in which every byte is a character.
  const text = utf8.includes('\uFFFD') ? new TextDecoder('windows-1252').decode(bounded) : utf8;
  return text.replaceAll(/\r\n?/g, '\n');
}
