import { attributionAt, splitOffAttribution } from './attribution.js';
import { endOfOwnFooter, withoutOwnFooters } from './own-footer.js';
import { headerBlockAt, isFirstHeader } from './quoted-header-block.js';
import { endOfQuote } from './quoted-lines.js';
import { type ReplyLine, skipBlank, toReplyLines } from './reply-line.js';
import { isBareTitle, isSeparator } from './separator.js';
import { withoutSignature } from './signature.js';

/**
 * What the writer of a reply wrote herself: no quoted mail, no attribution of one, no signature, nothing of the footer
 * of our own mails. Answers between and below quoted lines stay. Empty when she wrote nothing. Line ends are `\n`.
 * Takes time linear in the length of the text.
 */
export function visibleText(text: string): string {
  const passages = ownPassages(toReplyLines(text).flatMap((line) => splitOffAttribution(line) ?? [line]));
  return passages
    .map((passage) => withoutSignature(withoutOwnFooters(passage)))
    .map((passage) => passage.map(({ written }) => written).join('\n'))
    .map((passage) => passage.replace(/^\n+/, '').trimEnd())
    .filter((passage) => passage !== '')
    .join('\n\n')
    .trim();
}

/** The runs of lines that are not quoted, in order. */
function ownPassages(lines: readonly ReplyLine[]): ReplyLine[][] {
  const passages: ReplyLine[][] = [];
  let passage: ReplyLine[] = [];
  let begun = false;
  let unmarkedOnTop = false;
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (line === undefined) break;
    const marker = line.kind === 'blank' ? 0 : quoteMarkerAt(lines, at);
    const quote = marker > 0 ? skipBlank(lines, at + marker) : at;
    const quoteEnd = lines[quote]?.kind === 'quote' ? endOfQuote(lines, quote) : quote;
    if (quoteEnd > quote) {
      passages.push(passage);
      passage = [];
      begun = true;
      at = quoteEnd;
    } else if (marker > 0) {
      if (begun) break;
      unmarkedOnTop = true;
      at += marker;
    } else {
      begun ||= line.kind === 'text';
      passage.push(line);
      at++;
    }
  }
  // Nothing tells the quoted mail from her answer below it, unless it is ours: then it ends with our footer.
  const all = [...passages, passage];
  return unmarkedOnTop ? all.map((own) => own.slice(endOfOwnFooter(own))) : all;
}

/** How many lines, from `at` on, announce quoted mail; 0: none. */
function quoteMarkerAt(lines: readonly ReplyLine[], at: number): number {
  const line = lines[at];
  if (line?.kind === 'text' && isSeparator(line.text)) return 1;
  if (line?.kind === 'text' && isBareTitle(line.text) && isFirstHeader(lines[at + 1]?.text ?? '')) return 2;
  return attributionAt(lines, at) || headerBlockAt(lines, at);
}
