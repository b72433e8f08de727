import { headerKindOf, type HeaderKind } from './quoted-header-names.js';
import type { ReplyLine } from './reply-line.js';

/** Labels within a line, where a whole block stands on one. */
const INNER_LABEL =
  /[\s*](Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|Inviato|A|Oggetto)\*{0,2} ?:/g;

/** "Jane Doe <jane@…>", "Jane Doe [mailto:jane@…]": what a sender or recipient looks like in any language. */
const MAILBOX = /[<[(](?:mailto:)?[^\s<>@]+@[^\s<>@]+[>\])]/;
const MOMENT = /(?:19|20)\p{Nd}{2}.*\p{Nd}{1,2}[:.]\p{Nd}{2}/u;

const MAX_NAME = 24;
/** Lines that a block may take: five headers, each with a continuation line or a blank one. */
const MAX_LINES = 16;
/** Lines between two headers: the rest of a long recipient list, or a blank line. */
const MAX_GAP = 2;

/**
 * How many lines, from `at` on, repeat the headers of a quoted mail ("From: … Sent: … To: … Subject: …", in any of
 * many languages and in any order); 0: they do not.
 */
export function headerBlockAt(lines: readonly ReplyLine[], at: number): number {
  const first = lines[at];
  if (first?.kind !== 'text' || headerNameOf(first.text) === null) return 0;
  return blockOfKnownNames(lines, at) || blockOfAnyNames(lines, at);
}

/** Whether a line names a sender or a date as a quoted header does. */
export function isFirstHeader(text: string): boolean {
  const kind = kindOf(text);
  return kind === 'from' || kind === 'date';
}

function blockOfKnownNames(lines: readonly ReplyLine[], at: number): number {
  const first = lines[at]?.text ?? '';
  if (kindOf(first) === null) return 0;
  if (first.length > 40 && innerLabels(first) >= 2) return 1;
  const kinds = new Set<HeaderKind>();
  let end = at;
  let address = false;
  for (let next = at; next < lines.length && next < at + MAX_LINES && next - end <= MAX_GAP; next++) {
    const line = lines[next];
    if (line === undefined || line.kind === 'quote') break;
    const kind = kindOf(line.text);
    if (kind === null && line.kind === 'text' && kinds.size >= 4) break;
    address ||= line.text.includes('@');
    if (kind === null) continue;
    if (kinds.has(kind) && kind !== 'other' && kind !== 'to') break;
    kinds.add(kind);
    end = next + 1;
  }
  return isBlock(kinds, address) ? end - at : 0;
}

function isBlock(kinds: ReadonlySet<HeaderKind>, address: boolean): boolean {
  if (!kinds.has('from') && !kinds.has('date')) return false;
  return kinds.size >= 3 || (kinds.size === 2 && address && !kinds.has('other'));
}

/** Three headers or more, one below the other, of a language that we do not know: a sender first, a moment, others. */
function blockOfAnyNames(lines: readonly ReplyLine[], at: number): number {
  if (!MAILBOX.test(lines[at]?.text ?? '')) return 0;
  let end = at;
  while (end < at + MAX_LINES && headerNameOf(lines[end]?.text ?? '') !== null) end++;
  const moment = lines.slice(at, end).some(({ text }) => MOMENT.test(text));
  return moment && end - at >= 3 ? end - at : 0;
}

function kindOf(text: string): HeaderKind | null {
  const name = headerNameOf(text);
  return name === null ? null : headerKindOf(name);
}

/** What stands before the colon, however it is decorated: `*From:*`, `**Von:**`, `De :`, `发件人：`; null: too much. */
function headerNameOf(text: string): string | null {
  const colon = text.slice(0, MAX_NAME + 8).search(/[:：]/);
  if (colon < 1) return null;
  const name = text
    .slice(0, colon)
    .replaceAll(/[*_|#]+/g, '')
    .trim();
  return name === '' || name.length > MAX_NAME ? null : name;
}

function innerLabels(text: string): number {
  return new Set([...text.matchAll(INNER_LABEL)].map(([, label]) => label)).size;
}
