import { PACKED_LETTERS, type Phrase, type PhraseRules } from './phrase.js';
import { plainWords } from './plain-words.js';

/** One sentence, as it was written and as rules read it. */
export interface Sentence {
  /** Blanks collapsed. */
  readonly text: string;
  /** See {@link plainWords}. */
  readonly words: string;
  /** The words without blanks when it has letters of a script that writes none, else empty. */
  readonly packed: string;
  readonly isQuestion: boolean;
}

export interface PhraseHit {
  readonly id: string;
  readonly sentence: Sentence;
  /** The matched words, and those before them in the sentence, as in {@link Sentence.words}. */
  readonly matched: string;
  readonly before: string;
}

/** A sentence is read up to here. */
const MAX_SENTENCE = 600;
const MAX_EVIDENCE = 200;
/** A line as short as this was ended by its writer, not by the wrapping of her mail program. */
const WRAPPED_FROM = 45;

/** The first sentences of a text, at most `limit`, quoted lines left out. */
export function sentencesOf(text: string, limit: number): Sentence[] {
  return pieces(withoutListFooter(text.slice(0, limit * MAX_SENTENCE)))
    .slice(0, limit)
    .map(toSentence)
    .filter(({ words }) => words.length > 2);
}

export function toSentence(text: string): Sentence {
  const words = plainWords(text);
  return {
    text: text.trim(),
    words,
    packed: PACKED_LETTERS.test(words) ? words.replaceAll(' ', '') : '',
    isQuestion: /[?？]\s{0,3}$/u.test(text),
  };
}

/** Every rule that fires in a sentence, once, in the order of the words. */
export function hitsIn(sentence: Sentence, rules: PhraseRules): PhraseHit[] {
  const hits = new Map<string, PhraseHit>();
  for (const { id, index, matched, text } of matches(sentence, rules)) {
    if (!hits.has(id)) hits.set(id, { id, sentence, matched, before: text.slice(0, index + 1) });
  }
  return [...hits.values()];
}

export function firesIn(sentence: Sentence, rules: PhraseRules): boolean {
  return matches(sentence, rules).next().done !== true;
}

interface Match {
  readonly id: string;
  readonly index: number;
  readonly matched: string;
  readonly text: string;
}

function* matches({ words, packed }: Sentence, rules: PhraseRules): Generator<Match, void> {
  let end: number;
  for (let start = 0; start < words.length - 1; start = end) {
    end = words.indexOf(' ', start + 1);
    const word = words.slice(start + 1, end);
    yield* matchesAt(words, start, rules.byWord.get(word));
    for (const length of rules.prefixLengths) {
      if (word.length >= length) yield* matchesAt(words, start, rules.byPrefix.get(word.slice(0, length)));
    }
  }
  if (packed === '') return;
  for (const { id, pattern } of rules.packed) {
    const match = pattern.exec(packed);
    if (match !== null) yield { id, index: match.index, matched: match[0], text: packed };
  }
}

function* matchesAt(text: string, index: number, phrases: readonly Phrase[] = []): Generator<Match, void> {
  for (const { id, pattern } of phrases) {
    pattern.lastIndex = index;
    const match = pattern.exec(text);
    if (match !== null) yield { id, index, matched: match[0], text };
  }
}

/** The last part of a rule's id: what it means, in whatever language. */
export function meaningOf(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** What a person is shown: the sentence as it was written or, of a long one, the words that matched. */
export function evidenceOf({ sentence, matched }: PhraseHit): string {
  return (sentence.text.length <= MAX_EVIDENCE ? sentence.text : matched.trim()).slice(0, MAX_EVIDENCE);
}

/** What mailing lists append speaks of unsubscribing, and not for the writer. */
function withoutListFooter(text: string): string {
  const footer = /^(?:_{20,} {0,5}|you received this message because you are subscribed .{0,200})$/im.exec(
    text,
  );
  return footer === null ? text : text.slice(0, footer.index);
}

function pieces(text: string): string[] {
  const paragraphs: string[] = [];
  let open = '';
  let lastLine = '';
  for (const line of text.split('\n').map((raw) => raw.replaceAll(/\s+/g, ' ').trim())) {
    const isQuoted = line.startsWith('>');
    const goesOn =
      open !== '' &&
      !isQuoted &&
      line !== '' &&
      (lastLine.length >= WRAPPED_FROM || (/^\p{Ll}/u.test(line) && !lastLine.endsWith(',')));
    if (goesOn) {
      open = `${open} ${line}`;
    } else {
      paragraphs.push(open);
      open = isQuoted ? '' : line;
    }
    lastLine = line;
  }
  return [...paragraphs, open].flatMap((paragraph) =>
    paragraph
      .split(/(?<=[!?。！？…])\s{0,2}|(?<=[^\d\s.]{2}\.|\d{4}\.)\s/u)
      .map((piece) => piece.slice(0, MAX_SENTENCE).trim())
      .filter(Boolean),
  );
}
