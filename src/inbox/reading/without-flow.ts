/** In a header: the field itself, or a line that goes on with it. */
const FLOWED = /^(?:content-type:|[ \t]).{0,500}?\bformat="?fl(?=owed)/gim;

/**
 * The mail with its flowed text (RFC 3676) declared as fixed. The parser would join lines across the depths of a quote,
 * so that an answer becomes part of what it answers; the rules read line by line and need no joining.
 */
export function withoutFlow(raw: Uint8Array): Uint8Array {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
  const ends = Array.from(text.matchAll(FLOWED), ({ 0: match, index }) => index + match.length);
  if (ends.length === 0) return raw;
  const copy = Uint8Array.from(raw);
  // One letter, so that everything keeps its place: "fl-wed" is a format that nobody knows.
  for (const end of ends) copy[end] = 0x2d;
  return copy;
}
