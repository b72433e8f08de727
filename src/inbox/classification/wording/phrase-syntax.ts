import { fold, sameWords } from './plain-words.js';

/**
 * A phrase is made of words, and of `(a|b c)` one of these, `word?` or `(…)?` may be missing, `word*` any ending, `~`
 * up to five words of any kind (a number counts as none), `^` the sentence begins here, `$` it ends here. Case, accents
 * and contractions do not matter. A phrase that has Chinese, Japanese or Korean letters is looked for inside words
 * too, and its blanks mean nothing.
 */
export interface ParsedPhrase {
  readonly sequence: Sequence;
  readonly startsSentence: boolean;
}

export type Sequence = readonly PhrasePart[];

export type PhrasePart = { readonly isOptional: boolean } & (
  | { readonly kind: 'word'; readonly word: string; readonly isPrefix: boolean }
  | { readonly kind: 'gap' }
  | { readonly kind: 'end' }
  | { readonly kind: 'choice'; readonly options: readonly Sequence[] }
);

/** Throws when a bracket has no partner or a word has letters that rules cannot compare. */
export function parsePhrase(phrase: string): ParsedPhrase {
  const written = sameWords(fold(phrase).replaceAll(/['-]/g, ' '));
  const startsSentence = written.startsWith('^');
  const tokens = written.slice(startsSentence ? 1 : 0).match(/[()|?~$]|[^\s()|?~$]+/g) ?? [];
  const { options, end } = readOptions(tokens, 0);
  if (end !== tokens.length) throw new Error(`A bracket too many: ${phrase}`);
  return { sequence: options.length === 1 ? (options[0] ?? []) : [choice(options)], startsSentence };
}

function choice(options: readonly Sequence[]): PhrasePart {
  return { kind: 'choice', options, isOptional: false };
}

/** Reads options up to the end or a closing bracket, and tells where it stopped. */
function readOptions(tokens: readonly string[], start: number): { options: Sequence[]; end: number } {
  const options: PhrasePart[][] = [[]];
  let at = start;
  while (at < tokens.length && tokens[at] !== ')') {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '|') {
      options.push([]);
      continue;
    }
    let part: PhrasePart;
    if (token === '(') {
      const inner = readOptions(tokens, at);
      if (tokens[inner.end] !== ')') throw new Error(`A bracket is not closed: ${tokens.join(' ')}`);
      part = choice(inner.options);
      at = inner.end + 1;
    } else {
      part = simplePart(token);
    }
    const isOptional = tokens[at] === '?';
    if (isOptional) at += 1;
    options.at(-1)?.push({ ...part, isOptional });
  }
  return { options, end: at };
}

function simplePart(token: string): PhrasePart {
  if (token === '~') return { kind: 'gap', isOptional: false };
  if (token === '$') return { kind: 'end', isOptional: false };
  const isPrefix = token.endsWith('*');
  const word = isPrefix ? token.slice(0, -1) : token;
  if (!/^[\p{L}\p{N}]+$/u.test(word)) throw new Error(`No word that rules can compare: ${token}`);
  return { kind: 'word', word, isPrefix, isOptional: false };
}
