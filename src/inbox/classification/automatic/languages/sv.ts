import type { AbsenceWords } from './absence-words.js';

export const sv: AbsenceWords = {
  language: 'sv',
  subjects: [
    '^autosvar',
    '^(automatiskt|automatisk) (svar|frånvaro*)',
    '^(frånvaro|frånvarande|ej på kontoret|inte på kontoret)',
    '^semester (till|fram|t|från|vecka)',
    '^frånvaromeddelande',
  ],
  absence: {
    'out-of-office': [
      '(är|kommer att vara|befinner mig|är jag|är vi) ~ (inte på kontoret|ej på kontoret|frånvarande|borta från kontoret|utanför kontoret|inte på plats|ej anträffbar|inte anträffbar|otillgänglig)',
      '^(inte|ej) på kontoret',
      '(jag är|är jag|vi är|är) ~ (tillbaka|åter) (på kontoret|i tjänst|på jobbet|den|måndag|igen)',
    ],
    leave: [
      '(är|har|går på|tar|befinner mig|jag) ~ (på semester|semester|föräldraledig|tjänstledig|sjukskriven|mammaledig|pappaledig|ledig|på tjänsteresa|sjuk|på resande fot|på föräldraledighet) (till|från|och|t|den|idag|just|hela|fram|under|$)',
      '(är|jag) ~ (på semester|föräldraledig|tjänstledig|sjukskriven|föräldraledig)',
    ],
    away: [
      '(under) (min|vår) (frånvaro|semester|ledighet)',
      '(begränsad|begränsat) (tillgång|möjlighet) (till|att)',
    ],
    closed: ['(kontoret|vårt kontor|vi|företaget) (är|har|håller) ~ (stängt|semesterstängt)'],
  },
  around: {
    thanks: ['tack för (ditt|ert|din|mailet)'],
    instead: [
      '(vid|för|i) (brådskande|akuta|akut|angelägna)',
      '(kontakta|vänd dig|vänligen|ring|maila|hör av)',
      'min (kollega|kollegor)',
    ],
    'answer-later': [
      '(svarar|återkommer|svara|besvarar) (jag)? ~',
      '(när jag|så snart)',
      'åter (den|på)',
      'tillbaka (den|på|igen|måndag)',
    ],
  },
  left: {
    'no-longer-here': [
      '(arbetar|jobbar) (jag)? (inte|ej) längre',
      '(har) ~ (slutat|lämnat) ~ (på|hos|företaget|min|sin)',
      'inte längre (kvar|anställd|på)',
    ],
  },
  notice: {
    automated: [
      '(detta|det här) är ett (automatiskt|autogenererat|automatgenererat)',
      '(automatiskt|autogenererat) (svar|meddelande)',
    ],
    received: [
      '(vi|jag) har (mottagit|tagit emot|fått) (ditt|er|din) (ärende|mail|mejl|meddelande|förfrågan)',
      '(ditt|din) (ärende|förfrågan) ~ (mottagits|registrerats|skapats|registrerat)',
    ],
  },
};
