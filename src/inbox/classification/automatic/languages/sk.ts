import type { AbsenceWords } from './absence-words.js';

export const sk: AbsenceWords = {
  language: 'sk',
  subjects: ['^automatická odpoveď', '^(mimo kancelárie|neprítomnosť|nie som v kancelárii|dovolenka)'],
  absence: {
    'out-of-office': [
      '(som|budem|sme|budeme) ~ (mimo kancelárie|mimo kancelária|neprítomný|neprítomná|mimo firmy|mimo pracoviska|nedostupný|nedostupná)',
      '(nie som|nebudem|nebudeme) ~ (v kancelárii|v práci|zastihnuteľný|zastihnuteľná|na pracovisku|dostupný|dostupná|prítomný|k dispozícii)',
      '^mimo kancelárie',
      '(vrátim sa|vraciam sa|budem späť|späť budem)',
    ],
    leave: [
      '(som|budem|čerpám|mám) ~ (na dovolenke|dovolenku|na materskej|na materskej dovolenke|na rodičovskej dovolenke|na služobnej ceste|práceneschopný|práceneschopná|na pn|pn)',
      '^na dovolenke',
    ],
    away: ['(počas|v čase) mojej neprítomnosti', 'obmedzený prístup'],
    closed: ['(naša|firma|kancelária|spoločnosť) ~ (zatvorená|zatvorené)', '(celozávodná dovolenka)'],
  },
  around: {
    thanks: ['(ďakujem|ďakujeme) za (váš|vašu|tvoj|správu|e-mail|email|e)'],
    instead: [
      '(v naliehavých|v prípade|v súrnych|v urgentných)',
      '(kontaktujte|obráťte sa|kontaktovať|volajte|píšte|prosím)',
    ],
    'answer-later': ['(odpoviem|odpovieme|ozvem sa|budem reagovať|odpíšem)', 'po (mojom)? návrate'],
  },
  left: {
    'no-longer-here': [
      '(už|viac) (nie som|nepracujem|nepracuje)',
      '(nepracujem|nepracuje) (už|viac|v)',
      '(odišiel|odišla|ukončil|ukončila) ~ (zo spoločnosti|z firmy|pracovný)',
    ],
  },
  notice: {
    automated: [
      '(toto|táto|tento) (je|správa|email|e) ~ (automatická|automaticky|automatický)',
      'automatická (odpoveď|správa)',
    ],
    received: [
      '(prijali|dostali) sme (váš|vašu)',
      '(vaša|váš) (správa|požiadavka|žiadosť) (bola|bol) (prijatá|zaevidovaná|prijatý)',
    ],
  },
};
