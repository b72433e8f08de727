import { ENDS_IN_WROTE } from './attribution-words.js';

/** What stands between dashes above the original of an answered or forwarded mail. Lower case. */
const TITLES = new Set([
  ...[
    'original message',
    'original email',
    'original e-mail',
    'original mail',
    'reply message',
    'forwarded message',
  ],
  ...[
    'forwarded mail',
    'forwarded email',
    'forwarded by',
    'quoted message',
    'previous message',
    'forward message',
  ],
  ...[
    'originalnachricht',
    'original-nachricht',
    'originale nachricht',
    'ursprüngliche nachricht',
    'ursprungsnachricht',
  ],
  ...[
    'ursprüngliche mail',
    'ursprüngliche e-mail',
    'originalmail',
    'original e-mail',
    'weitergeleitete nachricht',
  ],
  ...[
    'antwortnachricht',
    'weitergeleitete e-mail',
    "message d'origine",
    'message d’origine',
    'message original',
  ],
  ...["message d'origine", 'message initial', "e-mail d'origine", 'courriel original', 'message transféré'],
  ...[
    'mensaje original',
    'mensaje reenviado',
    'correo original',
    'mensagem original',
    'mensagem encaminhada',
  ],
  ...[
    'messaggio originale',
    'messaggio originario',
    'messaggio inoltrato',
    'missatge original',
    'messaggio iniziale',
  ],
  ...['oorspronkelijk bericht', 'oorspronkelijke bericht', 'origineel bericht', 'doorgestuurd bericht'],
  ...[
    'oryginalna wiadomość',
    'wiadomość oryginalna',
    'wiadomość oryginalna/original message',
    'pierwotna wiadomość',
  ],
  ...[
    'treść oryginalnej wiadomości',
    'wiadomość przekazana',
    'przekazana wiadomość',
    'wiadomość przesłana dalej',
  ],
  ...['исходное сообщение', 'оригинальное сообщение', 'первоначальное сообщение', 'пересылаемое сообщение'],
  ...[
    'пересланное сообщение',
    'перенаправленное сообщение',
    'исходное письмо',
    'начало переадресованного сообщения',
  ],
  ...[
    'конец переадресованного сообщения',
    'оригінальне повідомлення',
    'вихідне повідомлення',
    'початкове повідомлення',
  ],
  ...['переслане повідомлення', 'пересилається лист', 'оригинално съобщение', 'препратено съобщение'],
  ...['ursprungligt meddelande', 'originalmeddelande', 'ursprungsmeddelande', 'vidarebefordrat meddelande'],
  ...[
    'opprinnelig melding',
    'original melding',
    'videresendt melding',
    'oprindelig meddelelse',
    'original meddelelse',
  ],
  ...[
    'oprindelig besked',
    'videresendt meddelelse',
    'videresendt besked',
    'alkuperäinen viesti',
    'välitetty viesti',
  ],
  ...['edelleenlähetetty viesti', 'původní zpráva', 'původní e-mail', 'přeposlaná zpráva', 'pôvodná správa'],
  ...[
    'preposlaná správa',
    'eredeti üzenet',
    'továbbított üzenet',
    'orijinal mesaj',
    'özgün ileti',
    'orijinal ileti',
  ],
  ...[
    'özgün mesaj',
    'iletilen mesaj',
    'iletilmiş mesaj',
    'mesaj original',
    'mesajul original',
    'mesaj redirecționat',
  ],
  ...['αρχικό μήνυμα', 'προωθημένο μήνυμα', 'izvorna poruka', 'originalna poruka', 'prosleđena poruka'],
  ...[
    'izvirno sporočilo',
    'posredovano sporočilo',
    'algne kiri',
    'algsõnum',
    'originalus laiškas',
    'sākotnējā ziņa',
  ],
  ...[
    'oriģinālā ziņa',
    'upprunaleg skilaboð',
    'thư gốc',
    'thư đã chuyển tiếp',
    'pesan asli',
    'pesan terusan',
  ],
  ...[
    '元のメッセージ',
    'オリジナルメッセージ',
    '元のメール',
    '転送されたメッセージ',
    '原始邮件',
    '原始郵件',
    '原邮件',
    '邮件原件',
  ],
  ...[
    '原始訊息',
    '原信',
    '转发的邮件',
    '轉寄郵件',
    '转发邮件信息',
    '回复的原邮件',
    '원본 메일',
    '원본 메시지',
    '원래 메시지',
    '원본메일',
  ],
  ...[
    '전달된 메시지',
    'הודעה מקורית',
    'הודעה שהועברה',
    'forwarded message',
    'الرسالة الأصلية',
    'الرسالة المعاد توجيهها',
  ],
]);

