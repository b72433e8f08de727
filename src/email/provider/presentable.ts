const LONGEST_REASON = 300;

/** A provider's words made fit to be stored and logged: one line, no mail address, a bounded length. */
export function presentable(words: string): string {
  return words
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[^\s<>()[\]",;:]+/g, (token) => (token.includes('@') ? '<address>' : token))
    .replaceAll('<<address>>', '<address>')
    .trim()
    .slice(0, LONGEST_REASON)
    .toWellFormed();
}
