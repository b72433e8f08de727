import { endsInWrote, OPENS, WROTE } from './attribution-words.js';
import { type ReplyLine, skipBlank, toReplyLine } from './reply-line.js';

/** Mail programs wrap an attribution at 70 to 80 characters; an address on lines of its own makes it six. */
const MAX_LINES = 6;
const MAX_LENGTH = 600;
/** What a person may write before a quote without a date or an address: "Jane Doe from Example Ltd wrote:". */
const MAX_BARE = 120;
/** How far into an attribution its date begins. */
const DATE_WITHIN = 60;

const DIGIT = /\p{Nd}/u;
const TIME = /\p{Nd}{1,2} ?[:.h時시点點] ?\p{Nd}{2}/u;
const DATE =
  /(?:19|20)\p{Nd}{2}|\p{Nd}{1,2}[./-] ?\p{Nd}{1,2}[./-] ?\p{Nd}{2,4}|\p{Nd}{4}|\p{Nd}年|\p{Nd}년/u;
const ADDRESS = /[^\s<>@]@[^\s<>@]/;
/** A date at the start, with the day's name or without: "Thu, 2 Jan", "02.01.2020", "понедельник, 6". */
const STARTS_WITH_DATE =
  /^(?:\p{L}{1,15}[.,׳']{0,2} ?(?:\p{L}{1,4}\.? )?)?\(?\p{Nd}{1,4}\P{L}|^\p{Nd}{4}[年년]/u;
/** What Gmail once wrote without a colon: "2016-03-03 17:21 GMT+01:00 Jane Doe", "2013/7/20 Jane <jane@…>". */
const OLD_GMAIL =
  /^\p{Nd}{4}[-/]\p{Nd}{1,2}[-/]\p{Nd}{1,2} (?:\p{Nd}{1,2}:\p{Nd}{2} (?:GMT|UTC)[+-]\p{Nd}{2}:?\p{Nd}{2} \S|\P{Nd}[^<>]{0,80}<[^<>@]+@[^<>@]+>$)/u;
/** Yahoo writes the quoted mail on behind its attribution. */
const BEFORE_QUOTED_WORDS = /^.{10,300}?@[^\s<>]{1,100}>,? [\p{L} ]{3,20}: (?=\S)/u;
/** What a program broke off an address: it begins like a quoted line. */
const END_OF_ADDRESS = /^> ?:$/;
/** Dashes that some programs put around an attribution. */
const DASHES = /^-{2,} ?|[ *_]*-{2,}$/g;

/**
 * How many lines, from `at` on, say whose mail is quoted next ("On … Jane wrote:"); 0: none. A weak one counts only
 * where marked quoted lines follow.
 */
export function attributionAt(lines: readonly ReplyLine[], at: number): number {
  const first = lines[at];
  if (first?.kind === 'quote') return isGroupWise(first.text) ? 1 : 0;
  if (first?.kind !== 'text') return 0;
  const anchored = startsLikeAttribution(first.text);
  if (anchored && isAttribution(BEFORE_QUOTED_WORDS.exec(first.text)?.[0].trim() ?? '', false, true)) {
    return 1;
  }
  let joined = '';
  for (let end = at; end < lines.length && end < at + MAX_LINES; end++) {
    const line = lines[end];
    if (line === undefined || (end > at && !continues(lines, end, joined))) return 0;
    joined = `${joined} ${line.text}`.trim();
    if (joined.length > MAX_LENGTH) return 0;
    if (line.kind !== 'blank' && isAttribution(joined, isQuoted(lines, end + 1), anchored)) {
      return end + 1 - at;
    }
    if (!anchored) return 0;
  }
  return 0;
}

/** A line whose end is an attribution, on the line of her last words: its two parts; null: no such line. */
export function splitOffAttribution(line: ReplyLine): [own: ReplyLine, attribution: ReplyLine] | null {
  if (line.written.length > MAX_LENGTH || !/wrote ?:?$/i.test(line.text)) return null;
  const found = /^(.*?\S)(?: |-{2,} ?)(On \p{L}*,? ?.{0,12}\p{Nd}.*)$/u.exec(line.text);
  if (found?.[1] === undefined || found[2] === undefined || !isAttribution(found[2], false, true)) {
    return null;
  }
  return [toReplyLine(found[1].replace(/ ?-+$/, '')), toReplyLine(found[2])];
}

/** GroupWise marks nothing but this line: ">>> Jane Doe <jane@…> 02.01.2020 10:00 >>>". */
function isGroupWise(text: string): boolean {
  return /^>>> ?[^>\s].*(?:>>>|:)$/.test(text) && TIME.test(text) && DATE.test(text);
}

/** Whether more lines may belong to an attribution that begins with this one. */
function startsLikeAttribution(text: string): boolean {
  const bare = text.replace(DASHES, '').replace(/^[*_"']+/, '');
  if (OPENS.test(bare)) return DIGIT.test(bare.slice(0, DATE_WITHIN));
  if (STARTS_WITH_DATE.test(bare) || bare.endsWith(' <')) return true;
  return ADDRESS.test(bare) && (WROTE.test(bare) || (TIME.test(bare) && DATE.test(bare)));
}

/** Whether a line can be the next one of an attribution. */
function continues(lines: readonly ReplyLine[], at: number, joined: string): boolean {
  const line = lines[at];
  if (line === undefined || /[:：]$/.test(joined)) return false;
  if (line.kind === 'blank') return lines[skipBlank(lines, at)]?.text.startsWith('<') === true;
  if (line.kind === 'quote') return END_OF_ADDRESS.test(line.text) || endsInWrote(withoutEnd(line.text));
  return !(OPENS.test(line.text) && DIGIT.test(line.text.slice(0, DATE_WITHIN)));
}

function isQuoted(lines: readonly ReplyLine[], at: number): boolean {
  const line = lines[skipBlank(lines, at)];
  return line?.kind === 'quote' && !END_OF_ADDRESS.test(line.text);
}

function withoutEnd(text: string): string {
  return text.replace(/[ *_:：︰]+$/, '');
}

function isAttribution(joined: string, beforeQuote: boolean, anchored: boolean): boolean {
  const text = joined.replace(DASHES, '').replaceAll(/^[*_]+|[*_]+$/g, '');
  if (OLD_GMAIL.test(text)) return true;
  const colon = /[:：︰]$/.test(text);
  const wroteAtEnd = endsInWrote(withoutEnd(text));
  const address = ADDRESS.test(text);
  if (!colon && !(address && (wroteAtEnd || beforeQuote)) && !(wroteAtEnd && beforeQuote)) return false;
  const wrote = wroteAtEnd || WROTE.test(text);
  const timed = TIME.test(text);
  const dated = timed || DATE.test(text);
  if (anchored && wrote && (address || dated || beforeQuote)) return colon || wroteAtEnd || timed;
  if (colon && address && timed && DATE.test(text)) return true;
  if (colon && wrote && (address || timed) && text.length <= 2 * MAX_BARE) return true;
  return (
    beforeQuote && colon && (wrote || address || dated) && text.length <= (anchored ? MAX_LENGTH : MAX_BARE)
  );
}
