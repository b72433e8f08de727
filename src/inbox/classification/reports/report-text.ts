import type { ParsedMail } from '../../reading/parsed-mail.js';
import { tellsOfFailure } from './report-phrases.js';
import { returnedMailStart } from './returned-mail.js';

/** A report in words: what the server wrote, and the mail that it sent back below. */
export interface ReportText {
  readonly lines: readonly string[];
  /** Header and text of the returned mail; null: the text has none. */
  readonly returned: string | null;
}

/** No line is read beyond this. */
const MAX_LINE = 2000;

/** Says that what follows is not the server's own. */
const MARKER =
  /^\W{0,80}(?:(?:below|beneath) this line is a copy|(?:this|below|here|enclosed|following|attached) (?:is|follows) (?:a |the )?(?:copy|header|headers|first|beginning|original)|a copy of (?:the|your) (?:original )?message|(?:the )?(?:header|headers|body|text|contents?|start|beginning|first part|copy) of (?:the |your )?(?:original |returned |undelivered |unsent )?(?:message|mail)|(?:the |your )?(?:original|unsent|undelivered|returned|rejected) (?:message|mail|e-mail)(?: (?:header|headers|text|body|follows|below|attached|is))?|message headers? follow|message follows|received header|mensaje original|message d.origine|ursprüngliche (?:nachricht|mail)|messaggio originale|mensagem original|исходное (?:сообщение|письмо)|元のメッセージ|original-?nachricht)/iu;

/** Splits the text of a report, or its HTML where it has no text, into the server's words and the returned mail. */
export function reportTextOf({ text, html, parts }: ParsedMail): ReportText {
  const attached = parts.find((part) => part.contentType === 'text/plain')?.text ?? '';
  const whole = [text ?? '', textOfHtml(html ?? ''), attached].find((one) => one.trim() !== '') ?? '';
  const lines = whole.split('\n').map((line) => line.slice(0, MAX_LINE).trimEnd());
  const plain = splitAt(lines, returnedMailStart(lines));
  if (plain.returned !== null) return plain;
  const unquoted = lines.map((line) => line.replace(/^(?:> ?){1,3}/, ''));
  return { lines: plain.lines, returned: splitAt(unquoted, returnedMailStart(unquoted)).returned };
}

function splitAt(lines: readonly string[], header: number): ReportText {
  const marker = lines.findIndex((line, index) => MARKER.test(line) && (header === -1 || header >= index));
  const ownEnd = ownWordsEnd(lines, header, marker);
  return {
    lines: [...lines.slice(0, ownEnd), ...wordsBelow(lines, header, ownEnd)],
    returned: header === -1 ? null : lines.slice(header).join('\n'),
  };
}

/** Some servers quote our header first and say below what is wrong with it. */
function wordsBelow(lines: readonly string[], header: number, ownEnd: number): readonly string[] {
  if (header === -1 || ownEnd > header || lines.slice(0, ownEnd).some((line) => line.includes('@'))) {
    return [];
  }
  const end = lines.findIndex((line, index) => index > header && line.trim() === '');
  if (end === -1) return [];
  const below = lines.slice(end, end + 40);
  return tellsOfFailure(below.join(' ').toLowerCase().slice(0, 2000)) ? below : [];
}

/** A marker counts only when the mail follows it: servers say "original message" in their own sentences too. */
function ownWordsEnd(lines: readonly string[], header: number, marker: number): number {
  if (header === -1) {
    const rest = marker === -1 ? [] : lines.slice(marker + 1).filter((line) => line.trim() !== '');
    const before = marker === -1 ? [] : lines.slice(0, marker).filter((line) => line.includes('@'));
    return marker !== -1 && before.length > 0 && rest.length > 0 ? marker : lines.length;
  }
  const words = lines.slice(0, header).join('').trim();
  if (words.length < 20) return lines.length;
  return marker !== -1 && header - marker <= 20 && lines.slice(0, marker).join('').trim() !== ''
    ? marker
    : header;
}

const BLOCK_END = /<(?:br|\/p|\/div|\/tr|\/li|\/h\d|\/td|\/table|\/pre|hr|p|div|tr|li)\b[^<>]{0,500}>/gi;

/** Tags off, blocks on lines of their own. Linear. */
function textOfHtml(html: string): string {
  return html
    .replaceAll(/\s{1,500}/g, ' ')
    .replaceAll(/<(?:style|script)\b[^<]{0,20000}<\/(?:style|script)>/gi, '')
    .replaceAll(BLOCK_END, '\n')
    .replaceAll(/<(?!\s?[^\s<>@]{1,64}@)[^<>]{0,2000}>/g, '')
    .replaceAll(/&(lt|gt|amp|quot|nbsp|#39|#64);/g, (_, name: string) => ENTITIES[name] ?? ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  nbsp: ' ',
  '#39': "'",
  '#64': '@',
};
