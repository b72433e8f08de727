import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { boundMail } from './bound-mail.js';
import { readHeaderFields } from './header-fields.js';
import { MAX_HTML, MAX_PARTS, MAX_TEXT, type MailPart, type ParsedMail } from './parsed-mail.js';
import { partText } from './part-text.js';
import { withoutPreface } from './without-preface.js';

const MAX_NESTING_DEPTH = 32;

/** A mail that the parser rejects, such as one whose parts are nested too deep. */
export class MalformedMailError extends Error {
  override readonly name = 'MalformedMailError';
}

/** Takes a raw mail (RFC 5322) apart. Rejects with {@link MalformedMailError}. */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const email = await parse(boundMail(withoutPreface(raw)));
  return {
    ...readHeaderFields(email.headers.map(({ key, value }) => ({ name: key, value }))),
    text: email.text === undefined ? null : cutText(email.text, MAX_TEXT),
    html: email.html === undefined ? null : cutText(email.html, MAX_HTML),
    parts: email.attachments.slice(0, MAX_PARTS).map(toPart),
  };
}

async function parse(raw: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(raw, { forceRfc822Attachments: true, maxNestingDepth: MAX_NESTING_DEPTH });
  } catch (error) {
    throw new MalformedMailError('The parser rejects the mail', { cause: error });
  }
}

function cutText(text: string, limit: number): string {
  return text.replaceAll(/\r\n?/g, '\n').slice(0, limit);
}

function toPart({ mimeType, content }: Attachment): MailPart {
  if (!/^(?:text|message)\//.test(mimeType)) return { contentType: mimeType, text: '' };
  const text = typeof content === 'string' ? content : partText(new Uint8Array(content));
  return { contentType: mimeType, text: cutText(text, MAX_TEXT) };
}
