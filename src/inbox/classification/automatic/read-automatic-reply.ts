import type { ParsedMail } from '../../reading/parsed-mail.js';
import type { AutomaticReply } from '../classification.js';
import { withoutAnswerPrefix } from '../wording/answer-prefix.js';
import {
  evidenceOf,
  hitsIn,
  type PhraseHit,
  type Sentence,
  sentencesOf,
  toSentence,
} from '../wording/sentences.js';
import { type HeaderSigns, readHeaderSigns } from './automatic-headers.js';
import { automaticRules } from './automatic-rules.js';
import {
  type Circumstances,
  ENOUGH,
  readAutomaticWording,
  type WordingVerdict,
} from './automatic-wording.js';
import { monthNumber } from './calendar-words.js';
import { returnDateOf } from './return-date.js';

const MAX_SENTENCES = 20;
const NO_HEADERS: HeaderSigns = { certain: [], isAbsence: false, isLikely: false, isFromList: false };

/** What a machine answered on behalf of the recipient; null: a person wrote this. */
export function readAutomaticReply(mail: ParsedMail, visibleText: string): AutomaticReply | null {
  const date = mail.date === null ? null : new Date(mail.date);
  return read(visibleText, mail.subject, date, readHeaderSigns(mail), quotes(mail.text ?? ''));
}

/** The same of a text that has no headers: dates without a year are not read. */
export function readAutomaticText(visibleText: string): AutomaticReply | null {
  return read(visibleText, '', null, NO_HEADERS, false);
}

function read(
  text: string,
  subject: string,
  sentAt: Date | null,
  headers: HeaderSigns,
  hasQuote: boolean,
): AutomaticReply | null {
  const isAnswer = withoutAnswerPrefix(subject) !== subject.trim();
  const subjectHit = isAnswer ? undefined : readSubject(subject || firstLineOf(text));
  const words = readWords(text, subject, { ...headers, hasQuote, isAnswer });
  const isCertain = headers.certain.length > 0 || subjectHit !== undefined;
  if (!isCertain && (words === null || words.score < ENOUGH)) return null;

  const hasLeft = words?.kind === 'left';
  const saysAbsence = words?.kind === 'absence' || isAbsenceSubject(subjectHit) || headers.isAbsence;
  const hit = words?.hit ?? subjectHit;
  const isAmerican = hit === undefined || hit.id.startsWith('automatic.en.');
  return {
    kind: saysAbsence && !hasLeft ? 'absence' : 'other',
    hasLeft,
    returnDate:
      hasLeft || words?.kind === 'notice'
        ? null
        : (returnDateOf(text, sentAt, isAmerican) ?? returnDateOf(subject, sentAt, isAmerican)),
    confidence: confidenceOf(headers, subjectHit, words),
    rules: [...headers.certain, ...[subjectHit, words?.hit].flatMap((found) => found?.id ?? [])],
    evidence: hit === undefined ? null : evidenceOf(hit),
  };
}

/** The subject counts as the first sentence, unless it is that of the mail that is answered. */
function readWords(text: string, subject: string, circumstances: Circumstances): WordingVerdict | null {
  const opening = circumstances.isAnswer || subject === '' ? [] : [toSentence(subject.slice(0, 300))];
  const sentences = [...opening, ...sentencesOf(text, MAX_SENTENCES)].map(withoutDates);
  return readAutomaticWording(sentences, circumstances);
}

/** Phrases are looked for around dates: "I am from 3 to 8 August on holiday". */
function withoutDates(sentence: Sentence): Sentence {
  const isNumber = (word: string | undefined): boolean => word !== undefined && /^\d+$/.test(word);
  const words = sentence.words.split(' ');
  const kept = words.filter((word, at) => {
    const isBesideNumber = isNumber(words[at - 1]) || isNumber(words[at + 1]);
    return !isNumber(word) && !(isBesideNumber && monthNumber(word) !== undefined);
  });
  return { ...sentence, words: kept.join(' ') };
}

/** A text that came without its headers may begin with its subject. */
function firstLineOf(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? '';
}

/** Looks at the whole subject, and at what stands before its colon: `Out of office: A question`. */
function readSubject(subject: string): PhraseHit | undefined {
  const start = subject.slice(0, 300);
  return [start, start.split(/[:：]/u, 1)[0] ?? ''].flatMap((text) =>
    hitsIn(toSentence(text), automaticRules.subjects),
  )[0];
}

/** "Out of office", and not merely "Automatic reply". */
function isAbsenceSubject(hit: PhraseHit | undefined): boolean {
  return hit !== undefined && hitsIn(hit.sentence, automaticRules.absence).length > 0;
}

function confidenceOf(
  headers: HeaderSigns,
  subjectHit: PhraseHit | undefined,
  words: WordingVerdict | null,
): number {
  const known = words === null ? 0 : 0.04;
  if (headers.certain.length > 0) return 0.94 + known;
  if (subjectHit !== undefined) return 0.9 + known;
  return Math.min(0.9, 0.6 + ((words?.score ?? ENOUGH) - ENOUGH) * 0.1);
}

function quotes(text: string): boolean {
  return /^>/m.test(text);
}
