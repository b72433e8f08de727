import { type PhraseRule, scriptsOf } from './phrase.js';
import { plainWords } from './plain-words.js';

/** One sentence, as it was written and as rules read it. */
export interface Sentence {
  /** Blanks collapsed. */
  readonly text: string;
  /** See {@link plainWords}. */
  readonly words: string;
  /** The words without blanks, for scripts that write none. */
  readonly packed: string;
  readonly scripts: ReturnType<typeof scriptsOf>;
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
  return pieces(text.slice(0, limit * MAX_SENTENCE))
    .slice(0, limit)
    .map(toSentence)
    .filter(({ packed }) => packed !== '');
}

export function toSentence(text: string): Sentence {
  const words = plainWords(text);
  return {
    text: text.trim(),
    words,
    packed: words.replaceAll(' ', ''),
    scripts: scriptsOf(words),
    isQuestion: /[?？]\s{0,3}$/u.test(text),
  };
}

/** Every rule that fires in a sentence. */
export function hitsIn(sentence: Sentence, rules: readonly PhraseRule[]): PhraseHit[] {
  return rules.flatMap(({ id, pattern, script }) => {
    if (!sentence.scripts.has(script)) return [];
    const match = pattern.exec(script === 'cjk' ? sentence.packed : sentence.words);
    return match === null
      ? []
      : [{ id, sentence, matched: match[0], before: match.input.slice(0, match.index) }];
  });
}

export function firesIn(sentence: Sentence, rules: readonly PhraseRule[]): boolean {
  return rules.some(
    ({ pattern, script }) =>
      sentence.scripts.has(script) && pattern.test(script === 'cjk' ? sentence.packed : sentence.words),
  );
}

/** The last part of a rule's id: what it means, in whatever language. */
export function meaningOf(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** What a person is shown: the sentence as it was written or, of a long one, the words that matched. */
export function evidenceOf({ sentence, matched }: PhraseHit): string {
  return (sentence.text.length <= MAX_EVIDENCE ? sentence.text : matched.trim()).slice(0, MAX_EVIDENCE);
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
