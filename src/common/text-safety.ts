/** C0 and C1 controls, DEL, line and paragraph separators, bidi embeddings and isolates, lone surrogates. */
const UNSAFE_IN_LINE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/** The controls that no text may hold; tab, line feed and carriage return lay text out. Bodies are long: no look-ahead. */
const UNSAFE_IN_BODY = /[^\P{Cc}\t\n\r]/u;

/**
 * True when a single line (subject, display name, header value, address) holds a character that could end the
 * line (CR, LF, NEL, U+2028, U+2029), reorder what a reader sees (U+202A-202E, U+2066-2069), or that has no place
 * in UTF-8 text (NUL and other controls, a lone surrogate).
 */
export function hasControlCharacters(line: string): boolean {
  return UNSAFE_IN_LINE.test(line);
}

/** As {@link hasControlCharacters}, for text of many lines: tab, LF, CR and the bidi characters are allowed. */
export function hasControlCharactersInBody(text: string): boolean {
  return UNSAFE_IN_BODY.test(text) || !text.isWellFormed();
}
