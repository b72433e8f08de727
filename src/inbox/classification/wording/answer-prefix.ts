/** What mail programs put before the subject of an answer or a forwarded mail, in the languages that translate it. */
const PREFIX =
  /^\s{0,5}(?:re|aw|wg|fwd?|fw|tr|rv|sv|vs|antw|odp|ref|vl|res|enc|rif|r|i|вн|отв|ha|ynt|回复|答复|返信)\s?(?:\[\d{1,3}\])?\s?[:：]\s{0,5}/iu;

/** The subject without its `Re:`, `AW:`, `Odp:` …; the same when it has none, blanks at its ends aside. */
export function withoutAnswerPrefix(subject: string): string {
  let rest = subject.slice(0, 1000).trim();
  for (let turn = 0; turn < 5 && PREFIX.test(rest); turn += 1) rest = rest.replace(PREFIX, '');
  return rest.trim();
}
