import { fold, sameWords } from './plain-words.js';

/**
 * Phrases that mean one thing, under the last part of a rule's id. A phrase is made of words, and of
 * `(a|b c)` one of these, `word?` or `(…)?` may be missing, `word*` any ending, `~` up to five words of any kind,
 * `^` the sentence begins here, `$` it ends here. Case, accents and contractions do not matter. A phrase that has
 * Chinese, Japanese or Korean letters is looked for inside words too, and its blanks mean nothing.
 */
export type PhraseTable = Readonly<Record<string, readonly string[]>>;

type Script = 'latin' | 'cyrillic' | 'greek' | 'cjk';

/** A rule that looks for phrases in one sentence. */
export interface PhraseRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly script: Script;
}

const SCRIPTS: readonly (readonly [Script, RegExp])[] = [
  ['cjk', /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u],
  ['cyrillic', /\p{sc=Cyrillic}/u],
  ['greek', /\p{sc=Greek}/u],
];

/** The scripts of a text; Latin always, because signatures and names have it. */
export function scriptsOf(text: string): ReadonlySet<Script> {
  return new Set<Script>([
    'latin',
    ...SCRIPTS.filter(([, letters]) => letters.test(text)).map(([script]) => script),
  ]);
}

/** One rule per entry of the table; ids are `<prefix>.<key>`. */
export function phraseRules(prefix: string, table: PhraseTable): PhraseRule[] {
  return Object.entries(table).flatMap(([key, phrases]) =>
    [...new Set(phrases.map(scriptOf))].map((script) => ({
      id: `${prefix}.${key}`,
      pattern: phrasePattern(
        phrases.filter((phrase) => scriptOf(phrase) === script),
        script === 'cjk',
      ),
      script,
    })),
  );
}

function scriptOf(phrase: string): Script {
  return SCRIPTS.find(([, letters]) => letters.test(phrase))?.[0] ?? 'latin';
}

/** Every repetition in it is bounded, so it takes time in proportion to the text. */
function phrasePattern(phrases: readonly string[], isPacked: boolean): RegExp {
  const sources = phrases.map((phrase) => {
    const written = sameWords(fold(phrase).replaceAll(/['-]/g, ' '));
    const starts = written.startsWith('^');
    const ends = written.endsWith('$');
    const body = written.slice(starts ? 1 : 0, ends ? -1 : undefined);
    const [source] = readChoice(tokensOf(body), 0, isPacked);
    return `${starts ? '^' : ''}${isPacked ? '' : ' '}(?:${source})${ends ? '$' : ''}`;
  });
  return new RegExp(sources.join('|'), 'u');
}

function tokensOf(phrase: string): string[] {
  return phrase.match(/[()|?~]|[^\s()|?~]+/g) ?? [];
}

/** Reads up to the end or a closing bracket; returns the expression and where it stopped. */
function readChoice(tokens: readonly string[], start: number, isPacked: boolean): [string, number] {
  let source = '';
  let at = start;
  while (at < tokens.length && tokens[at] !== ')') {
    const token = tokens[at] ?? '';
    if (token === '|') {
      source += '|';
      at += 1;
      continue;
    }
    let piece: string;
    if (token === '(') {
      const [inner, end] = readChoice(tokens, at + 1, isPacked);
      piece = `(?:${inner})`;
      at = end + 1;
    } else {
      piece = wordPattern(token, isPacked);
      at += 1;
    }
    if (tokens[at] === '?') {
      piece = `(?:${piece})?`;
      at += 1;
    }
    source += piece;
  }
  return [source, at];
}

function wordPattern(word: string, isPacked: boolean): string {
  if (word === '~') return isPacked ? '.{0,12}?' : '(?:(?:\\d{1,4} ){1,4}|[^ ]{1,60} ){0,5}?';
  if (isPacked || word === '$') return word;
  return word.endsWith('*') ? `${word.slice(0, -1)}[^ ]{0,30} ` : `${word} `;
}
