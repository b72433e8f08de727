import { type PhrasePart, parsePhrase, type Sequence } from './phrase-syntax.js';

/** Phrases that mean one thing, under the last part of a rule's id; `phrase-syntax.ts` tells how they are written. */
export type PhraseTable = Readonly<Record<string, readonly string[]>>;

/** One phrase of a rule. */
export interface Phrase {
  readonly id: string;
  /** Matches where {@link RegExp.lastIndex} points, and nowhere else; in {@link PhraseRules.packed}: anywhere. */
  readonly pattern: RegExp;
}

/** Phrases by the words that they can begin with, so that a sentence is compared with few of them. */
export interface PhraseRules {
  readonly byWord: ReadonlyMap<string, readonly Phrase[]>;
  /** Of phrases that begin with `word*`: by `word`. */
  readonly byPrefix: ReadonlyMap<string, readonly Phrase[]>;
  readonly prefixLengths: readonly number[];
  /** Of scripts that write no blanks between words: looked for anywhere in a text without blanks. */
  readonly packed: readonly Phrase[];
}

/** Letters of the scripts whose phrases are looked for inside words. */
export const PACKED_LETTERS = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

/** Rules of all tables; ids are `<prefix>.<key>`. Throws for a phrase that could begin with any word. */
export function phraseRules(tables: readonly (readonly [prefix: string, table: PhraseTable])[]): PhraseRules {
  const byWord = new Map<string, Phrase[]>();
  const byPrefix = new Map<string, Phrase[]>();
  const packed: Phrase[] = [];
  const phrases = tables.flatMap(([prefix, table]) =>
    Object.entries(table).flatMap(([key, texts]) => texts.map((text) => ({ id: `${prefix}.${key}`, text }))),
  );
  for (const { id, text } of phrases) {
    const { sequence, startsSentence } = parsePhrase(text);
    const anchor = startsSentence ? '^' : '';
    if (PACKED_LETTERS.test(text)) {
      packed.push({ id, pattern: new RegExp(`${anchor}${sourceOf(sequence, true)}`, 'u') });
      continue;
    }
    const phrase = { id, pattern: new RegExp(`${anchor} ${sourceOf(sequence, false)}`, 'uy') };
    const starts = new Set<string>();
    if (addStarts(sequence, starts)) throw new Error(`The phrase may begin with any word: ${text}`);
    for (const start of starts) {
      const isPrefix = start.endsWith('*');
      const index = isPrefix ? byPrefix : byWord;
      const word = isPrefix ? start.slice(0, -1) : start;
      index.set(word, [...(index.get(word) ?? []), phrase]);
    }
  }
  const prefixLengths = [...new Set([...byPrefix.keys()].map((prefix) => prefix.length))];
  return { byWord, byPrefix, prefixLengths, packed };
}

/** Every repetition in it is bounded, so it takes time in proportion to the text. */
function sourceOf(sequence: Sequence, isPacked: boolean): string {
  return sequence.map((part) => partSource(part, isPacked)).join('');
}

function partSource(part: PhrasePart, isPacked: boolean): string {
  const source = ((): string => {
    switch (part.kind) {
      case 'word':
        return isPacked ? part.word : `${part.word}${part.isPrefix ? '[^ ]{0,30}' : ''} `;
      case 'gap':
        return isPacked ? '.{0,12}?' : '(?:(?:\\d{1,4} ){1,4}|[^ ]{1,60} ){0,5}?';
      case 'end':
        return '$';
      case 'choice':
        return `(?:${part.options.map((option) => sourceOf(option, isPacked)).join('|')})`;
    }
  })();
  return part.isOptional ? `(?:${source})?` : source;
}

/** Collects the words a sequence can begin with; true when it may be empty or begin with a gap. */
function addStarts(sequence: Sequence, starts: Set<string>): boolean {
  for (const part of sequence) {
    if (part.kind === 'gap') return true;
    if (part.kind === 'word') starts.add(part.isPrefix ? `${part.word}*` : part.word);
    const mayBeEmpty =
      part.kind === 'choice' && part.options.map((option) => addStarts(option, starts)).some(Boolean);
    if (!part.isOptional && !mayBeEmpty) return false;
  }
  return true;
}
