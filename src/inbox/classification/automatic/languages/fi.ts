import type { AbsenceWords } from './absence-words.js';

export const fi: AbsenceWords = {
  language: 'fi',
  subjects: [
    '^(automaattinen|automaatti) (vastaus|poissaoloilmoitus|vastausviesti|poissaoloviesti)',
    '^automaattivastaus',
    '^poissa',
    '^poissaolo*',
    '^(lomalla|loma)',
  ],
  absence: {
    'out-of-office': [
      '(olen|olemme|on) ~ (poissa|poissa toimistolta|toimiston ulkopuolella|poissa töistä|poissa työpaikalta|tavoittamattomissa|matkoilla)',
      '^(poissa) (toimistolta)',
      'en ole (toimistolla|paikalla|töissä|tavoitettavissa)',
      '(palaan|palaamme|olen) ~ (takaisin|töihin|toimistolle|toimistolla|jälleen|työpaikalle)',
    ],
    leave: [
      '(olen|olemme|on|jään|vietän) ~ (lomalla|kesälomalla|talvilomalla|vuosilomalla|vanhempainvapaalla|äitiyslomalla|äitiysvapaalla|isyysvapaalla|sairauslomalla|sairaslomalla|vapaalla|virkamatkalla|työmatkalla|perhevapaalla|hoitovapaalla|opintovapaalla|lomaa|lomamatkalla)',
      '^lomalla',
    ],
    away: ['poissaoloni aikana', 'lomani aikana'],
    closed: ['(toimistomme|toimisto|yrityksemme) on (suljettu|kiinni|lomalla)'],
  },
  around: {
    thanks: [
      'kiitos (viestistäsi|viestistänne|sähköpostistasi|yhteydenotostasi|yhteydenotostanne|sähköpostista|viestistä)',
    ],
    instead: [
      '(kiireellisissä|kiireisissä|kiireellisessä|akuuteissa|kiireelliset|kiireasioissa)',
      '(ota|ottakaa|voit ottaa|ole) ~ (yhteyttä|yhteydessä)',
    ],
    'answer-later': ['(vastaan|vastaamme|palaan|luen)', 'palattuani'],
  },
  left: {
    'no-longer-here': [
      '(en|ei) (työskentele|ole) enää',
      '(olen|on) (siirtynyt|lähtenyt|jäänyt) (pois|eläkkeelle|toisiin|yrityksestä)',
      '(eläkkeelle|eläkkeellä)',
    ],
  },
  notice: {
    automated: [
      '(tämä) on (automaattinen|automaattivastaus|automaattisesti)',
      'automaattinen (vastaus|viesti|kuittaus)',
    ],
    received: [
      '(olemme|olen) (vastaanottaneet|vastaanottanut|saaneet) ~ (viestisi|viestinne|yhteydenottosi|pyyntösi)',
      '(viestisi|pyyntösi) on vastaanotettu',
    ],
  },
};
