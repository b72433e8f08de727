import type { AbsenceWords } from './absence-words.js';

const NOW = '(obecnie|aktualnie|teraz|chwilowo|w tej chwili|tymczasowo|niestety|dzis|dzisiaj)?';

export const pl: AbsenceWords = {
  language: 'pl',
  subjects: [
    '^(automatyczna|autom) (odpowiedz)',
    '^odpowiedz automatyczna',
    '^autoodpowiedz',
    '^(nieobecnosc|nieobecny|nieobecna) (w biurze|$)',
    '^poza biurem',
    '^jestem poza biurem',
    '^(urlop|na urlopie) (do|od|$)',
    '^potwierdzenie (otrzymania|odbioru)',
  ],
  absence: {
    'out-of-office': [
      `(jestem|bede|jestesmy|bedziemy|jest|przebywam) ${NOW} (poza biurem|nieobecny|nieobecna|nieobecni|poza firma|poza miejscem pracy)`,
      '(nie ma mnie|nie bedzie mnie|nie bede|nie jestem) ~ (w biurze|w pracy|w firmie|obecny|obecna|do|dostepny|dostepna)',
      '^(obecnie)? (poza biurem|nieobecny|nieobecna) (do|od|$)',
      '(wracam|wroce|bede z powrotem) ~ (do biura|do pracy|w biurze)',
      'bede (dostepny|dostepna) (od|ponownie|dopiero)',
    ],
    leave: [
      `(jestem|bede|jestesmy|bedziemy|jest|przebywam|przebywa) ${NOW} na (zwolnieniu|urlopie|urlopie (macierzynskim|wypoczynkowym|rodzicielskim|wychowawczym|ojcowskim)|wakacjach|zwolnieniu lekarskim|wyjezdzie|delegacji|l4|chorobowym|macierzynskim|szkoleniu)`,
      '(jestem|bede|przebywam|korzystam) ~ (w delegacji|w podrozy|w podrozy sluzbowej|z urlopu|na urlopie)',
      '^(obecnie)? na (urlopie|wakacjach|zwolnieniu) (do|od|$)',
    ],
    away: [
      '(podczas|w czasie|na czas|w trakcie) (mojej|mej) nieobecnosci',
      '(ograniczony|utrudniony) (dostep|kontakt) (do|z)',
      '(nie bede mial|nie mam|nie bede miala|brak) dostepu do',
    ],
    closed: [
      '(nasze|nasza|biuro|firma) (biuro|firma|bedzie|jest|bedzie) ~ (nieczynne|zamkniete|zamknieta|nieczynna)',
      '(przerwa|przerwe) (urlopowa|swiateczna|urlopowe|swiateczne)',
    ],
  },
  around: {
    thanks: [
      '(dziekuje|dziekujemy|dziekuje bardzo) za (wiadomosc|kontakt|maila|email|przeslana|panstwa|twoja|mail|e)',
      '(otrzymalem|otrzymalam) (panstwa|twoja|pana|pani)',
    ],
    'limited-access': ['(ograniczony|utrudniony|brak) ~ (dostep|dostepu|kontakt)'],
    instead: [
      '(w sprawach|w pilnych|w razie|w przypadku|w naglych|sprawach) ~ (pilnych|pilnej|pilne|naglych|niecierpiacych|sprawach|potrzeby|koniecznosci|przypadkach)',
      '(prosze o|prosimy o|prosze|zapraszam do|proszę|prosimy) ~ (kontakt|kontaktowac|kontaktu|skontaktowac|dzwonic|przesylac|kierowac)',
      '(moj|moja|moim|moja) (kolega|kolezanka|zastepca|kolega|asystentka|wspolpracownik)',
      'zastepuje mnie',
    ],
    'answer-later': [
      '(po|zaraz po) (moim)? powrocie',
      '(odpowiem|odpisze|odpowiemy|skontaktuje sie|odniose sie) ',
      '(wracam|wroce|powrot|powrocie) (do|w|od|dnia|po)',
      'tak szybko jak',
    ],
  },
  left: {
    'no-longer-here': [
      '(juz|wiecej) nie (pracuje|jestem pracownikiem|jest pracownikiem|pracuja|jestem zatrudniony|jestem zatrudniona)',
      'nie (pracuje|pracuja) (juz|wiecej|w firmie|tutaj|tu)',
      '(odszedlem|odszedl|odeszla|odeszlam|zakonczyl|zakonczyla|zakonczylem|zakonczylam) ~ (z firmy|prace|wspolprace|z pracy)',
      '(przeszedl|przeszla) na emeryture',
    ],
  },
  notice: {
    automated: [
      '(to jest|jest to|ta wiadomosc|niniejsza wiadomosc|wiadomosc) ~ (automatyczna|automatycznie|wygenerowana)',
      '(automatyczna|automatyczne) (odpowiedz|wiadomosc|potwierdzenie)',
      '(prosimy|prosze) (o)? (nie|nieodpowiadanie) (odpowiadac|odpowiadanie|na)?',
    ],
    received: [
      '(otrzymalismy|przyjelismy) ~ (wiadomosc|zgloszenie|zapytanie|zamowienie|maila)',
      '(twoje|panstwa|pana|pani) (zgloszenie|wiadomosc|zapytanie) ~ (zostalo|zostala) (przyjete|zarejestrowane|otrzymana|utworzone|przyjeta)',
      '(odpowiemy|skontaktujemy sie) ',
    ],
    challenge: [],
    'new-address': [
      '(moj|nasz|ten) (adres|email|adres email) ~ (zmienil|zmieniony|nieaktualny|zmianie|nieaktywny)',
      '(moj)? nowy adres',
    ],
  },
};
