import { de } from './languages/de.js';
import { en } from './languages/en.js';
import { es } from './languages/es.js';
import { fr } from './languages/fr.js';
import { it } from './languages/it.js';
import { nl } from './languages/nl.js';
import { pl } from './languages/pl.js';
import { pt } from './languages/pt.js';
import { requestsOnly } from './languages/requests-only.js';
import { ru } from './languages/ru.js';
import type { WordingWords } from './languages/wording-words.js';
import { type PhraseRules, phraseRules } from './phrase.js';
import { plainWords } from './plain-words.js';

const LANGUAGES: readonly WordingWords[] = [en, de, fr, es, pt, it, nl, pl, ru, ...requestsOnly];

type Table = 'unsub' | 'negative' | 'weakNegative' | 'positive' | 'weakPositive' | 'neutral';

function rulesOf(table: Table): PhraseRules {
  return phraseRules(LANGUAGES.map((words) => [`${table}.${words.language}`, words[table]]));
}

/** The phrases of all languages; ids are `<class>.<language>.<key>`. */
export const wordingRules = {
  unsub: rulesOf('unsub'),
  negative: rulesOf('negative'),
  weakNegative: rulesOf('weakNegative'),
  positive: rulesOf('positive'),
  weakPositive: rulesOf('weakPositive'),
  neutral: rulesOf('neutral'),
  notUnsub: phraseRules(
    LANGUAGES.map(({ language, notUnsub }) => [`not-unsub.${language}`, { trap: notUnsub }]),
  ),
} as const;

/** The whole answers that ask to be left alone, as {@link plainWords}, with the language of each. */
export const unsubAlone: ReadonlyMap<string, string> = new Map(
  LANGUAGES.flatMap(({ language, unsubAlone: answers }) =>
    answers.map((answer) => [plainWords(answer), language] as const),
  ),
);
