import type { WordingWords } from './wording-words.js';

type Requests = Pick<WordingWords, 'language' | 'unsub' | 'unsubAlone'> &
  Partial<Pick<WordingWords, 'notUnsub'>>;

/** Languages of which we know how people ask to be left alone, but not how they agree or decline. */
const REQUESTS: readonly Requests[] = [
  {
    language: 'sv',
    unsub: {
      'remove-me': [
        '(ta bort|stryk|avregistrera|avanmäl|avprenumerera|radera) (mig|oss|min adress|min e-post|min mejl|mina uppgifter)',
        '(vill|önskar|vänligen) ~ (avregistrera|avprenumerera|avsluta prenumerationen|bli borttagen)',
      ],
      'do-not-contact': [
        '(sluta) ~ (mejla|maila|skicka|kontakta|skriva)',
        '(kontakta|mejla|maila|skriv till) (mig|oss) inte ',
        '(vill|önskar) inte ~ (få|ha|ta emot) ~ (mejl|mail|e-post|utskick|nyhetsbrev)',
        'inga fler (mejl|mail|utskick|e-post)',
      ],
    },
    unsubAlone: [
      'avregistrera',
      'avregistrera mig',
      'avprenumerera',
      'avanmälan',
      'avsluta prenumeration',
      'ta bort mig',
      'stopp',
      'sluta',
    ],
  },
  {
    language: 'da',
    unsub: {
      'remove-me': [
        '(fjern|slet|afmeld|frameld) (mig|os|min adresse|min e-mail|min mail|mine data|mine oplysninger)',
        '(ønsker|vil) ~ (afmelde|framelde|afmeldes|slettes)',
      ],
      'do-not-contact': [
        '(stop|hold op) med at ~ (skrive|sende|maile|kontakte)',
        '(kontakt|skriv til) (mig|os) ikke ',
        '(ønsker|vil) ikke ~ (modtage|have|kontaktes) ',
        'ikke flere (mails|e-mails|nyhedsbreve)',
      ],
    },
    unsubAlone: ['afmeld', 'afmeld mig', 'afmelding', 'frameld', 'fjern mig', 'slet mig'],
  },
  {
    language: 'no',
    unsub: {
      'remove-me': [
        '(fjern|slett|meld av|avmeld) (meg|oss|min adresse|min e-post|mine data|mine opplysninger)',
        '(meld) (meg|oss) av',
        '(ønsker|vil) ~ (melde meg av|avmelde|slettes)',
      ],
      'do-not-contact': [
        '(slutt|stopp) å ~ (sende|skrive|kontakte|maile)',
        '(kontakt|skriv til) (meg|oss) ikke ',
        '(ønsker|vil) ikke ~ (motta|ha|kontaktes) ',
        'ikke flere (e-poster|mailer|nyhetsbrev)',
      ],
    },
    unsubAlone: ['avmeld', 'avmeld meg', 'avmelding', 'meld meg av', 'fjern meg', 'slett meg'],
  },
  {
    language: 'fi',
    unsub: {
      'remove-me': [
        '(poistakaa|poista|poistatteko|poistakaa) ~ (minut|meidät|osoitteeni|sähköpostiosoitteeni|tietoni|postituslistalta|listalta)',
        '(haluan|haluaisin) (perua|peruuttaa|erota|poistua) ',
      ],
      'do-not-contact': [
        '(en|emme) halua (enää)? ~ (viestejä|sähköposteja|vastaanottaa|saada|uutiskirjettä)',
        '(älkää|älä) ~ (lähettäkö|ottako|kirjoittako|lähetä|ota|enää)',
        '(lopettakaa|lopeta) ~ (lähettäminen|viestit|viestien|postitus)',
      ],
    },
    unsubAlone: [
      'peruuta tilaus',
      'peru tilaus',
      'poista minut',
      'poistakaa minut',
      'poista listalta',
      'lopeta',
    ],
  },
  {
    language: 'cs',
    unsub: {
      'remove-me': [
        '(odhlaste|odhlásit|odhlas|vyřaďte|vyřadit|vymažte|vymazat|odstraňte|smažte|odeberte) ~ (mě|mne|nás|můj|moji|naši|moje|z databáze|ze seznamu|odběru|z odběru)',
        '(chci|přeji si|žádám o|prosím o) ~ (odhlásit|odhlášení|vyřazení|výmaz|vymazání)',
      ],
      'do-not-contact': [
        '(už|již|prosím|více)? (mi|mě|nám|nás)? (nepište|nekontaktujte|neposílejte|nezasílejte|neotravujte) ',
        '(nepřeji|nepřejeme) si ~ ',
        '(nechci|nechceme) (už|dále|více|dostávat) ',
      ],
    },
    unsubAlone: ['odhlásit', 'odhlaste mě', 'odhlášení', 'zrušit odběr', 'vyřadit', 'smazat'],
  },
  {
    language: 'sk',
    unsub: {
      'remove-me': [
        '(odhláste|odhlásiť|vyraďte|vyradiť|vymažte|odstráňte) ~ (ma|mňa|nás|môj|moju|moje|z databázy|zo zoznamu|odberu)',
        '(chcem|želám si|žiadam o|prosím o) ~ (odhlásiť|odhlásenie|vyradenie|vymazanie)',
      ],
      'do-not-contact': [
        '(nepíšte|nekontaktujte|neposielajte|nezasielajte) ',
        '(neželám|neželáme) si ',
        '(nechcem|nechceme) (už|ďalej|viac|dostávať) ',
      ],
    },
    unsubAlone: ['odhlásiť', 'odhláste ma', 'odhlásenie', 'zrušiť odber'],
  },
  {
    language: 'hu',
    unsub: {
      'remove-me': [
        '(iratkozzam|iratkoznék|leiratkozom|leiratkozás|leiratkozni|töröljenek|töröljön|töröljék|vegyenek le|vegyen le) ',
        '(kérem|kérjük|szeretnék) ~ (törlését|törlésemet|leiratkozni|töröljenek|töröljék|leiratkozást)',
      ],
      'do-not-contact': [
        '(ne) (írjanak|írjon|küldjenek|küldjön|keressenek|keressen|zaklassanak) ~ (többet|többé|több)',
        '(nem) (kérek|kérünk|szeretnék) több ',
      ],
    },
    unsubAlone: ['leiratkozás', 'leiratkozom', 'leiratkozni', 'törlés', 'töröljenek'],
  },
  {
    language: 'ro',
    unsub: {
      'remove-me': [
        '(ștergeți|dezabonați|eliminați|scoateți|dezabonează|șterge|scoate) (mă|ne|adresa|emailul|datele) ',
        '(vreau|doresc|aș dori|rog|solicit) ~ (dezabonez|dezabonarea|dezabonare|ștergerea|ștergeți)',
      ],
      'do-not-contact': [
        'nu (îmi|ne|mă|mai)? (mai)? (trimiteți|contactați|scrieți|trimite) ',
        'nu (mai)? (doresc|vreau|dorim) să (mai)? (primesc|primim|fiu)',
      ],
    },
    unsubAlone: ['dezabonare', 'dezabonați mă', 'dezabonează mă', 'vreau să mă dezabonez'],
  },
  {
    language: 'uk',
    unsub: {
      'remove-me': [
        '(відпишіть|видаліть|приберіть|вилучіть|виключіть) (будь ласка)? (мене|нас|мою|мій|мої)',
        '(хочу|прошу|бажаю) ~ (відписатися|відписати|видалити мене|видалити мою)',
      ],
      'do-not-contact': [
        '(більше|надалі) (мені|нам)? не (пишіть|надсилайте|турбуйте|телефонуйте)',
        'не (хочу|бажаю|хочемо) (більше)? (отримувати|одержувати)',
        '(припиніть|перестаньте) ~ (писати|надсилати|розсилку|спам)',
      ],
    },
    unsubAlone: ['відписатися', 'відписка', 'відпишіть мене', 'видаліть мене', 'відмова від розсилки'],
  },
  {
    language: 'tr',
    unsub: {
      'remove-me': [
        '(beni|bizi|adresimi|mail adresimi|e-posta adresimi) ~ (çıkarın|çıkartın|silin|çıkarınız|siliniz|çıkarır|kaldırın)',
        '(abonelikten|listeden|üyelikten) ~ (çıkmak|ayrılmak|çıkarın|çıkarınız|çıkarılmak)',
      ],
      'do-not-contact': [
        '(bir daha|artık) ~ (mail|e-posta|mesaj) ~ (atmayın|göndermeyin|yollamayın|istemiyorum)',
        '(mail|e-posta|mesaj) (almak)? ~ istemiyorum',
        'bana ~ (yazmayın|ulaşmayın)',
      ],
    },
    unsubAlone: ['abonelikten çık', 'abonelikten çıkar', 'listeden çıkar', 'beni listeden çıkarın', 'iptal'],
  },
  {
    language: 'el',
    unsub: {
      'remove-me': [
        '(διαγράψτε|αφαιρέστε|απεγγράψτε) (με|μας|το email|τη διεύθυνσή)',
        '(θέλω|επιθυμώ|παρακαλώ) ~ (διαγραφή|διαγραφώ|απεγγραφή|αφαίρεση)',
      ],
      'do-not-contact': [
        '(μη|μην) ~ (στέλνετε|στείλετε|επικοινωνείτε|γράφετε) ',
        'δεν (θέλω|επιθυμώ) ~ (λαμβάνω|email|μηνύματα)',
      ],
    },
    unsubAlone: ['διαγραφή', 'απεγγραφή', 'διαγράψτε με'],
  },
  {
    language: 'ja',
    unsub: {
      'remove-me': [
        '(配信|配信を|メール配信|購読|登録)(を)?(停止|解除|中止)(して|をお願い|希望|したい|お願い)',
        '(リスト|名簿|配信先)から(削除|外して|除外)',
      ],
      'do-not-contact': [
        '(今後|もう)~(メール|連絡|配信)~(不要|送らないで|しないで|お控え|結構です|やめて)',
        '(送信|送付|連絡)(を)?(お控え|停止して|やめて)',
      ],
    },
    unsubAlone: ['配信停止', '配信停止希望', '配信停止をお願いします', '登録解除', '退会'],
  },
  {
    language: 'zh',
    unsub: {
      'remove-me': [
        '(请|請|把我|将我|將我)~(从|從|在)?~(列表|名单|名單|邮件列表)(中)?(删除|移除|刪除|去掉)',
        '(我要|我想|请帮我|請幫我|请给我)(退订|退訂|取消订阅|取消訂閱)',
      ],
      'do-not-contact': [
        '(不要再|请勿再|請勿再|别再|別再|请不要再|請不要再)(给我|向我|給我)?(发|發|联系|聯繫|发送|發送|寄)',
        '(停止|不想再|不想)(给我|收到|接收)?~(发送|發送|邮件|郵件)',
      ],
    },
    unsubAlone: ['退订', '退訂', '取消订阅', '取消訂閱', '请退订'],
  },
  {
    language: 'ko',
    unsub: {
      'remove-me': [
        '(수신거부|구독취소|구독해지)(합니다|해주세요|부탁|요청|해 주세요)',
        '(목록|명단|리스트)에서~(삭제|제외|빼)',
      ],
      'do-not-contact': ['(메일|이메일|연락)(을|를)?~(보내지마|보내지말|하지마|하지말|원하지않|그만)'],
    },
    unsubAlone: ['수신거부', '구독취소', '구독해지', '구독 취소', '수신 거부'],
  },
];

export const requestsOnly: readonly WordingWords[] = REQUESTS.map((requests) => ({
  notUnsub: [],
  negative: {},
  weakNegative: {},
  positive: {},
  weakPositive: {},
  neutral: {},
  ...requests,
}));
