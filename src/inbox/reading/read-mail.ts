import type { Classification } from '../classification/classification.js';
import { classify } from '../classification/classify.js';
import { htmlToReplyText } from '../reply-text/html-to-reply-text.js';
import { visibleText } from '../reply-text/visible-text.js';
import { parseMail } from './parse-mail.js';
import type { ParsedMail } from './parsed-mail.js';

/** A mail, what its writer wrote herself, and what the rules make of it. Plain data: it crosses the border of a thread. */
export interface ReadMail {
  readonly mail: ParsedMail;
  readonly visibleText: string;
  readonly classification: Classification;
}

/** Reads one raw mail to the end. The only way from bytes to a class: the service and `npm run classify` both take it. */
export async function readMail(raw: Uint8Array): Promise<ReadMail> {
  const mail = await parseMail(raw);
  const written = visibleText(mail.text ?? (mail.html === null ? '' : htmlToReplyText(mail.html)));
  return { mail, visibleText: written, classification: classify(mail, written) };
}