/** What Apple Mail writes above a forwarded mail, without dashes. Lower case, without the colon. */
const FORWARDED = new Set([
  ...[
    'begin forwarded message',
    'anfang der weitergeleiteten nachricht',
    'anfang der weitergeleiteten e-mail',
  ],
  ...['début du message réexpédié', 'début du message transféré', 'inicio del mensaje reenviado'],
  ...['início da mensagem encaminhada', 'início da mensagem reencaminhada', 'inizio messaggio inoltrato'],
  ...[
    'inizio del messaggio inoltrato',
    'begin doorgestuurd bericht',
    'vidarebefordrat brev',
    'videresendt melding',
  ],
  ...['påbörja vidarebefordrat meddelande', 'start på videresendt besked', 'start på videresendt meddelelse'],
  ...[
    'początek przekazywanej wiadomości',
    'początek przekazanej wiadomości',
    'начало переадресованного сообщения',
  ],
  ...['начало пересылаемого сообщения', 'початок листа, що пересилається', 'välitetty viesti alkaa'],
  ...[
    'alkaa välitetty viesti',
    'začátek přeposlané zprávy',
    'začiatok preposlanej správy',
    'továbbított levél kezdete',
  ],
  ...[
    'iletilmiş mesajın başlangıcı',
    'başlangıç iletilen mesaj',
    '転送されたメッセージ',
    '下面是被转发的邮件',
    '以下是轉寄的郵件',
  ],
  ...[
    '전달된 메시지 시작',
    'תחילת ההודעה שהועברה',
    'început mesaj redirecționat',
    'εκκίνηση προωθημένου μηνύματος',
  ],
]);

/** Help desks ask for the answer above a line of theirs. */
const ABOVE_THIS_LINE =
  /(?:above|over) this line|oberhalb dieser (?:zeile|linie)|über dieser (?:zeile|linie)|au-dessus de cette ligne|(?:encima|arriba) de esta línea|acima (?:desta|dessa) linha|sopra (?:di )?questa (?:riga|linea)|boven deze (?:regel|lijn)|выше этой (?:строки|линии|черты)|вище цього рядка|(?:powyżej|nad) tą lini[ąę]|powyżej tej linii|ovanför (?:denna|den här) (?:rad|linje)|over denne linje[n]?|tämän (?:rivin|viivan) yläpuolelle|nad (?:tento|tímto) řád(?:ek|kem)|この行(?:より|の)上|在此行(?:上方|之上|以上)|이 줄 위에/iu;

/** The shortest and the longest line that may hold {@link ABOVE_THIS_LINE}; a sentence of hers may say it too. */
const MAX_ABOVE = 160;

/**
 * Whether a line divides the answer from the mail it answers or forwards. A dashed line may also name the writer:
 * "---- Jane Doe wrote ----".
 */
export function isSeparator(text: string): boolean {
  if (text.length > MAX_ABOVE) return false;
  const decorated = /^[-_=*~#+—–─━><|]{2,}/u.test(text);
  const inner = text
    .replaceAll(/^[-_=*~#+—–─━><|\s]+|[-_=*~#+—–─━><|\s]+$/gu, '')
    .replace(/ ?[:：]$/, '')
    .toLowerCase();
  if (decorated && TITLES.has(inner)) return true;
  if (decorated && /^-.*-$/.test(text) && ENDS_IN_WROTE.test(inner)) return true;
  if (FORWARDED.has(inner)) return true;
  return (
    ABOVE_THIS_LINE.test(text) &&
    (decorated || /^(?:please |bitte |reply|respond|write|type|antwort)/i.test(inner))
  );
}
