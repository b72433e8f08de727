import { plainWords } from './plain-words.js';
import { firesIn, type Sentence, toSentence } from './sentences.js';
import { unsubAlone, wordingRules } from './wording-rules.js';

/** Polite words that change nothing; `no` may stand before a request as well. */
const POLITE = wordSet(
  'please kindly just now immediately thanks thank you hi hello bitte danke sofort merci svp por favor gracias obrigado obrigada per favore grazie aub graag alstublieft bedankt prosze dziekuje пожалуйста спасибо',
);
const NO = wordSet('no nope nein non nao nee neen nie нет');
const GREETING =
  /^ (?:hi|hello|dear|hey|hallo|good (?:morning|day|afternoon)|guten (?:tag|morgen)|moin|sehr geehrt[^ ]{0,3}|liebe[^ ]?|bonjour|bonsoir|hola|bunos dias|estimad[oa]s?|ola|bom dia|prezad[oa]s?|ciao|buongiorno|gentile|beste|geachte|dzien dobry|szanowni|здравствуите|добрыи день|regards|best|cheers|kind regards|mit freundlichen grussen|gruss|viele grusse|cordialement|saludos|saluti|met vriendelijke groet|pozdrawiam|с уважением)(?: [^ ]{1,30}){0,4} $/u;
/** A name below an answer has no more words than this. */
const NAME_WORDS = 2;

/**
 * The language of an answer that says nothing but "stop", in whatever words; undefined when it says more. A greeting,
 * thanks, a refusal ("no thanks, stop") and a name may stand around it.
 */
export function requestAlone(sentences: readonly Sentence[]): string | undefined {
  const pieces = sentences
    .slice(0, 8)
    .flatMap(({ text }) => text.split(/[,;:–—]/u).map(toSentence))
    .filter(({ words }) => words.length > 2);
  const said = pieces.filter((piece) => !isCourtesy(piece) && !isRefusal(piece));
  const [first, ...rest] = said;
  if (first === undefined || sentences.length > 8) return undefined;
  const language = languageOf(first.words);
  return rest.every(({ words }) => wordsOf(words).length <= NAME_WORDS) ? language : undefined;
}

/** As {@link requestAlone}, of a subject. */
export function languageOf(words: string): string | undefined {
  const polite = wordsOf(words).filter((word) => !POLITE.has(word));
  const candidates = [wordsOf(words), polite, polite.filter((word) => !NO.has(word))];
  return candidates.map((candidate) => unsubAlone.get(` ${candidate.join(' ')} `)).find(Boolean);
}

function isCourtesy({ words }: Sentence): boolean {
  return GREETING.test(words) || wordsOf(words).every((word) => POLITE.has(word) || NO.has(word));
}

function isRefusal(piece: Sentence): boolean {
  return (
    wordsOf(piece.words).length <= 6 &&
    languageOf(piece.words) === undefined &&
    firesIn(piece, wordingRules.negative)
  );
}

function wordsOf(words: string): string[] {
  return words.split(' ').filter(Boolean);
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(wordsOf(plainWords(words)));
}
