import { type PhraseRules, phraseRules } from '../wording/phrase.js';
import type { AbsenceWords } from './languages/absence-words.js';
import { cs } from './languages/cs.js';
import { da } from './languages/da.js';
import { de } from './languages/de.js';
import { el } from './languages/el.js';
import { en } from './languages/en.js';
import { es } from './languages/es.js';
import { fi } from './languages/fi.js';
import { fr } from './languages/fr.js';
import { hu } from './languages/hu.js';
import { it } from './languages/it.js';
import { ja } from './languages/ja.js';
import { ko } from './languages/ko.js';
import { nl } from './languages/nl.js';
import { no } from './languages/no.js';
import { pl } from './languages/pl.js';
import { pt } from './languages/pt.js';
import { ro } from './languages/ro.js';
import { ru } from './languages/ru.js';
import { sk } from './languages/sk.js';
import { sv } from './languages/sv.js';
import { tr } from './languages/tr.js';
import { uk } from './languages/uk.js';
import { zh } from './languages/zh.js';

const LANGUAGES: readonly AbsenceWords[] = [
  en,
  de,
  fr,
  es,
  pt,
  it,
  nl,
  pl,
  ru,
  sv,
  da,
  no,
  fi,
  cs,
  sk,
  hu,
  ro,
  uk,
  tr,
  el,
  ja,
  zh,
  ko,
];

type Part = 'absence' | 'around' | 'left' | 'notice';

function rulesOf(part: Part): PhraseRules {
  return phraseRules(LANGUAGES.map((words) => [`automatic.${words.language}.${part}`, words[part]]));
}

/** The phrases of all languages. Ids are `automatic.<language>.<part>.<key>`. */
export const automaticRules = {
  subjects: phraseRules(
    LANGUAGES.map(({ language, subjects }) => [`automatic.${language}`, { subject: subjects }]),
  ),
  absence: rulesOf('absence'),
  around: rulesOf('around'),
  left: rulesOf('left'),
  notice: rulesOf('notice'),
} as const;
