import type { PhraseTable } from '../phrase.js';

/** How people of one language answer. A rule's id is `<class>.<language>.<key>`. */
export interface WordingWords {
  /** ISO 639-1 */
  readonly language: string;
  /** Requests never to be written to again, or to have one's data deleted. */
  readonly unsub: PhraseTable;
  /** Words that ask for it when they are the whole answer or its subject: "stop". */
  readonly unsubAlone: readonly string[];
  /** Sentences that speak of unsubscribing and ask for nothing of the kind: footers, questions, discussions. */
  readonly notUnsub: readonly string[];
  readonly negative: PhraseTable;
  /** Says no on its own, and little beside anything else. */
  readonly weakNegative: PhraseTable;
  readonly positive: PhraseTable;
  /** Says yes on its own, and little beside anything else. */
  readonly weakPositive: PhraseTable;
  /** Neither yes nor no: the wrong person, "who are you?". Takes the place of a weak rule. */
  readonly neutral: PhraseTable;
}
