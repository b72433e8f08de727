import { fold } from '../wording/plain-words.js';

/** Names of the months, January first; as they are declined beside a day, and short. */
const MONTHS: readonly string[] = [
  'january jan januar janner jaenner januari janvier janv enero ene janeiro gennaio genn gen stycznia styczen stycz января январь янв tammikuuta tammikuun tammikuu ledna leden januara januári január janvar ianuarie ian січня січень ocak ιανουαρίου ιαν',
  'february feb febr februar februari février fevrier févr fev febrero fevereiro febbraio febb lutego luty luteg февраля февраль фев helmikuuta helmikuun helmikuu února unora únor februára február februar februarie лютого лютий şubat φεβρουαρίου φεβ',
  'march mar mär märz maerz mrz mars marzo março maart mrt marca marzec марта март мар maaliskuuta maaliskuun maaliskuu března brezna březen marec március martie березня березень mart μαρτίου μαρ',
  'april apr avril avr abril abr aprile kwietnia kwiecień kwiecien апреля апрель апр huhtikuuta huhtikuun huhtikuu dubna duben apríla apríl április aprilie квітня квітень nisan απριλίου απρ',
  'may mai mayo maio maggio magg mag mei maja maj мая май toukokuuta toukokuun toukokuu května kvetna květen mája máj május травня травень mayıs μαΐου μαϊ',
  'june jun juni juin junio junho giugno giu czerwca czerwiec июня июнь июн kesäkuuta kesäkuun kesäkuu června cervna červen júna jún június iunie червня червень haziran ιουνίου ιουν',
  'july jul juli juillet juil julio julho luglio lug lipca lipiec июля июль июл heinäkuuta heinäkuun heinäkuu července cervence červenec júla júl július iulie липня липень temmuz ιουλίου ιουλ',
  'august aug août aout agosto ago augustus sierpnia sierpień sierpien августа август авг elokuuta elokuun elokuu srpna srpen augusta augusztus august серпня серпень ağustos αυγούστου αυγ augusti',
  'september sep sept septembre septiembre setembro set settembre sett września wrzesnia wrzesień сентября сентябрь сен сент syyskuuta syyskuun syyskuu září zari septembra szeptember septembrie вересня вересень eylül σεπτεμβρίου σεπ',
  'october oct oktober okt octobre octubre outubro out ottobre ott października pazdziernika październik октября октябрь окт lokakuuta lokakuun lokakuu října rijna říjen októbra október octombrie жовтня жовтень ekim οκτωβρίου οκτ',
  'november nov novembre noviembre novembro listopada listopad ноября ноябрь ноя нояб marraskuuta marraskuun marraskuu listopadu novembra noiembrie листопада листопад kasım νοεμβρίου νοε',
  'december dec dez dezember décembre decembre déc diciembre dic dezembro dicembre grudnia grudzień grudzien декабря декабрь дек joulukuuta joulukuun joulukuu prosince prosinec decembra decembrie грудня грудень aralık δεκεμβρίου δεκ desember des',
];

/** Names of the days of the week, Sunday first. */
const WEEKDAYS: readonly string[] = [
  'sunday sonntag dimanche domingo domenica zondag niedziela niedzieli niedzielę воскресенье воскресенья söndag søndag sunnuntai sunnuntaina neděle nedeľa неділі неділя pazar κυριακή',
  'monday montag lundi lunes lunedì lunedi maandag poniedziałek poniedziałku poniedzialek понедельник понедельника måndag mandag maanantai maanantaina maanantaihin pondělí pondelok pondelka hétfő hétfőn hétfőig luni понеділок понеділка pazartesi δευτέρα segunda',
  'tuesday dienstag mardi martes martedì martedi dinsdag wtorek wtorku вторник вторника tisdag tirsdag tiistai tiistaina tiistaihin úterý utorok utorka kedd kedden keddig marți вівторок вівторка salı τρίτη terça terca',
  'wednesday mittwoch mercredi miércoles mercoledì mercoledi woensdag środa środę środy среда среду среды onsdag keskiviikko keskiviikkona keskiviikkoon středa středu středy streda stredu stredy szerda szerdán szerdáig miercuri середа середу середи çarşamba τετάρτη quarta',
  'thursday donnerstag jeudi jueves giovedì giovedi donderdag czwartek czwartku четверг четверга torsdag torstai torstaina torstaihin čtvrtek čtvrtka štvrtok štvrtka csütörtök csütörtökön csütörtökig joi четвер четверга perşembe πέμπτη quinta',
  'friday freitag vendredi viernes venerdì venerdi vrijdag piątek piątku пятница пятницу пятницы fredag perjantai perjantaina perjantaihin pátek pátku piatok piatka péntek pénteken péntekig vineri п’ятниця п’ятницю п’ятниці cuma παρασκευή sexta',
  'saturday samstag sonnabend samedi sábado sabato zaterdag sobota sobotę soboty суббота субботу субботы lördag lørdag lauantai lauantaina sobotu szombat sâmbătă субота суботу суботи cumartesi σάββατο',
];

const MONTH_NUMBERS = numbered(MONTHS, 1);
const WEEKDAY_NUMBERS = numbered(WEEKDAYS, 0);

/** 1 to 12 by the name of a month, in any of the languages; undefined: no such month. */
export function monthNumber(foldedWord: string): number | undefined {
  return MONTH_NUMBERS.get(foldedWord);
}

/** 0 (Sunday) to 6 by the name of a day of the week. */
export function weekdayNumber(foldedWord: string): number | undefined {
  return WEEKDAY_NUMBERS.get(foldedWord);
}

function numbered(names: readonly string[], first: number): ReadonlyMap<string, number> {
  return new Map(
    names.flatMap((line, index) =>
      fold(line)
        .split(' ')
        .map((name) => [name, index + first] as const),
    ),
  );
}
