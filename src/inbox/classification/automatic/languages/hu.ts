import type { AbsenceWords } from './absence-words.js';

export const hu: AbsenceWords = {
  language: 'hu',
  subjects: [
    '^automatikus (válasz|üzenet|valasz)',
    '^(házon kívül|hazon kivul|irodán kívül|távol|szabadságon|szabadság)',
  ],
  absence: {
    'out-of-office': [
      '(házon|irodán|irodámon) (kívül|kivul|kívüli)',
      '(nem vagyok|nem leszek|nem tartózkodom|nem tartozkodom) ~ (az irodában|irodában|bent|elérhető|a munkahelyemen|irodaban)',
      '(távol|tavol) (vagyok|leszek)',
      '(leszek|vagyok) ~ (elérhető|újra|ismét|vissza) ~ (irodában|leszek)',
    ],
    leave: [
      '(szabadságon|szabadsagon|szabadságomat|szülési szabadságon|gyesen|gyeden|táppénzen|betegszabadságon|kiküldetésben|üzleti úton|betegállományban) (vagyok|leszek|tartózkodom|vagyunk|leszünk|töltöm|tartozkodom)?',
      '(szabadságon|szabadsagon)',
    ],
    away: ['(távollétem|távollétemben|szabadságom) (alatt|idején|ideje)?'],
    closed: ['(irodánk|cégünk) ~ (zárva|szünetel)'],
  },
  around: {
    thanks: [
      '(köszönöm|köszönjük) (a)? (levelét|megkeresését|üzenetét|leveled|e-mailjét|emailjét|üzeneted|megkeresésed|e)',
    ],
    instead: [
      '(sürgős|surgos|halaszthatatlan)',
      '(kérem|kérjük|kérlek) ~ (forduljon|keresse|vegye|hívja|írjon|keresd|fordulj|vedd)',
      '(kollégám|kollégámhoz|kolléganőm|kollégáim)',
    ],
    'answer-later': [
      '(válaszolok|válaszolni|válaszolunk|visszatérek|visszaérkezésem|visszajövetelem|jelentkezem)',
    ],
  },
  left: {
    'no-longer-here': [
      '(már|tovább) nem (dolgozom|dolgozik|vagyok)',
      'nem dolgozom (már|tovább)',
      '(kilépett|kiléptem|elhagyta|távozott)',
    ],
  },
  notice: {
    automated: [
      '(ez egy)? automatikus (válasz|üzenet|értesítés|visszaigazolás)',
      '(automatikusan) (generált|küldött)',
    ],
    received: ['(megkaptuk|megkaptam|rögzítettük) ~ (levelét|üzenetét|megkeresését|kérését|bejelentését)'],
  },
};
