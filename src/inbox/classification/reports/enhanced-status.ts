/** Where an enhanced status code (RFC 3463) stands in what a server said, the surest place first. */
const PLACES = [
  /(?<![\d.])[245]\d\d[ -](?:[a-z]{1,8}: )?[#(]{0,2}([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/i,
  /#([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/,
  /[([]([245]\.[0-7]\.\d{1,3})[)\]]/,
  /(?<![\w./-])([45]\.[0-7]\.\d{1,3})(?![\w/-])(?!\.\d)/,
] as const;

/** Reply codes (RFC 5321, 4.2), the surest place first. */
const REPLY_CODES = [
  /(?:said|responded|response|replied|reason|error|code|host|<<<|smtp;)[^\d\n]{0,40}?(?<![\d.])([245]\d\d)(?=[\s:;,.-])(?![.-]?\d)/i,
  /^\W{0,4}([45]\d\d)(?=[\s-]|$)/m,
  /(?<![\d.:/#-])([45]\d\d)(?=[\s-](?!\d))/,
] as const;

/** @returns such as `5.1.1`, as the text has it; null: none */
export function enhancedStatusIn(text: string): string | null {
  return firstMatch(PLACES, text);
}

/** @returns such as `550`; null: none */
export function replyCodeIn(text: string): string | null {
  return firstMatch(REPLY_CODES, text);
}

/** True of `5.0.0` and the like, which say no more than that it failed. */
export function isUnspecific(status: string): boolean {
  return status.endsWith('.0.0');
}

function firstMatch(patterns: readonly RegExp[], text: string): string | null {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
