import { endsInWrote } from './attribution-words.js';

/** "Message", "mail" or "forwarded" in what stands between dashes above the original mail: "Original Message". */
const MESSAGE =
  /messa?g|e-?mail|courriel|nachricht|bericht|mensaje|correo|mensagem|messaggio|missatge|wiadomo[śs]|сообщени|письм|повідомленн|съобщени|порук|meddelan|melding|meddelels|besked|viesti|zpráv|správ|üzenet|levél|mesaj|ileti|mesajul|μήνυμα|poruka|sporočil|kiri$|sõnum|laiškas|žinutė|ziņa|vēstule|skilabo|thư|tin nhắn|pesan|forwarded|weitergeleitet|メッセージ|メール|邮件|郵件|訊息|消息|原信|메시지|메일|הודע|دوبارہ|الرسالة|پیام|ข้อความ|संदेश/iu;

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
  ...['alkaa välitetty viesti', 'začátek přeposlané zprávy', 'začiatok preposlanej správy'],
  ...['továbbított levél kezdete', 'iletilmiş mesajın başlangıcı', 'başlangıç iletilen mesaj'],
  ...[
    '転送されたメッセージ',
    '下面是被转发的邮件',
    '以下是轉寄的郵件',
    '전달된 메시지 시작',
    'תחילת ההודעה שהועברה',
  ],
  ...['început mesaj redirecționat', 'εκκίνηση προωθημένου μηνύματος'],
]);

/** Help desks ask for the answer above a line of theirs. */
const ABOVE_THIS_LINE =
  /(?:above|over) this line|(?:oberhalb|über) dieser (?:zeile|linie)|au-dessus de cette ligne|(?:encima|arriba) de esta línea|acima d(?:e ?st|ess)a linha|sopra (?:di )?questa (?:riga|linea)|boven deze (?:regel|lijn)|выше этой (?:строки|линии|черты)|вище цього рядка|powyżej tej linii|nad tą linią|ovanför (?:denna|den här) (?:rad|linje)|over denne linjen?|tämän (?:rivin|viivan) yläpuolelle|nad t(?:ento|ímto) řád(?:ek|kem)|この行(?:より|の)上|在此行(?:上方|之上|以上)|이 줄 위에/iu;

const ASKS =
  /^(?:please|bitte|reply|respond|write|type|antwort|merci|veuillez|répond|por favor|responda|escrib|scriv)/i;

/** Dashes of all kinds and what else draws a line. */
const LINE = String.raw`[-_=*~#+‐‑‒–—―─━><|]`;
const LINE_BEFORE = new RegExp(`^${LINE}{2,}`, 'u');
const LINE_AROUND = new RegExp(String.raw`^(?:${LINE}|\s)+|(?:${LINE}|\s)+$`, 'gu');
/** Samsung's mail program writes on behind a title. */
const TITLE = new RegExp(String.raw`^${LINE}{2,} ?([^\p{Nd}]{4,45}?) ?${LINE}{2,}`, 'u');

const MAX_LENGTH = 160;
const MAX_BARE_TITLE = 40;

/**
 * Whether a line divides the answer from the mail it answers or forwards: a dashed title ("-----Original Message-----"),
 * a dashed writer ("---- Jane Doe wrote ----"), "Begin forwarded message:", "Please reply above this line".
 */
export function isSeparator(text: string): boolean {
  const title = TITLE.exec(text)?.[1];
  if (title !== undefined && MESSAGE.test(title)) return true;
  if (text.length > MAX_LENGTH) return false;
  const inner = text.replaceAll(LINE_AROUND, '').replace(/ ?[:：]$/, '');
  if (FORWARDED.has(inner.toLowerCase())) return true;
  if (!LINE_BEFORE.test(text)) return ASKS.test(inner) && ABOVE_THIS_LINE.test(inner);
  return ABOVE_THIS_LINE.test(inner) || (/[-‐‑‒–—―─━_=*~#]$/u.test(text) && endsInWrote(inner));
}

/** Whether a line is such a title without its dashes; it divides only where headers follow. */
export function isBareTitle(text: string): boolean {
  return text.length <= MAX_BARE_TITLE && MESSAGE.test(text) && /^\p{L}+(?:[ ’']\p{L}+){1,2}$/u.test(text);
}
