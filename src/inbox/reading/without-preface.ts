const LF = 0x0a;
const BLANKS = new Set([0x09, LF, 0x0d, 0x20]);
const MAILBOX_LINE = Buffer.from('From ');

/** Blank lines before the header, and the `From ` line of a mailbox file (RFC 4155), are no part of a mail. */
export function withoutPreface(raw: Uint8Array): Uint8Array {
  let start = 0;
  while (start < raw.length && BLANKS.has(raw[start] ?? 0)) start += 1;
  const isMailboxLine = MAILBOX_LINE.every((letter, index) => raw[start + index] === letter);
  if (!isMailboxLine) return raw.subarray(start);
  const end = raw.indexOf(LF, start);
  return end === -1 ? raw.subarray(raw.length) : raw.subarray(end + 1);
}
