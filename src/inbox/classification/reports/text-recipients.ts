import { addressesIn } from './mail-address.js';

/** A recipient that a server names in its own words. */
export interface NamedRecipient {
  /** Lower case. */
  readonly address: string;
  /** The line of the address and what stands below it. */
  readonly said: string;
}

interface Mention {
  readonly address: string;
  readonly line: number;
}

/** Whose addresses may stand in a report, in lower case. */
export interface Parties {
  /** Who we sent the mail to, as far as headers tell. */
  readonly addressees: ReadonlySet<string>;
  /** Who the report is from and who it is for: they have not failed. */
  readonly bystanders: ReadonlySet<string>;
}

/** More recipients than these are not read from words. */
const MAX_RECIPIENTS = 50;
const MAX_SAID_LINES = 14;

/** `<user@example.com>:`, `* user@example.com (unknown user)`: a line that begins with the address. */
const BEFORE_ADDRESS = /^[\s>*•·\-–'"`(<[\]]{0,40}(?:smtp:|mailto:|rfc822;)?[\s<'"]{0,6}$/i;
/** `Cat <user@example.com>` and nothing more. */
const BEFORE_NAMED = /^[\s>*•·-]{0,40}(?:"[^"]{0,80}"|[\p{L}\d][\p{L}\d .,'()_-]{0,60})\s?[<([]$/u;
const AFTER_NAMED = /^[>)\]]{1,2}[\s:;,.]{0,6}$/;
/** What may follow an address that begins a line; a sentence that only goes on there may not. */
const AFTER_ADDRESS =
  /^["'`>)\]]{0,4}(?:$|[\s]{0,10}(?:$|[:;,.(=\-–[<*#]|\.\.\.|on\s|at\s|invalid|unknown|\d|user|mailbox|failed|has |is |was |does|cannot|could|because|due))/i;
/** A label whose value is a recipient that failed. */
const RECIPIENT_LABEL =
  /(?:recipients?|to|for|address(?:es|\(es\))?|user|mailbox|rcpt|destinat\p{L}{1,8}|empfänger|unknown user|account|undelivered|failed)[^:@]{0,40}:[\s<"'`]{0,6}$/iu;
/** A label whose value is somebody else. */
const OTHER_LABEL =
  /(?:from|sender|reply-to|cc|bcc|return-path|message-id|contact|envelope-from|mail from|in-reply-to|references|generated|expanded|by|helo|author|expéditeur|absender|postmaster|server|reporting-mta)[^:@]{0,30}[:=]?[\s<"'`]{0,6}$/i;
const SENTENCE_CUE =
  /(?:\b[45]\d\d[ -]|\b[45]\.\d\.\d{1,3}\b|unknown|undeliver|not (?:be )?deliver|unable to deliver|could not|couldn.t|cannot|failed|rejected|refused|not found|no such|invalid|full|exceed|quota|does ?n.t|not exist|delivering|rcpt to|delayed|problem|error|unreachable|bounced|disabled|returned)/i;

/** Whom servers tell us to ask. */
const HELPERS = /^(?:postmaster|abuse|support|help|helpdesk|admin|administrator|contact|mailer-daemon|noc)@/;

/**
 * Who a server says it could not reach, by how it is laid out and not by which server it is: lines that begin with an
 * address, else labelled addresses, else addresses in a sentence of failure.
 */
export function namedRecipients(lines: readonly string[], parties: Parties): NamedRecipient[] {
  const { addressees, bystanders } = parties;
  const loose = inSentence(lines);
  const known = loose.filter(({ address }) => addressees.has(address));
  const found = [atLineStart(lines), afterLabel(lines), known, loose];
  const strangers = found.map((mentions) => mentions.filter(({ address }) => !bystanders.has(address)));
  const failing = strangers.map((mentions) =>
    mentions.filter(({ address }) => addressees.has(address) || !HELPERS.test(address)),
  );
  const chosen = [...failing, ...strangers, ...found].find((mentions) => mentions.length > 0);
  return chosen === undefined ? [] : withWords(chosen, lines);
}

function atLineStart(lines: readonly string[]): Mention[] {
  return lines.flatMap((text, line) => {
    const [name, ...others] = addressesIn(text);
    if (name === undefined) return [];
    const [bracketed] = others;
    const isName = bracketed !== undefined && /^["'\s]{0,3}<$/.test(text.slice(name.end, bracketed.start));
    const [first, more] = isName ? [bracketed, others.slice(1)] : [name, others];
    const before = text.slice(0, name.start);
    const rest = text.slice(first.end);
    if (BEFORE_ADDRESS.test(before) && AFTER_ADDRESS.test(rest)) {
      return [first, ...(isAddressList(rest) ? more : [])].map(({ address }) => ({ address, line }));
    }
    return BEFORE_NAMED.test(before) && AFTER_NAMED.test(rest) && !OTHER_LABEL.test(before)
      ? [{ address: first.address, line }]
      : [];
  });
}

/** `a@example.com, b@example.com`: nothing but addresses. */
function isAddressList(rest: string): boolean {
  const found = addressesIn(rest);
  let left = rest;
  for (const { start, end } of found.toReversed()) left = left.slice(0, start) + left.slice(end);
  return found.length > 0 && /^[\s,;<>"']{0,200}$/.test(left);
}

function afterLabel(lines: readonly string[]): Mention[] {
  return mentionsWhere(lines, (before) => RECIPIENT_LABEL.test(before) && !OTHER_LABEL.test(before));
}

function inSentence(lines: readonly string[]): Mention[] {
  return mentionsWhere(
    lines,
    (before, line) =>
      !OTHER_LABEL.test(before) &&
      SENTENCE_CUE.test(`${lines[line - 1] ?? ''} ${lines[line] ?? ''} ${lines[line + 1] ?? ''}`),
  );
}

function mentionsWhere(
  lines: readonly string[],
  isFailed: (before: string, line: number) => boolean,
): Mention[] {
  return lines.flatMap((text, line) =>
    addressesIn(text)
      .filter(({ start }) => isFailed(text.slice(Math.max(0, start - 100), start), line))
      .map(({ address }) => ({ address, line })),
  );
}

function withWords(mentions: readonly Mention[], lines: readonly string[]): NamedRecipient[] {
  const recipients = new Map<string, string>();
  for (const [index, { address, line }] of mentions.slice(0, MAX_RECIPIENTS).entries()) {
    const next = mentions[index + 1]?.line ?? lines.length;
    const end = Math.max(line + 1, Math.min(next, line + MAX_SAID_LINES));
    const said = lines
      .slice(line, end)
      .map((text) => text.trim())
      .join('\n');
    recipients.set(address, recipients.has(address) ? `${recipients.get(address)}\n${said}` : said);
  }
  return [...recipients].map(([address, said]) => ({ address, said }));
}
