import type { PhraseTable } from '../../wording/phrase.js';

/** How the automatic replies of one language speak. */
export interface AbsenceWords {
  /** ISO 639-1 */
  readonly language: string;
  /** What their subjects begin with: such a subject is enough. */
  readonly subjects: readonly string[];
  /** "I am out of the office", in the present or the future. */
  readonly absence: PhraseTable;
  /** What stands around it: thanks for the mail, who helps instead, when the answer comes. */
  readonly around: PhraseTable;
  /** She no longer works there. */
  readonly left: PhraseTable;
  /** Receipts, tickets, challenges, new addresses. */
  readonly notice: PhraseTable;
}
