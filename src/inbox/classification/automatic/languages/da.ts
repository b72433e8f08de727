import type { AbsenceWords } from './absence-words.js';

export const da: AbsenceWords = {
  language: 'da',
  subjects: [
    '^(automatisk|automatiske) (svar|fraværs*|besvarelse)',
    '^autosvar',
    '^(fravær|fraværende|ikke på kontoret|ikke til stede)',
    '^fraværsmeddelelse',
  ],
  absence: {
    'out-of-office': [
      '(er|vil være|befinder mig) ~ (ikke på kontoret|ude af kontoret|fraværende|ikke til stede|bortrejst|ikke at træffe|uden for kontoret)',
      '^ikke på kontoret',
      '(er|jeg) (jeg)? ~ (tilbage|retur) (på kontoret|på arbejde|den|igen|mandag)',
    ],
    leave: [
      '(er|holder|har|går på|afholder) (jeg|vi)? ~ (på ferie|ferie|på barsel|barselsorlov|på orlov|sygemeldt|syg|på forretningsrejse|fri|på forældreorlov|på tjenesterejse) (til|fra|og|indtil|frem|t|i|den|$)',
      '(er|jeg) ~ (på ferie|på barsel|på barselsorlov|sygemeldt|på orlov)',
    ],
    away: ['(i|under) mit fravær', 'begrænset adgang'],
    closed: ['(kontoret|vi|virksomheden|firmaet) (er|har|holder) ~ (lukket|ferielukket|lukket)'],
  },
  around: {
    thanks: ['tak for (din|jeres|deres|mailen|henvendelsen)'],
    instead: [
      '(ved|i|hvis) ~ (hastende|haster|akutte|presserende)',
      '(kontakt|kontakte|venligst|ring til|skriv til|rette henvendelse)',
      'min kollega',
    ],
    'answer-later': [
      '(svarer|vender tilbage|besvarer|svare|læser)',
      'tilbage (på|den|igen|mandag)',
      '(når jeg|hurtigst muligt)',
    ],
  },
  left: {
    'no-longer-here': [
      '(arbejder) (jeg)? ikke længere',
      '(er) (jeg)? (fratrådt|stoppet|ikke længere) ~ (ansat|hos|i|stilling)',
      'har forladt (virksomheden|firmaet)',
    ],
  },
  notice: {
    automated: [
      '(dette|denne) er (et|en) (automatisk|automatiske|autogenereret)',
      'automatisk (svar|genereret|besked)',
    ],
    received: [
      '(vi|jeg) har modtaget (din|jeres) (henvendelse|mail|besked)',
      'din (henvendelse|sag) er (modtaget|oprettet|registreret)',
    ],
  },
};
