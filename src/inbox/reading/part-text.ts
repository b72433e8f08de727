const ESCAPE = 0x1b;
/** What follows an escape in ISO-2022-JP: `$` and `(`. */
const ESCAPED = [0x24, 0x28];

/**
 * Text of a part that names no character set, as parts of a report do not: ISO-2022-JP where its escapes stand, else
 * UTF-8, else what old Western servers write.
 */
export function partText(bytes: Uint8Array): string {
  const escape = bytes.indexOf(ESCAPE);
  if (escape !== -1 && ESCAPED.includes(bytes[escape + 1] ?? 0)) {
    return new TextDecoder('iso-2022-jp').decode(bytes);
  }
  // As a stream: a character cut in two at the end is no fault of the text.
  const utf8 = new TextDecoder().decode(bytes, { stream: true });
  return utf8.includes('\uFFFD') ? new TextDecoder('windows-1252').decode(bytes) : utf8;
}
