import type { Wording } from '../classification.js';
import { plainWords } from './plain-words.js';
import { evidenceOf, firesIn, hitsIn, meaningOf, type Sentence, toSentence } from './sentences.js';
import { languageOf, requestAlone } from './whole-answer.js';
import { wordingRules } from './wording-rules.js';

/** A text with more sentences is a letter: its middle discusses, requests stand at its ends. */
const LETTER_FROM = 12;
const LETTER_ENDS = 4;
/** With a subject that asks for it, a text up to here only explains why. */
const MAX_SUBJECT_TEXT = 800;
/** As a subject these are about something else as often as not. */
const VAGUE_SUBJECTS = new Set(
  `stop, stop it, remove, cancel, end, quit, off, spam, delete, go away, no more, loschen, entfernen, kundigen,
    supprimer, retirer, arret, eliminar, borrar, parar, basta, remover, sair, cancella, rimuovere, verwijderen, stoppen, usun,
    koniec, стоп, хватит, удалить, отмена, удалите, cancellazione, disdetta, opzeggen, rezygnacja, resiliation`
    .split(',')
    .map(plainWords),
);
/** A request never to be written to again, in the writer's own words; null: there is none. */
export function readUnsubscribeRequest(
  sentences: readonly Sentence[],
  subject: string,
  isAnswer: boolean,
): Wording | null {
  return readWholeAnswer(sentences) ?? readSubject(sentences, subject, isAnswer) ?? readSentences(sentences);
}

/** "Stop": the whole text, courtesies and a name aside. */
function readWholeAnswer(sentences: readonly Sentence[]): Wording | null {
  const language = requestAlone(sentences);
  if (language === undefined) return null;
  const evidence = sentences.map(({ text }) => text).join(' ');
  return unsub([`unsub.${language}.whole-answer`], sentences.length === 1 ? 0.95 : 0.88, evidence);
}

function readSubject(sentences: readonly Sentence[], subject: string, isAnswer: boolean): Wording | null {
  const asked = toSentence(subject.slice(0, 200).replace(/^\[[^\]]{1,60}\]/, ''));
  const language = VAGUE_SUBJECTS.has(asked.words) ? undefined : languageOf(asked.words);
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
