import { firesIn, hitsIn, meaningOf, type PhraseHit, type Sentence } from '../wording/sentences.js';
import { automaticRules } from './automatic-rules.js';
import { personalSigns } from './personal-signs.js';

/** What speaks for or against a machine besides the words. */
export interface Circumstances {
  /** Headers that vacation programs leave behind. */
  readonly isLikely: boolean;
  readonly isFromList: boolean;
  /** The mail quotes what it answers, as people's replies do. */
  readonly hasQuote: boolean;
  /** Its subject begins with `Re:`. */
  readonly isAnswer: boolean;
}

/** What the words of a mail make of it; the score says how surely. */
export interface WordingVerdict {
  readonly kind: 'absence' | 'left' | 'notice';
  readonly score: number;
  readonly hit: PhraseHit;
}

/** From this score on words alone are enough. */
export const ENOUGH = 2;

/** An automatic reply comes to the point here. */
const POINT_BY = 5;
/** A text with more sentences than this is a letter. */
const MAX_SENTENCES = 16;
/** Greetings and names are no sentences. */
const MIN_WORDS = 4;

/**
 * Reads what a text says of an absence, in the present or future tense and at its beginning. Every sentence that such
 * replies are made of speaks for one, every other against it. Null: it says nothing of the kind.
 */
export function readAutomaticWording(
  sentences: readonly Sentence[],
  { isLikely, isFromList, hasQuote, isAnswer }: Circumstances,
): WordingVerdict | null {
  const verdicts = (['left', 'absence', 'notice'] as const).flatMap((kind) => {
    const found = firstHit(sentences.slice(0, POINT_BY), kind);
    return found === undefined ? [] : [{ kind, hit: found }];
  });
  const [first] = verdicts;
  if (first === undefined) return null;
  const around = new Set(
    sentences.flatMap((sentence) => hitsIn(sentence, automaticRules.around).map(({ id }) => meaningOf(id))),
  );
  const notices = new Set(
    sentences.flatMap((sentence) => hitsIn(sentence, automaticRules.notice).map(({ id }) => meaningOf(id))),
  );
  const personal = sentences.filter(isPersonal).length;
  const foreign = sentences.filter((sentence) => isForeign(sentence)).length;
  const circumstances =
    (isLikely ? 1.5 : 0) - (isFromList ? 2.5 : 0) - (hasQuote ? 1 : 0) - (isAnswer ? 0.5 : 0);
  const score =
    (notices.has('automated') ? 1.5 : 0) +
    Math.min(3, around.size) * 0.75 -
    personal * 1.5 -
    foreign * 0.5 -
    (sentences.length > MAX_SENTENCES ? 2 : 0) +
    circumstances;
  // A notice is told by many signs only: people, too, say that they received something.
  const base = { absence: 2.5, left: 1.75, notice: 0.25 + notices.size * 0.75 }[first.kind];
  return { ...first, score: base + score };
}

function firstHit(
  sentences: readonly Sentence[],
  kind: 'absence' | 'left' | 'notice',
): PhraseHit | undefined {
  return sentences.flatMap((sentence) =>
    sentence.isQuestion ? [] : hitsIn(sentence, automaticRules[kind]),
  )[0];
}

/** A question, a price, or what people say to each other. */
function isPersonal(sentence: Sentence): boolean {
  return (
    sentence.isQuestion ||
    /[$€£]\s?\d|\d\s?(?:[€£$]|(?:usd|eur|euro|gbp)\b)/i.test(sentence.text) ||
    firesIn(sentence, personalSigns)
  );
}

/** Longer than a greeting, and nothing that automatic replies are made of. */
function isForeign(sentence: Sentence): boolean {
  const { absence, around, left, notice } = automaticRules;
  return (
    sentence.words.split(' ').length - 2 >= MIN_WORDS &&
    ![absence, around, left, notice].some((rules) => firesIn(sentence, rules))
  );
}
