import type { AbsenceWords } from './absence-words.js';

export const ro: AbsenceWords = {
  language: 'ro',
  subjects: [
    '^(răspuns|raspuns|mesaj) (automat)',
    '^(în afara biroului|absent (de la|din|până)|absență temporară|în concediu)',
  ],
  absence: {
    'out-of-office': [
      '(sunt|voi fi|suntem|vom fi|este|mă aflu) ~ (în afara biroului|plecat din birou|plecată din birou|absent|absentă|plecat din localitate|indisponibil|indisponibilă)',
      '(nu sunt|nu voi fi|nu mă aflu) ~ (la birou|în birou|disponibil|disponibilă|la serviciu)',
      '^(în afara biroului)',
      '(revin|voi reveni|mă întorc|mă voi întoarce) ~ (la birou|în|pe|la data)',
    ],
    leave: [
      '(sunt|voi fi|suntem|vom fi|mă aflu) ~ (în|in) (concediu|concediu (medical|maternal|de odihnă|de maternitate|paternal|de creștere)|vacanță|delegație|deplasare)',
      '^(în|in) (concediu|vacanță|delegație)',
    ],
    away: [
      '(în|pe perioada|pe durata) (absenței|absența) (mele|mea)',
      '(pe durata|pe perioada) absenței',
      'acces (limitat|restricționat)',
    ],
    closed: ['(biroul|birourile|firma|compania) ~ (închis|închise|închisă)'],
  },
  around: {
    thanks: [
      '(mulțumesc|mulțumim|vă mulțumesc|vă mulțumim|îți mulțumesc) pentru (mesaj|email|e-mail|mesajul|e|emailul)',
    ],
    instead: [
      '(pentru|în caz de|în cazul|dacă) ~ (urgențe|urgență|urgente|urgent|urgentă)',
      '(vă rog|te rog|vă rugăm|puteți|rog) ~ (contactați|contacta|contactezi|adresați|scrieți|sunați|luați)',
      '(colegul|colega|colegii) (meu|mea|mei)',
    ],
    'answer-later': ['(voi răspunde|vă voi răspunde|voi reveni|îți voi răspunde|revin)', 'la întoarcere'],
  },
  left: {
    'no-longer-here': [
      'nu mai (lucrez|lucrează|sunt|este|fac parte|activez)',
      '(a|am) (părăsit|plecat din) (compania|firma|organizația)',
    ],
  },
  notice: {
    automated: [
      '(acesta|acest) (este|mesaj|email|e) ~ (automat|automatizat)',
      '(mesaj|răspuns) (automat|generat automat)',
    ],
    received: [
      '(am|a fost) (primit|înregistrat|înregistrată) (mesajul|solicitarea|cererea|emailul)',
      '(solicitarea|cererea|mesajul) (dumneavoastră|dvs|ta) a fost',
    ],
  },
};
