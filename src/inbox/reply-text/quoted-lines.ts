import { type ReplyLine, skipBlank } from './reply-line.js';

/** What a program breaks off a quoted line that is too long stands below it without a mark. */
const LONG_LINE = 60;
const MAX_BROKEN_OFF = 40;
/** Links are broken off at any length, with the brackets around them. */
const LINK_ALONE = /^[<([]*(?:https?:|mailto:|www\.)[^\s<>]+[>)\]. ]*$/i;

/**
 * The index after the quoted lines that begin at `at`, blank lines and broken-off ends of lines between them included;
 * `at` itself when the line only looks quoted (">>> SALE <<<").
 */
export function endOfQuote(lines: readonly ReplyLine[], at: number): number {
  let end = at;
  while (end < lines.length) {
    const next = skipBlank(lines, end);
    if (lines[next]?.kind === 'quote') end = next + 1;
    else if (isBrokenOff(lines, end)) end++;
    else break;
  }
  return end === at + 1 && lines[at]?.text.endsWith('<') === true ? at : end;
}

function isBrokenOff(lines: readonly ReplyLine[], at: number): boolean {
  const [before, line, after] = [lines[at - 1], lines[at], lines[at + 1]];
  if (before?.kind !== 'quote' || line?.kind !== 'text' || after?.kind !== 'quote') return false;
  if (LINK_ALONE.test(line.text)) return true;
  return before.text.length >= LONG_LINE && line.text.length <= MAX_BROKEN_OFF && /^\p{Ll}/u.test(line.text);
}
