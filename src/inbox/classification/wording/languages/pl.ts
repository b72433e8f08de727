import type { WordingWords } from './wording-words.js';

export const pl: WordingWords = {
  language: 'pl',
  unsub: {
    'remove-me': [
      '(wypisz|wypisac|wypiszcie|wypisanie|wypiszcie|usun|usunac|usuncie|usuniecie|usuniecia|wykreslic|wykresl|wykreslcie|skasuj|skasowac|wymaz|wyrejestruj|wyrejestrowac) ~ (mnie|nas|moj|moje|mojego|moich|nasz|nasze|naszego|ten adres|tego adresu|z listy|z bazy|z newslettera|adresu) ',
      '(chce|chcialbym|chcialabym|prosze|prosimy|rezygnuje|chcemy) ~ (wypisac|wypisanie|zrezygnowac|rezygnacje|usuniecie z|wykreslenie|z subskrypcji|z newslettera|z otrzymywania|wypisania)',
      '(z|ze) (listy|bazy|waszej listy|waszej bazy|panstwa listy|panstwa bazy|listy mailingowej|newslettera|subskrypcji|listy adresowej|listy odbiorcow) (mailingowej|danych|kontaktow|$)',
      '(rezygnuje|rezygnujemy) z ',
    ],
    'do-not-contact': [
      '(prosze|prosimy)? (o)? (nie|wiecej nie|juz nie|przestancie|przestac|przestan|prosze nie) (wiecej|juz)? (pisac|piszcie|wysylac|wysylajcie|kontaktowac|przysylac|nie pisz|przysylajcie|przesylac|kontaktujcie|wysylaj|pisz|niepokoic|nekac|wysylania|kontaktowania) ',
      'nie (zycze|zyczymy) sobie ~',
      'nie (chce|chcemy|zgadzam sie na|wyrazam zgody na|wyrazam zgody|wyrazamy zgody) (juz|wiecej)? (otrzymywac|dostawac|otrzymywanie|kontaktu|zadnych|na|przesylanie|przetwarzanie|byc)',
      '(zadnych|koniec) (wiecej|maili|wiadomosci|emaili|z mailami|ze spamem)',
      '(dajcie|daj) (mi|nam) spokoj',
      '(cofam|wycofuje|odwoluje) (swoja)? zgode',
      '(zaprzestac|zaprzestanie|zaprzestanie) (wysylania|kontaktu|przesylania|wysylki)',
    ],
    'delete-data': [
      '(usunac|usuniecie|usuniecia|usun|usuncie|skasowac) ~ (moje|moich|naszych|nasze|wszystkie|wszystkich) (dane|danych|danych osobowych|dane osobowe)',
      '(rodo|prawo do (bycia zapomnianym|usuniecia)|sprzeciw wobec) ',
    ],
  },
  unsubAlone: [
    'wypisz',
    'wypisz mnie',
    'wypisac',
    'wypisuje sie',
    'rezygnacja',
    'rezygnuje',
    'rezygnuj',
    'usun',
    'usun mnie',
    'prosze o wypisanie',
    'prosze mnie wypisac',
    'prosze wypisac',
    'wypisanie',
    'anuluj subskrypcje',
    'prosze o usuniecie',
    'prosze usunac',
    'koniec',
  ],
  notUnsub: [
    '^(aby|jesli|jezeli|zeby|gdyby) (sie)? ~ (wypisac|zrezygnowac|otrzymywac|chcesz|chca|usunac)',
    '(kliknij|klikajac|link|tutaj) ~ (wypisac|zrezygnowac|wypisz|rezygnacja|otrzymywac)',
    '(mozna|mozesz|moga panstwo) (sie)? (wypisac|zrezygnowac)',
    '(link|przycisk) (do)? (wypisania|rezygnacji)',
  ],
  negative: {
    'not-interested': [
      '(nie) (jestem|jestesmy|bede|bylbym|bylabym) (na razie|obecnie|tym|juz|w ogole|tym|zupelnie)? (zainteresowany|zainteresowana|zainteresowani|zainteresowane)',
      '(nie) (interesuje|interesuja|potrzebuje|potrzebujemy|szukamy|szukam|planujemy|planuje|korzystamy|skorzystamy|skorzystam|dziekuje|dziekujemy|dzieki|dziękuje|chcemy|mamy potrzeby|mam potrzeby|pasuje|widzimy potrzeby|jest nam)',
      '(nas|mnie|tym|nam) (to)? nie (interesuje|interesuja|potrzeba|potrzebne)',
      '(brak|bez|brak naszego) (zainteresowania|potrzeby|potrzeb)',
      '^nie (dziekuje|dziekujemy|dzieki|interesuje|teraz|mam|mamy|jestem|jestesmy|chce)',
      '^nie$',
      '(dziekuje ale nie|dziekujemy ale nie|nie dziekuje|dziekuje nie)',
    ],
    'already-have': [
      '(mamy|mam|korzystamy|wspolpracujemy|korzystam) juz ',
      'juz (mamy|mam|korzystamy|wspolpracujemy|korzystam)',
      '(zadowoleni|zadowolony) (z|ze)',
    ],
    'no-budget': [
      '(brak|nie mamy|nie mam) (na to)? (budzetu|srodkow|pieniedzy|funduszy|czasu)',
      '(za|zbyt) (drogo|drogie|droga|drogi)',
    ],
    'not-now': [
      '(na razie|obecnie|w tej chwili|aktualnie|teraz|w tym momencie) nie',
      'nie (teraz|w tym momencie|w tej chwili|na ten moment|w tym roku)',
      '(prosze o kontakt|skontaktuj|odezwij|wrocmy|prosze wrocic) ~ (pozniej|w przyszlym|za|po|za kilka)',
      '(moze|byc moze) (pozniej|w przyszlosci)',
    ],
    rude: ['(strata czasu|to spam|oszustwo)'],
  },
  weakNegative: { doubt: ['^(niestety|przykro)', '(niestety)'] },
  positive: {
    interested: [
      '(jestem|jestesmy|bylbym|bylabym|bardzo|chetnie) (bardzo|jak najbardziej|wstepnie)? (zainteresowany|zainteresowana|zainteresowani)',
      '(interesuje|zainteresowalo|zaciekawilo) (mnie|nas) ',
      '(mnie|nas) (to)? (interesuje|zainteresowalo|zaciekawilo)',
      '(brzmi|wyglada) (bardzo)? (dobrze|ciekawie|interesujaco|swietnie|super)',
      '(chetnie|z checia|z przyjemnoscia|jak najbardziej|oczywiscie) ',
      '(chcialbym|chcialabym|chcielibysmy|chce|poprosze) ~ (dowiedziec|porozmawiac|umowic|zobaczyc|przetestowac|poznac|otrzymac|wiecej|zamowic|spotkac)',
    ],
    call: [
      '(porozmawiajmy|umowmy|zdzwonmy|spotkajmy|mozemy porozmawiac|mozemy sie|mozemy umowic|zapraszam)',
      '(prosze|zadzwon) ~ (zadzwonic|o telefon|o kontakt telefoniczny|do mnie|dzwonic)',
      '(umowic|ustalic|zaplanowac|ustalmy|zaproponowac) ~ (spotkanie|rozmowe|termin|call|prezentacje|demo)',
      '(kiedy|jaki|jakie) ~ (pasuje|termin|terminy|dostepny|mozemy|panu|pani)',
      '(poniedzialek|wtorek|srode|czwartek|piatek|jutro) ~ (pasuje|moze byc|odpowiada|jest ok)',
    ],
    'more-information': [
      '(wiecej|dodatkowe|szczegolowe|blizsze) (informacji|szczegolow|informacje|info|szczegoly)',
      '(wyslac|przeslac|przesli|przeslij|wyslij|przesylanie|przeslanie|podeslac|podeslij|wyslanie) ~ (oferte|oferty|informacje|cennik|szczegoly|prezentacje|materialy|informacji|cennika|umowe|katalog)',
      'dowiedziec sie wiecej',
    ],
    yes: [
      '^(tak|jasne|pewnie|oczywiscie|zgoda|ok|dobrze|swietnie|super) (prosze|poprosze|chetnie|jestem|jestesmy|zapraszam|mozemy|dziekuje|bardzo|chce|pasuje)',
      '^(tak|jasne|oczywiscie|chetnie|zgoda|pewnie|bardzo chetnie|ok|tak prosze|tak chetnie)$',
      '(tak prosze|tak poprosze|tak chetnie)',
    ],
  },
  weakPositive: {
    curious: [
      '(ciekawe|interesujace|zainteresowany|zainteresowana|zainteresowani)',
      '(ile kosztuje|jaka cena|jaki koszt|jakie sa ceny|jaki jest koszt)',
      '(czekam na)',
    ],
  },
  neutral: {
    'wrong-person': [
      'nie (jestem|ja) (ta)? (wlasciwa|odpowiednia|wlasciwym|odpowiednim|odpowiedzialny|odpowiedzialna) ',
      '(zla|niewlasciwa|niewlasciwy|bledny) (osoba|adres|osobe)',
      'nie zajmuje sie ',
      '(przekazuje|przekazalem|przekazalam|prosze kontaktowac|skontaktowac) ~ (kolega|kolezanka|koledze|kolezance|dzialem|dyrektorem|dzialu)',
      '(kim pan|kim pani|skad macie|skad ma)',
    ],
    later: ['(zastanowie|przemysle|przemyslimy|dam znac|damy znac|wroce z odpowiedzia)'],
  },
};
