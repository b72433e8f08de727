import type { ReplyLine } from './reply-line.js';

/** The link that ends every mail of ours: its token is 128 bits in lower-case base32. */
export const UNSUBSCRIBE_LINK = /\/u\/[a-z2-7]{26}(?![a-z2-7])/i;

/** Lines of a paragraph around the link that go with it: the postal address and what the link is for. */
const MAX_PARAGRAPH = 8;

/** Where the footer of a mail of ours ends in these lines (index after it); 0: there is none. */
export function endOfOwnFooter(lines: readonly ReplyLine[]): number {
  return lines.findLastIndex(isFooterLine) + 1;
}

/** These lines without our footers: the paragraph that holds the link, for it may be quoted without any mark. */
export function withoutOwnFooters(lines: readonly ReplyLine[]): readonly ReplyLine[] {
  const dropped = new Set<number>();
  lines.forEach((line, at) => {
    if (!isFooterLine(line)) return;
    const isText = (index: number): boolean =>
      Math.abs(index - at) <= MAX_PARAGRAPH && (lines[index]?.kind ?? 'blank') !== 'blank';
    for (let index = at; isText(index); index--) dropped.add(index);
    for (let index = at; isText(index); index++) dropped.add(index);
  });
  return dropped.size === 0 ? lines : lines.filter((_, index) => !dropped.has(index));
}

function isFooterLine({ text }: ReplyLine): boolean {
  return UNSUBSCRIBE_LINK.test(text);
}
