import { CLOSINGS } from './closing-words.js';
import { isMobileSignature } from './mobile-signature.js';
import type { ReplyLine } from './reply-line.js';

/** Lines, without blank ones, that a signature may have below its delimiter or closing words. */
const MAX_LINES = 14;
/** Longer lines are sentences. */
const MAX_LINE = 110;

/** RFC 3676 section 4.3, as mail programs and people write it. */
const DELIMITER = /^(?:--|—|––|__)$/;
const RULE = /^(?:[-_=*~#+—–─━]\s?){3,}$/u;
const LIST_RULE = /^_{5,}$/;
/** Signs only, or a picture: what is left where a signature was cut off. The Canadian letter is a tracker's mark. */
const TRAILING_SIGNS =
  /^(?:[-_=*~#+—–─━]\s?){2,}$|^ᐧ$|^\[(?:cid:|image:? ?|https?:)[^\]]*\]$|^<image\d+\.\w{3,4}>$/iu;
const CONTACT =
  /@|https?:\/\/|www\.|(?:\+|\b(?:tel|fon|phone|mob|fax|mobil|cell)\b).{0,12}\p{Nd}{2}|\p{Nd}{3}[-. ]\p{Nd}{3,}/iu;
/** A name alone, behind one dash: "-Jane Doe", "- Jane". */
const DASHED_NAME = /^-{1,2} ?\p{Lu}[\p{L}'’.]{1,20}(?: \p{Lu}[\p{L}'’.]{0,20}){0,2}$/u;
const THANKS_AND_REGARDS = /^(?:many |thanks|thank you| ?(?:and|&|,) ?|with |best |kind |warm )+regards$/;
/** Two to four words with capitals. */
const FULL_NAME = /^[*_]*\p{Lu}[\p{L}.'’-]*(?: \p{Lu}[\p{L}.'’-]*){1,3}[*_]*$/u;
/** What lawyers and scanners add. */
const DISCLAIMER =
  /^[*_ ]*(?:confidentiality (?:notice|note|warning)|disclaimer ?:|legal (?:notice|disclaimer)|privileged and confidential|important notice ?:|this (?:e-?mail|message|communication|transmission)(?:,? (?:and|including|together with) [^.]{1,60})? (?:is|are|may|contains?|was sent|has been (?:scanned|checked)) .{0,60}(?:confidential|privileged|intended|virus|legally)|the information (?:contained )?in this (?:e-?mail|message|transmission)|virus-?free\.|this email has been checked for viruses|diese e-?mail (?:enthält|kann|ist) .{0,40}vertraulich|der inhalt dieser e-?mail|virenfrei\.|ce (?:message|courriel|mail)(?: et .{1,40})? (?:est|sont|contient|peut) .{0,60}confidentiel|este (?:mensaje|correo|e-?mail|mensagem).{0,60}confidencia|questo messaggio.{0,80}riservat|le informazioni contenute|dit (?:e-?mail)?bericht.{0,60}vertrouwelijk|please consider the environment|before printing|think before you print|avant d'imprimer|ta wiadomość.{0,60}poufn|это сообщение.{0,60}конфиденциальн|настоящее сообщение)/iu;

/** These lines of one writer up to her signature: what a program, a closing or a delimiter begins is cut off. */
export function withoutSignature(lines: readonly ReplyLine[]): readonly ReplyLine[] {
  return withoutTrailingSigns(lines.slice(0, startOfSignature(lines)));
}

function startOfSignature(lines: readonly ReplyLine[]): number {
  const begin = lines.findIndex(({ kind }) => kind !== 'blank');
  const certain = indexOrEnd(lines, ({ text }, at) => {
    if (DELIMITER.test(text) || LIST_RULE.test(text) || isMobileSignature(text)) return true;
    return at > begin && DISCLAIMER.test(text);
  });
  const before = lines.slice(0, certain);
  const tail = tailFrom(before);
  const end = indexOrEnd(before, ({ text }, at) => {
    if (at < tail) return false;
    if (isClosing(text)) return !before.slice(at + 1).some(isSentence);
    return RULE.test(text) && isSignatureBelow(before.slice(at + 1));
  });
  const last = before.slice(0, end).findLastIndex(({ kind }) => kind !== 'blank');
  return isDashedName(before, last) ? last : end;
}

function indexOrEnd(lines: readonly ReplyLine[], is: (line: ReplyLine, at: number) => boolean): number {
  const found = lines.findIndex((line, at) => line.kind !== 'blank' && is(line, at));
  return found === -1 ? lines.length : found;
}

/** What a drawn line must stand above to begin a signature: it may divide her own text as well. */
function isSignatureBelow(lines: readonly ReplyLine[]): boolean {
  const first = lines.find(({ kind }) => kind !== 'blank');
  if (lines.some(({ text }) => CONTACT.test(text))) return true;
  return FULL_NAME.test(first?.text ?? '') && !lines.some(isSentence);
}

/** Below closing words, a sentence is hers still: "Best regards, Jane. Please take me off your list." */
function isSentence({ text }: ReplyLine): boolean {
  return (/^p\.? ?s\.?[ :]/i.test(text) || /(?:\S+ ){4}.*[.?!]$/u.test(text)) && !CONTACT.test(text);
}

/** A name behind a dash, below a blank line: not an item of a list. */
function isDashedName(lines: readonly ReplyLine[], at: number): boolean {
  if (at < 2 || lines[at - 1]?.kind !== 'blank' || !DASHED_NAME.test(lines[at]?.text ?? '')) return false;
  const before = lines.slice(0, at).findLast(({ kind }) => kind !== 'blank');
  return before !== undefined && !/^[-*•:]|:$/.test(before.text);
}

/** Where the last lines begin that are few and short enough to be a signature. */
function tailFrom(lines: readonly ReplyLine[]): number {
  let from = lines.length;
  for (let count = 0; from > 0 && count <= MAX_LINES; from--) {
    const line = lines[from - 1];
    if (line === undefined || (line.text.length > MAX_LINE && !CONTACT.test(line.text))) break;
    if (line.kind !== 'blank') count++;
  }
  return from;
}

/** "Best regards", "Mit freundlichen Grüßen / Kind regards", "Viele Grüße aus Berlin", "Thanks and regards". */
function isClosing(text: string): boolean {
  if (text.length > 60) return false;
  const words = text
    .toLowerCase()
    .replaceAll(/^[-–—*_\s]+|[-–—*_,.!;:、。，\s]+$/g, '')
    .replace(/ (?:aus|vom|von|from|uit|från|fra|depuis|desde|из) (?:\S+ ?){1,3}$/, '');
  return THANKS_AND_REGARDS.test(words) || words.split(/,? ?[/|] ?/).every((part) => CLOSINGS.has(part));
}

function withoutTrailingSigns(lines: readonly ReplyLine[]): readonly ReplyLine[] {
  const last = lines.findLastIndex(({ text, kind }) => kind !== 'blank' && !TRAILING_SIGNS.test(text));
  return lines.slice(0, last + 1);
}
