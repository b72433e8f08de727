import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { boundMail } from './bound-mail.js';
import { readHeaderFields } from './header-fields.js';
import { MAX_HTML, MAX_PARTS, MAX_TEXT, type MailPart, type ParsedMail } from './parsed-mail.js';
import { partText } from './part-text.js';
import { withoutFlow } from './without-flow.js';
import { withoutPreface } from './without-preface.js';

const MAX_NESTING_DEPTH = 32;

/** A mail that the parser rejects, such as one whose parts are nested too deep. */
export class MalformedMailError extends Error {
  override readonly name = 'MalformedMailError';
}

/** Takes a raw mail (RFC 5322) apart. Rejects with {@link MalformedMailError}. */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const bounded = withoutFlow(boundMail(withoutPreface(raw)));
  const email = await parse(bounded);
  const text = email.text ?? (isBodyLost(email) ? bodyOf(bounded) : undefined);
  return {
    ...readHeaderFields(email.headers.map(({ key, value }) => ({ name: key, value }))),
    text: text === undefined ? null : cutText(text, MAX_TEXT),
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

/** True of a multipart whose boundaries are nowhere to be found. */
function isBodyLost({ html, attachments }: Email): boolean {
  return html === undefined && attachments.length === 0;
}

/** What follows the header as it stands; undefined: nothing. */
function bodyOf(raw: Uint8Array): string | undefined {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const starts = ['\n\n', '\n\r\n'].map((blank) => {
    const at = bytes.indexOf(blank, 0, 'latin1');
    return at === -1 ? Infinity : at + blank.length;
  });
  const start = Math.min(...starts);
  return start >= raw.length ? undefined : partText(raw.subarray(start, start + MAX_TEXT));
}

function toPart({ mimeType, filename, content }: Attachment): MailPart {
  const isMail = mimeType === 'application/octet-stream' && /\.eml$/i.test(filename ?? '');
  const contentType = isMail ? 'message/rfc822' : mimeType;
  if (!/^(?:text|message)\//.test(contentType)) return { contentType, text: '' };
  const text = typeof content === 'string' ? content : partText(new Uint8Array(content));
  return { contentType, text: cutText(text, MAX_TEXT) };
}
