/** Letters that Unicode does not take apart into a base letter and a mark. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  ł: 'l',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ı: 'i',
  ς: 'σ',
};

/** Ways to write one thing, so that a rule has to know but one of them. */
const SAME: Readonly<Record<string, string>> = {
  'i am': 'i m',
  'i will': 'i ll',
  'i have': 'i ve',
  'i would': 'i d',
  'we are': 'we re',
  'we will': 'we ll',
  'we have': 'we ve',
  'we would': 'we d',
  'you are': 'you re',
  'is not': 'isn t',
  'are not': 'aren t',
  'do not': 'don t',
  'does not': 'doesn t',
  'did not': 'didn t',
  'will not': 'won t',
  'would not': 'wouldn t',
  'can not': 'can t',
  'let us': 'let s',
  'e mail': 'email',
  'e mails': 'emails',
  'e mailing': 'emailing',
  cannot: 'can t',
  dont: 'don t',
  doesnt: 'doesn t',
  didnt: 'didn t',
  isnt: 'isn t',
  arent: 'aren t',
  wont: 'won t',
  cant: 'can t',
  lets: 'let s',
  ive: 'i ve',
  thx: 'thanks',
  tks: 'thanks',
  pls: 'please',
  plz: 'please',
  plse: 'please',
  u: 'you',
  ur: 'your',
};

const FOLDED_SAME = new Map(Object.entries(SAME).map(([words, same]) => [fold(words), fold(same)]));

const SAME_WORDS = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[...FOLDED_SAME.keys()].join('|')})(?![\\p{L}\\p{N}])`,
  'gu',
);

/**
 * Lower case without marks (`é` is `e`, `й` is `и`), with straight apostrophes: how rules and texts meet. `ue` is `u`,
 * and so on, because Germans without an `ü` on their keyboard write it so; "true" becomes "tru" on both sides.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036F]/g, '')
    .normalize('NFC')
    .replaceAll(/[ßłøæœđıς]/g, (letter) => FOLDED[letter] ?? letter)
    .replaceAll(/([aou])e/g, '$1')
    .replaceAll(/[\u2018\u2019\u02BC\u00B4`]/g, "'");
}

/** Folded words with one way of writing each: `I’m`, `I am` and `i am` are all `i m`. */
export function sameWords(folded: string): string {
  return folded.replaceAll(SAME_WORDS, (words) => FOLDED_SAME.get(words) ?? words);
}

/**
 * The words of a text, each with a blank before and behind it: ` i m out of the office `. A second ending, as in
 * `absent(e)`, is dropped.
 */
export function plainWords(text: string): string {
  const words = fold(text)
    .replaceAll(/(?<=\p{L})\(\p{L}{1,3}\)/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return ` ${sameWords(words)} `;
}
