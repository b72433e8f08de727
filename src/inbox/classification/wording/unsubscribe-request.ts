import type { Wording } from '../classification.js';
import { evidenceOf, firesIn, hitsIn, meaningOf, type Sentence, toSentence } from './sentences.js';
import { unsubAlone, wordingRules } from './wording-rules.js';

/** A text with more sentences is a letter: its middle discusses, requests stand at its ends. */
const LETTER_FROM = 12;
const LETTER_ENDS = 4;
/** With a subject that asks for it, a text up to here only explains why. */
const MAX_SUBJECT_TEXT = 800;
/** As a subject these are about something else as often as not. */
const VAGUE_SUBJECTS = new Set([
  ...['stop', 'stop it', 'remove', 'cancel', 'end', 'quit', 'off', 'spam', 'delete', 'go away', 'no more'],
  ...[
    'loschen',
    'entfernen',
    'kundigen',
    'supprimer',
    'retirer',
    'arret',
    'eliminar',
    'borrar',
    'parar',
    'basta',
  ],
  ...[
    'remover',
    'sair',
    'cancella',
    'rimuovere',
    'verwijderen',
    'stoppen',
    'usun',
    'koniec',
    'стоп',
    'хватит',
  ],
  ...['удалить', 'отмена', 'удалите', 'cancellazione', 'disdetta', 'opzeggen', 'rezygnacja', 'resiliation'],
]);
const COURTESIES =
  /^ (?:(?:hi|hello|dear|hey|hallo|bonjour|hola|ola|ciao|dzien dobry|здравствуите|guten tag)(?: [^ ]{1,30}){0,3}|thanks|thank you|merci|danke|gracias|obrigado|grazie|bedankt|dziekuje|спасибо|regards|best regards|best|cheers|kind regards) $/u;

/** A request never to be written to again, in the writer's own words; null: there is none. */
export function readUnsubscribeRequest(
  sentences: readonly Sentence[],
  subject: string,
  isAnswer: boolean,
): Wording | null {
  return readWholeAnswer(sentences) ?? readSubject(sentences, subject, isAnswer) ?? readSentences(sentences);
}

/** "Stop": the whole text, or what it begins with, before nothing but a name. */
function readWholeAnswer(sentences: readonly Sentence[]): Wording | null {
  const spoken = sentences.filter(({ words }) => !COURTESIES.test(words));
  const [first] = spoken;
  if (first === undefined) return null;
  const language = unsubAlone.get(first.words);
  if (language === undefined) return null;
  const isWhole = spoken.length === 1;
  const isFollowedByName =
    spoken.length <= 5 && spoken.slice(1).every(({ words }) => words.split(' ').length <= 8);
  if (!isWhole && (!isFollowedByName || VAGUE_SUBJECTS.has(first.words.trim()))) return null;
  return unsub([`unsub.${language}.whole-answer`], isWhole ? 0.95 : 0.85, first.text);
}

function readSubject(sentences: readonly Sentence[], subject: string, isAnswer: boolean): Wording | null {
  const asked = toSentence(subject.slice(0, 200));
  const language = VAGUE_SUBJECTS.has(asked.words.trim()) ? undefined : unsubAlone.get(asked.words);
  const length = sentences.reduce((total, { text }) => total + text.length, 0);
  // Below "Re: unsubscribe" people talk about unsubscribing, unless they say nothing at all.
  if (length > (isAnswer ? 0 : MAX_SUBJECT_TEXT)) return null;
  if (language !== undefined) return unsub([`unsub.${language}.subject`], 0.9, asked.text);
  return isAnswer ? null : readSentences([asked]);
}

function readSentences(sentences: readonly Sentence[]): Wording | null {
  const isLetter = sentences.length > LETTER_FROM;
  const looked = isLetter
    ? [...sentences.slice(0, LETTER_ENDS), ...sentences.slice(-LETTER_ENDS)]
    : sentences;
  const hits = looked.flatMap((sentence) =>
    firesIn(sentence, wordingRules.notUnsub) ? [] : hitsIn(sentence, wordingRules.unsub),
  );
  const [first] = hits;
  if (first === undefined) return null;
  const rules = [...new Set(hits.map(({ id }) => id))];
  const isOnlyQuestion = rules.every((id) => id.endsWith('.how-to'));
  const confidence = isOnlyQuestion || isLetter ? 0.55 : new Set(rules.map(meaningOf)).size > 1 ? 0.95 : 0.88;
  return unsub(rules, confidence, evidenceOf(first));
}

function unsub(rules: readonly string[], confidence: number, evidence: string): Wording {
  return { class: 'UNSUB', confidence, rules, evidence: evidence.slice(0, 200) };
}
