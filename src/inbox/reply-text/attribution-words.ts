/** How mail programs of a language say who wrote the quoted mail: the word before its date, the word for "wrote". */
interface AttributionWords {
  readonly opens: readonly string[];
  readonly wrote: readonly string[];
}

/** By ISO 639-1 code. Lower case. Most programs of the languages without `opens` begin with the date itself. */
const WORDS: Readonly<Record<string, AttributionWords>> = {
  en: { opens: ['on', 'at', 'in a message dated'], wrote: ['wrote', 'writes', 'said', 'has written'] },
  de: { opens: ['am', 'um'], wrote: ['schrieb', 'schreibt', 'geschrieben'] },
  fr: { opens: ['le'], wrote: ['a écrit', 'écrivait', 'a ecrit', 'écrit'] },
  es: { opens: ['el'], wrote: ['escribió', 'escribio', 'ha escrito'] },
  pt: { opens: ['em', 'no dia'], wrote: ['escreveu', 'escreveram'] },
  it: { opens: ['il', 'in data', 'alle'], wrote: ['ha scritto', 'scrive', 'ha inviato'] },
  ca: { opens: ['el', 'missatge de'], wrote: ['va escriure', 'ha escrit'] },
  nl: { opens: ['op'], wrote: ['schreef', 'geschreven'] },
  pl: {
    opens: ['w dniu', 'dnia', 'data'],
    wrote: ['napisał(a)', 'napisał/a', 'napisał', 'napisała', 'pisze', 'napisana przez'],
  },
  ru: { opens: ['от', 'на'], wrote: ['написал(а)', 'написал', 'написала', 'пишет', 'писал'] },
  uk: { opens: [], wrote: ['написав(ла)', 'написав', 'написала', 'пише'] },
  bg: { opens: ['на'], wrote: ['написа', 'писа'] },
  sr: {
    opens: ['dana', 'дана'],
    wrote: ['је написао', 'је написала', 'je napisao', 'je napisala', 'je napisao/la'],
  },
  sl: { opens: ['dne'], wrote: ['je napisal', 'je napisala', 'je napisal/-a'] },
  cs: { opens: ['dne'], wrote: ['napsal(a)', 'napsal', 'napsala'] },
  sk: { opens: ['dňa'], wrote: ['napísal(a)', 'napísal', 'napísala'] },
  hu: { opens: [], wrote: ['ezt írta', 'írta', 'a következőt írta'] },
  ro: { opens: ['în'], wrote: ['a scris', 'scris'] },
  sv: { opens: ['den'], wrote: ['skrev', 'skriver'] },
  no: { opens: ['på', 'den'], wrote: ['skrev', 'skreiv'] },
  da: { opens: ['den'], wrote: ['skrev', 'skriver'] },
  is: { opens: [], wrote: ['skrifaði'] },
  fi: { opens: [], wrote: ['kirjoitti'] },
  et: { opens: ['kontakt'], wrote: ['kirjutas'] },
  lv: { opens: [], wrote: ['rakstīja'] },
  lt: { opens: [], wrote: ['rašė'] },
  el: { opens: ['στις', 'την'], wrote: ['έγραψε'] },
  tr: { opens: [], wrote: ['şunu yazdı', 'yazdı', 'tarihinde yazdı'] },
  he: { opens: ['בתאריך', 'ב'], wrote: ['כתב', 'כתבה', 'כתב/ה'] },
  ar: { opens: ['في'], wrote: ['كتب', 'كتبت', 'كتب/كتبت', 'تمت كتابة ما يلي'] },
  fa: { opens: ['در'], wrote: ['نوشت'] },
  hi: { opens: [], wrote: ['ने लिखा'] },
  id: { opens: ['pada'], wrote: ['menulis'] },
  vi: { opens: ['vào'], wrote: ['đã viết'] },
  th: { opens: ['ในวันที่', 'เมื่อ'], wrote: ['เขียนว่า', 'เขียน'] },
  ja: { opens: [], wrote: ['書きました', '書き込みました', 'のメール', 'のメッセージ'] },
  zh: { opens: ['在', '于', '於'], wrote: ['写道', '寫道', '撰写', '撰寫'] },
  ko: { opens: [], wrote: ['작성', '썼습니다', '님이 작성'] },
};

const escaped = (word: string): string => word.replaceAll(/[()/.\\+*?[\]{}|^$]/g, String.raw`\$&`);
const longestFirst = (words: readonly string[]): string[] =>
  [...new Set(words)].sort((a, b) => b.length - a.length).map(escaped);

const opens = longestFirst(Object.values(WORDS).flatMap((words) => words.opens));
const wrote = longestFirst(Object.values(WORDS).flatMap((words) => words.wrote));

/** A line that begins with a word before a date. Chinese puts no blank between the two. */
export const OPENS = new RegExp(String.raw`^(?:${opens.join('|')})(?:[\s,:]|(?=\p{Nd}))`, 'iu');

/** "wrote" anywhere; in scripts without blanks between words it stands against other letters. */
export const WROTE = new RegExp(
  String.raw`(?:^|[^\p{L}]|(?<=[\p{scx=Han}\p{scx=Hangul}\p{scx=Hira}\p{scx=Thai}]))(?:${wrote.join('|')})(?!\p{sc=Latn}|\p{sc=Cyrl}|\p{sc=Grek})`,
  'iu',
);

const ENDS = new RegExp(String.raw`(?:^|\P{L}|>)(?:${wrote.join('|')})$`, 'iu');
const LAST_LETTERS = new Set(
  Object.values(WORDS).flatMap((words) =>
    words.wrote.flatMap((word) => [word.at(-1), word.at(-1)?.toUpperCase()]),
  ),
);
/** The longest "wrote" there is, with room. */
const MAX_WROTE = 30;

/** Whether a line ends in "wrote", its colon cut off. */
export function endsInWrote(text: string): boolean {
  return LAST_LETTERS.has(text.at(-1)) && ENDS.test(text.slice(-MAX_WROTE));
}
