/** What rules see of one line: the rest of a longer line says nothing that they look for. */
const MAX_SEEN = 1_000;

/** One line of a mail. */
export interface ReplyLine {
  /** As it was written, without blanks at its end. */
  readonly written: string;
  /** What rules look at: no invisible characters, single blanks, trimmed, at most {@link MAX_SEEN} characters. */
  readonly text: string;
  readonly kind: 'blank' | 'quote' | 'text';
}

/** Zero-width and direction marks, soft hyphens: Hebrew and Arabic mails frame names and addresses with them. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/g;

/** Takes a text apart. All three line ends count. */
export function toReplyLines(text: string): ReplyLine[] {
  return text.split(/\r\n|\r|\n/).map(toReplyLine);
}

export function toReplyLine(line: string): ReplyLine {
  const written = line.trimEnd();
  if (written === '') return { written, text: '', kind: 'blank' };
  const text = written.slice(0, MAX_SEEN).replaceAll(INVISIBLE, '').replaceAll(/\s+/g, ' ').trim();
  if (text === '') return { written: '', text, kind: 'blank' };
  return { written, text, kind: text.startsWith('>') ? 'quote' : 'text' };
}

/** The index of the first line from `at` on that is not blank; the number of lines when all are. */
export function skipBlank(lines: readonly ReplyLine[], at: number): number {
  let next = at;
  while (lines[next]?.kind === 'blank') next++;
  return next;
}
