import type { AbsenceWords } from './absence-words.js';

export const cs: AbsenceWords = {
  language: 'cs',
  subjects: ['^automatická (odpověď|odpoved)', '^(mimo kancelář|nepřítomnost|nejsem v kanceláři|dovolená)'],
  absence: {
    'out-of-office': [
      '(jsem|budu|jsme|budeme) ~ (mimo kancelář|mimo firmu|nepřítomen|nepřítomna|nepřítomný|nepřítomná|mimo pracoviště|nedostupný|nedostupná|nedostupny)',
      '(nejsem|nebudu|nebudeme) ~ (v kanceláři|k zastižení|přítomen|přítomna|v práci|na pracovišti|dostupný|dostupná|zastižení)',
      '^mimo kancelář',
      '(vrátím se|vracím se|budu zpět|zpět budu)',
    ],
    leave: [
      '(jsem|budu|čerpám|mám) ~ (na dovolené|dovolenou|na mateřské|na mateřské dovolené|na rodičovské dovolené|na služební cestě|na nemocenské|nemocen|nemocná|v pracovní neschopnosti|na neschopence|na rodičovské)',
      '^na dovolené',
      'z důvodu (dovolené|nemoci|nepřítomnosti)',
    ],
    away: ['(v|po dobu|během) (mé|mojí|moji) nepřítomnosti', 'omezený přístup'],
    closed: [
      '(naše|firma|kancelář|společnost) ~ (zavřeno|uzavřena|zavřená|uzavřeno)',
      '(celozávodní dovolená|firemní dovolená)',
    ],
  },
  around: {
    thanks: ['(děkuji|děkujeme|děkuju|díky) za (vaši|váš|vas|tvůj|zprávu|e-mail|email|e)'],
    instead: [
      '(v naléhavých|v případě|v neodkladných|v urgentních|naléhavé|v akutních)',
      '(kontaktujte|obraťte se|kontaktovat|volejte|pište|prosím)',
    ],
    'answer-later': ['(odpovím|odpovíme|ozvu se|budu reagovat|odepíši|odepíšu)', 'po (mém)? návratu'],
  },
  left: {
    'no-longer-here': [
      '(již|už) (není|nejsem|nepracuji|nepracuje|nepracuju) (ve|v|zde|u|zaměstnancem|zaměstnán|součástí)',
      '(nepracuji|nepracuje|nepracuju) (již|už|zde|ve)',
      '(odešel|odešla|ukončil|ukončila) ~ (ze společnosti|z firmy|pracovní)',
    ],
  },
  notice: {
    automated: [
      '(toto|tato|tento) (je|zpráva|email|e) ~ (automatická|automaticky|automatický)',
      'automatická (odpověď|zpráva)',
    ],
    received: [
      '(obdrželi|přijali) jsme (váš|vaši)',
      '(váš|vaše) (požadavek|zpráva|žádost|dotaz) (byl|byla) (přijat|přijata|zaregistrován|zaevidován|zaevidována)',
    ],
  },
};
