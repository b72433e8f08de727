import type { AbsenceWords } from './absence-words.js';

export const no: AbsenceWords = {
  language: 'no',
  subjects: [
    '^(automatisk|automatiske) (svar|fraværs*)',
    '^(fravær|fraværende|fraværsmelding|ikke på kontoret|ikke til stede)',
    '^(fraværsassistent)',
  ],
  absence: {
    'out-of-office': [
      '(er|vil være|befinner meg) ~ (ikke på kontoret|ute av kontoret|fraværende|ikke til stede|bortreist|utilgjengelig|borte fra kontoret|ikke tilgjengelig|ute av kontor)',
      '^ikke på kontoret',
      '(er|jeg) (jeg)? ~ tilbake (på kontoret|på jobb|den|igjen|mandag)',
    ],
    leave: [
      '(er|har|tar|avvikler|går ut i) (jeg|vi)? ~ (på ferie|ferie|ferieavvikling|i permisjon|permisjon|foreldrepermisjon|i foreldrepermisjon|sykmeldt|syk|på tjenestereise|på reise|fri) (til|fra|og|frem|t|i|fom|den|$)',
      '(er|jeg) ~ (på ferie|i permisjon|i foreldrepermisjon|sykmeldt)',
    ],
    away: ['(i|under) mitt fravær', 'begrenset (tilgang|mulighet)'],
    closed: ['(kontoret|vi|kontorene) (er|har|holder) ~ (stengt|feriestengt)'],
  },
  around: {
    thanks: ['takk for (din|deres|mailen|e-posten|eposten|henvendelsen|e)'],
    instead: [
      '(ved|i|for|hvis) ~ (haster|akutte|viktige|presserende|hastesaker)',
      '(kontakt|kontakte|vennligst|ring|ta kontakt|send)',
      'min kollega',
    ],
    'answer-later': [
      '(svarer|besvarer|svare|kommer tilbake|leser)',
      'tilbake (på|den|igjen|mandag)',
      '(når jeg|så snart)',
    ],
  },
  left: {
    'no-longer-here': [
      '(jobber|arbeider) (jeg)? ikke lenger',
      '(har) ~ (sluttet|forlatt) ~ (i|hos|selskapet|bedriften|på)',
      'ikke lenger (ansatt|i|hos)',
    ],
  },
  notice: {
    automated: ['dette er (et|en) (automatisk|autogenerert)', 'automatisk (svar|generert|melding)'],
    received: [
      '(vi|jeg) har mottatt (din|deres) (henvendelse|e-post|melding|epost)',
      'din (henvendelse|sak) er (mottatt|registrert|opprettet)',
    ],
  },
};
