import type { Wording } from '../classification.js';
import { withoutAnswerPrefix } from './answer-prefix.js';
import { evidenceOf, hitsIn, meaningOf, type PhraseHit, type Sentence, sentencesOf } from './sentences.js';
import { readUnsubscribeRequest } from './unsubscribe-request.js';
import { wordingRules } from './wording-rules.js';

/** Rules see this many sentences; who has not said yes or no by then says neither. */
const MAX_SENTENCES = 40;
const MAX_SENTIMENT = 15;

const NEGATIONS =
  / (?:not|no|never|don t|dosn t|didn t|isn t|aren t|won t|wouldn t|can t|nicht|kein|keine|keinen|pas|ne|non|nao|niet|geen|nie|не|нет|without|nor) (?:[^ ]{1,30} ){0,2}$/u;
/** "No problem, let's talk", "can't wait": a negation of something else. */
const NO_NEGATIONS =
  / (?:no (?:problem|worries|doubt|issue)|not only|why not|can t wait|kein problem|pas de (?:probleme|souci)) (?:[^ ]{1,30} ){0,2}$/u;
const THUMBS_UP = /[👍👌✅🙌🤝💯]/u;
const THUMBS_DOWN = /[👎🚫🙅]/u;

/** What a person's own words say, quotes and signature cut off: UNSUB before NEGATIVE before POSITIVE before NEUTRAL. */
export function readWording(visibleText: string, subject: string): Wording {
  const sentences = sentencesOf(visibleText, MAX_SENTENCES);
  const plainSubject = withoutAnswerPrefix(subject);
  const request = readUnsubscribeRequest(sentences, plainSubject, plainSubject !== subject.trim());
  return request ?? readSentiment(sentences.slice(0, MAX_SENTIMENT), visibleText.slice(0, 500));
}

function readSentiment(sentences: readonly Sentence[], opening: string): Wording {
  const negative = find(sentences, 'negative');
  const positive = find(sentences, 'positive').filter((hit) => !isNegated(hit));
  const neutral = find(sentences, 'neutral');
  const isWrongPerson = neutral.some(({ id }) => id.endsWith('.wrong-person'));
  if (negative.length > 0) {
    return verdict('NEGATIVE', negative, positive.length > 0 || isWrongPerson ? 0.62 : 0.85);
  }
  if (isWrongPerson) return verdict('NEUTRAL', neutral, 0.7);
  const weakNegative = find(sentences, 'weakNegative');
  if (positive.length > 0) {
    return verdict('POSITIVE', positive, weakNegative.length > 0 || neutral.length > 0 ? 0.62 : 0.85);
  }
  if (neutral.length > 0) return verdict('NEUTRAL', neutral, 0.65);
  const [first] = sentences;
  if (THUMBS_DOWN.test(opening)) return emoji('NEGATIVE', first);
  if (THUMBS_UP.test(opening)) return emoji('POSITIVE', first);
  if (weakNegative.length > 0) return verdict('NEGATIVE', weakNegative, 0.5);
  const weakPositive = find(sentences, 'weakPositive').filter((hit) => !isNegated(hit));
  if (weakPositive.length > 0) return verdict('POSITIVE', weakPositive, 0.5);
  return { class: 'NEUTRAL', confidence: 0.5, rules: [], evidence: null };
}

function find(
  sentences: readonly Sentence[],
  table: 'negative' | 'weakNegative' | 'positive' | 'weakPositive' | 'neutral',
): PhraseHit[] {
  return sentences.flatMap((sentence) => hitsIn(sentence, wordingRules[table]));
}

function isNegated({ before }: PhraseHit): boolean {
  return NEGATIONS.test(before) && !NO_NEGATIONS.test(before);
}

/** Two rules agree better than one; a single weak one stays below the threshold of review. */
function verdict(label: Wording['class'], hits: readonly PhraseHit[], confidence: number): Wording {
  const rules = [...new Set(hits.map(({ id }) => id))];
  const [first] = hits;
  return {
    class: label,
    confidence:
      confidence > 0.6 && new Set(rules.map(meaningOf)).size > 1
        ? Math.min(0.95, confidence + 0.07)
        : confidence,
    rules,
    evidence: first === undefined ? null : evidenceOf(first),
  };
}

function emoji(label: 'NEGATIVE' | 'POSITIVE', sentence: Sentence | undefined): Wording {
  return {
    class: label,
    confidence: 0.7,
    rules: [`${label.toLowerCase()}.emoji`],
    evidence: sentence?.text.slice(0, 200) ?? null,
  };
}
