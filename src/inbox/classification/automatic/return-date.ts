import { fold } from '../wording/plain-words.js';
import { datesIn, type WrittenDate } from './dates.js';

/** A return is looked for in the beginning of a text only. */
const MAX_TEXT = 4000;
/** Cue words stand at most this far from their date. */
const WINDOW = 60;
const DAY = 24 * 3600 * 1000;
const MAX_DAYS_AHEAD = 400;

/** Cues of the day she is back, in front of the date. */
const BACK = cue(
  'back|return|regresando|retornando|volviendo|rientrando|returns|returning|resume|resuming|reachable again|available from|available again|available on|in the office on|in the office again|wieder|zuruck|zurueck|ruckkehr|retour|reviens|reviendrai|revenons|joignable|regreso|regresare|vuelvo|volvere|vuelta|reincorporo|reincorporare|reincorporacion|retorno|retornarei|regressarei|regresso|volta|volto|voltarei|rientro|rientrero|torno|tornero|ritorno|ritornero|terug|weer|wracam|wroce|powrot|powrotu|powrocie|ponownie|вернусь|возвращаюсь|возвращения|вернемся|выйду|выхожу|приступлю|снова|повернуся|повертаюся|повернусь|знову|tillbaka|ater|tilbake|tilbage|igen|palaan|takaisin|toissa|vratim|vracim|zpet|opet|vraciam|spat|opat|visszaterek|vissza|ujra|ismet|revin|reveni|intorc|intoarce|donecegim|donus|επιστρεφω|επιστρεψω',
);
/** Cues of the last day away, or of the first one back: writers do not keep them apart. */
const UNTIL = cue(
  "until|untill|till|til|'til|to|through|thru|up to|bis|bis zum|bis einschliesslich|jusqu'au|jusqu'a|jusqu au|jusque|au|hasta|hasta el|al|a|ate|ate ao|fino al|fino a|sino al|tot|tot en met|t/m|t\\.e\\.m\\.|tem|do|do dnia|до|по|till och med|t\\.o\\.m\\.|tom|frem til|indtil|til og med|t\\.o\\.m|pana pe|pana la|pana|до кінця|εως|μεχρι|asti|saakka|-|–|—",
);
const INCLUSIVE_BEFORE = cue(
  'through|thru|until and including|up to and including|bis einschliesslich|bis einschl\\.?|bis inklusive|bis inkl\\.?|tot en met|t/m|till och med|t\\.o\\.m\\.?|til og med|do wlacznie|включительно до|до конца',
);
const INCLUSIVE_AFTER =
  /^[ ,(]{0,3}(?:inclusive|included|incl\b|einschliesslich|inklusive|inkl\b|inclus|incluso|compreso|wlacznie|включительно|включно|inclusive)/u;
/** Cues of the first day away. */
const START = cue(
  'from|since|starting|beginning|between|as of|ab|ab dem|vom|von|seit|zwischen|du|depuis|a partir du|a partir de|des le|entre le|entre|desde|desde el|del|de|a partir del|a partir|do dia|dal|a partire dal|van|vanaf|sinds|tussen|od|od dnia|с|со|от|з|від|fran|fra|od|v dobe od|din|de la|απο',
);
/** After the date: back from then on. */
const BACK_AFTER = new RegExp(
  `^[^.!?\\n]{0,50}(?<!\\p{L})(?:${fold('back|again|wieder|zuruck|zurueck|retour|nouveau|joignable|vuelta|regreso|disposicion|volta|disposizione|di nuovo|weer|terug|ponownie|z powrotem|снова|вернусь|буду на|знову|ater|tillbaka|tilbake|igen|jalleen|takaisin|opet|zpet|opat|spat|ujra|ismet')})(?!\\p{L})`,
  'u',
);
const CJK_BACK_AFTER =
  /^.{0,6}(?:(?:より|から|に|부터).{0,10}(?:戻|出社|復帰|出勤|勤務|営業|対応|返信|복귀|출근|정상)|以降|以后|以後|之后|回|返|上班|恢复|复工|복귀|출근)/u;
const CJK_UNTIL_AFTER = /^ ?(?:\([^)]{1,4}\) ?)?(?:まで|迄|为止|為止|止|之前|前|까지)/u;
const SUFFIX_UNTIL_AFTER =
  /^(?:[-'’:]?(?:ig|ye|ya|e|a|ine|una|sine)(?: kadar)?(?!\p{L})| ?(?:asti|saakka|tarihine kadar|kadar))/u;

/**
 * The day she is back, `YYYY-MM-DD`; null when the text does not tell. "Back on" wins over "until"; of several, the last.
 * "Until the 5th" gives the 5th, "through the 5th" the 6th. With no `sentAt` only dates with a year count.
 */
export function returnDateOf(text: string, sentAt: Date | null, readsMonthFirst: boolean): string | null {
  const folded = fold(text.slice(0, MAX_TEXT)).replaceAll(/\s+/g, ' ');
  const dates = datesIn(folded, readsMonthFirst);
  let best: { rank: number; day: Date } | null = null;
  for (const [index, date] of dates.entries()) {
    const before = folded.slice(Math.max(date.start - WINDOW, dates[index - 1]?.end ?? 0), date.start);
    const after = folded.slice(date.end, Math.min(date.end + WINDOW, dates[index + 1]?.start ?? Infinity));
    const meaning = meaningOf(before, after);
    if (meaning === null) continue;
    const day = resolve(date, sentAt);
    if (day === null) continue;
    if (meaning.isInclusive) day.setUTCDate(day.getUTCDate() + 1);
    if (best === null || meaning.rank > best.rank || (meaning.rank === best.rank && day > best.day)) {
      best = { rank: meaning.rank, day };
    }
  }
  return best?.day.toISOString().slice(0, 10) ?? null;
}

function meaningOf(before: string, after: string): { rank: 1 | 2; isInclusive: boolean } | null {
  const clause = before.replace(/^.*[.!?](?= )/u, '');
  if (CJK_UNTIL_AFTER.test(after)) return { rank: 1, isInclusive: false };
  if (CJK_BACK_AFTER.test(after)) return { rank: 2, isInclusive: false };
  const untilAt = lastIndexOf(UNTIL, clause);
  const startAt = lastIndexOf(START, clause);
  const backAt = lastIndexOf(BACK, clause);
  // "ab dem 5. wieder": a start, but of being back.
  if (startAt > untilAt && backAt < 0) {
    return BACK_AFTER.test(after) ? { rank: 2, isInclusive: false } : null;
  }
  const isUntil = untilAt >= 0 && nothingBetween(clause, untilAt);
  if (backAt >= 0 && !(isUntil && untilAt > backAt)) return { rank: 2, isInclusive: false };
  if (isUntil) {
    const isInclusive = lastIndexOf(INCLUSIVE_BEFORE, clause.slice(-30)) >= 0 || INCLUSIVE_AFTER.test(after);
    return { rank: 1, isInclusive };
  }
  if (SUFFIX_UNTIL_AFTER.test(after)) return { rank: 1, isInclusive: false };
  return BACK_AFTER.test(after) ? { rank: 2, isInclusive: false } : null;
}

/** "Until", and then nothing but small words and the day of the week: not "until then call 5 May Street". */
function nothingBetween(clause: string, at: number): boolean {
  return clause.slice(at).split(' ').filter(Boolean).length <= 6;
}

function lastIndexOf(pattern: RegExp, text: string): number {
  let last = -1;
  for (const match of text.matchAll(pattern)) last = match.index;
  return last;
}

function cue(words: string): RegExp {
  const longestFirst = words.split('|').sort((a, b) => b.length - a.length);
  return new RegExp(`(?<!\\p{L})(?:${fold(longestFirst.join('|'))})(?!\\p{L})`, 'gu');
}

function resolve(date: WrittenDate, sentAt: Date | null): Date | null {
  const sentDay = sentAt === null ? null : Math.floor(sentAt.getTime() / DAY) * DAY;
  if (date.weekday !== undefined) {
    if (sentDay === null) return null;
    const ahead = (date.weekday - new Date(sentDay).getUTCDay() + 7) % 7 || 7;
    return new Date(sentDay + ahead * DAY);
  }
  for (const { year, month, day } of date.readings) {
    const years =
      year !== undefined
        ? [year]
        : sentDay === null
          ? []
          : [0, 1].map((more) => new Date(sentDay).getUTCFullYear() + more);
    for (const candidateYear of years) {
      const candidate = new Date(Date.UTC(candidateYear, month - 1, day));
      if (candidate.getUTCDate() !== day) continue;
      if (sentDay === null) return candidate;
      const daysAhead = (candidate.getTime() - sentDay) / DAY;
      if (daysAhead >= 0 && daysAhead <= MAX_DAYS_AHEAD) return candidate;
    }
  }
  return null;
}
