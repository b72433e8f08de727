import type { ReplyLine } from './reply-line.js';

/** The link that ends every mail of ours: its token is 128 bits in lower-case base32. */
export const UNSUBSCRIBE_LINK = /\/u\/[a-z2-7]{26}(?![a-z2-7])/i;

/** What our footer says before its link; mail programs put brackets of their own around. */
const LABEL = /^unsubscribe$/i;
const LINKS = /https?:\/\/\S*/gi;
const AROUND_LABEL = /[\s:<>()[\]*_]+/g;

/** Where the footer of a mail of ours ends in these lines (index after it); 0: there is none. */
export function endOfOwnFooter(lines: readonly ReplyLine[]): number {
  return lines.findLastIndex((_, at) => labelOf(lines, at) !== null) + 1;
}

/**
 * These lines without our footers, which may be quoted without any mark: the link, its label and the line above, our
 * postal address. A link that stands in words of hers stays.
 */
export function withoutOwnFooters(lines: readonly ReplyLine[]): readonly ReplyLine[] {
  const dropped = new Set<number>();
  for (let at = 0; at < lines.length; at++) {
    const label = labelOf(lines, at);
    if (label === null) continue;
    for (let index = label - 1; index <= at; index++) dropped.add(index);
  }
  return dropped.size === 0 ? lines : lines.filter(({ kind }, at) => kind === 'blank' || !dropped.has(at));
}

/** The index of the label of the footer whose link is in this line, the line itself or the one above; null: no footer. */
function labelOf(lines: readonly ReplyLine[], at: number): number | null {
  const text = lines[at]?.text ?? '';
  if (!UNSUBSCRIBE_LINK.test(text)) return null;
  const words = wordsOf(text);
  if (LABEL.test(words)) return at;
  return words === '' && LABEL.test(wordsOf(lines[at - 1]?.text ?? '')) ? at - 1 : null;
}

function wordsOf(text: string): string {
  return text.replaceAll(LINKS, '').replaceAll(AROUND_LABEL, '');
}
