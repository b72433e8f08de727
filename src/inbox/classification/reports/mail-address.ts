/** An addr-spec as it stands in running text; quoted local parts and address literals (RFC 5321, 4.1.2) included. */
const ADDRESS =
  /(?:"[^"\s]{1,64}"|[^\s<>()[\],;:"@\\]{1,64})@(?:\[[\da-f.:]{3,45}\]|[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63}){0,10})/giu;

/** Longest address that SMTP can carry (RFC 5321, 4.5.3.1). */
const MAX_ADDRESS = 320;

export interface FoundAddress {
  /** Lower case. */
  readonly address: string;
  /** Where it starts and ends in the text, quotes of its writer not counted. */
  readonly start: number;
  readonly end: number;
}

/** The addresses in a line of text, in order. Linear in its length. */
export function addressesIn(text: string): FoundAddress[] {
  const found: FoundAddress[] = [];
  for (const match of text.matchAll(ADDRESS)) {
    const address = normalizedAddress(match[0]);
    if (address !== null) found.push({ address, start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** An address as stored: lower case, wrapping quotes and brackets off; null when it is none. */
export function normalizedAddress(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^['`<*=(]{1,4}/, '')
    .replace(/[>'`,;.)]{1,4}$/, '')
    .toLowerCase();
  const at = bare.lastIndexOf('@');
  if (at < 1 || at === bare.length - 1 || bare.length > MAX_ADDRESS) return null;
  return bare;
}
