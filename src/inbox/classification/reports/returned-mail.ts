import { type Field, fieldsOf, isField, valueOf } from './fields.js';
import { addressesIn } from './mail-address.js';

/** What the header of a returned mail says of the mail that we sent. */
export interface ReturnedMail {
  /** With angle brackets; null: not in the header, or cut off. */
  readonly messageId: string | null;
  /** Lower case: who it was sent to. */
  readonly recipients: readonly string[];
  /** Lower case. */
  readonly sender: string | null;
  readonly fields: readonly Field[];
}

/** No header of a returned mail is read beyond these lines. */
const MAX_LINES = 600;
/** Fields that stand in every mail, and hardly ever in a row in a server's own words. */
const MAIL_FIELDS =
  /^(?:received|return-path|message-id|dkim-signature|x-received|mime-version|delivered-to|from|to|subject|date|reply-to|sender|cc|content-type|x-mailer|user-agent|in-reply-to|references)[ \t]{0,2}:/i;
const TRACE_FIELDS = /^(?:received|return-path|message-id|x-received|dkim-signature)[ \t]{0,2}:/i;

/** Reads the header at the start of a returned mail: of a `message/rfc822` or `text/rfc822-headers` part, or a text. */
export function readReturnedMail(text: string): ReturnedMail {
  const lines = text.split('\n', MAX_LINES);
  const first = lines.findIndex((line) => isField(line));
  const start = first === -1 ? lines.length : first;
  const end = lines.findIndex((line, index) => index > start && line.trim() === '');
  const fields = fieldsOf(lines.slice(start, end === -1 ? undefined : end));
  const addresses = (name: string): string[] =>
    fields
      .filter((field) => field.name === name)
      .flatMap(({ value }) => addressesIn(value))
      .map(({ address }) => address);
  return {
    messageId: messageIdIn(valueOf(fields, 'message-id')),
    recipients: [...new Set([...addresses('to'), ...addresses('cc')])],
    sender: addresses('from')[0] ?? null,
    fields,
  };
}

/**
 * Where a returned mail begins in a text that has it inline: at the first run of three header fields of which one
 * tells its way through the net.
 * @returns the number of its first line; -1: there is none
 */
export function returnedMailStart(lines: readonly string[]): number {
  let start = -1;
  let known = 0;
  let traced = false;
  for (const [index, line] of lines.entries()) {
    if (isFolded(line) && start !== -1) continue;
    if (!isField(line)) {
      [start, known, traced] = [-1, 0, false];
      continue;
    }
    if (!MAIL_FIELDS.test(line)) continue;
    if (start === -1) start = index;
    known += 1;
    traced ||= TRACE_FIELDS.test(line);
    if (known >= 3 && traced) return start;
  }
  return -1;
}

function isFolded(line: string): boolean {
  return /^[ \t]+\S/.test(line);
}

function messageIdIn(value: string | null): string | null {
  if (value === null) return null;
  const bracketed = /<[^<>]{1,998}>/.exec(value)?.[0];
  if (bracketed !== undefined) return bracketed.replaceAll(/\s/g, '');
  const bare = /^[^\s<>]{1,400}@[^\s<>]{1,400}/.exec(value)?.[0];
  return bare === undefined ? null : `<${bare}>`;
}
