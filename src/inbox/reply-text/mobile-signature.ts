/**
 * The line that a telephone or a mail program adds, by language; the group is what sent the mail. Links and stars
 * around are cut off before.
 */
const SENT_FROM = [
  String.raw`sent (?:from|by|via|with|using|through) (?:my |a |an |the )?`,
  String.raw`(?:get|try|download) (?=outlook|bluemail|boxer|spark|mailbird|mailtrack|the new)`,
  String.raw`(?:von (?:meinem?r?|unterwegs)|gesendet (?:von|mit|über|via)|diese nachricht wurde von) (?:meinem?r? )?`,
  String.raw`(?:envoyé|télécharger|obtenir|obtenez|envoyé à partir) (?:de(?:puis)?|par|via|avec|à partir de|d[’'])? ?(?:mon |ma |l[’'])?(?=\S)`,
  String.raw`(?:enviado|enviada|enviado desde|descargar|obtener|obter|obtenga) (?:desde|de|do|con|a partir do|via|pelo|através do)? ?(?:mi |mis |meu |minha |el |o )?`,
  String.raw`(?:inviato|inviata|scarica|ottieni) (?:da|dal|con|tramite)? ?(?:il |mio |mia )*`,
  String.raw`(?:verzonden|verstuurd|gestuurd|download) (?:vanaf|met|via|vanuit|van|met behulp van)? ?(?:mijn |een )?`,
  String.raw`(?:wysłane?o?|pobierz|uzyskaj) (?:z|ze|za pomocą|przy użyciu|przez)? ?(?:mojego |mojej )?`,
  String.raw`(?:отправлено|надіслано|відправлено|изпратено) (?:с|из|з|від|от|через|із|с помощью) (?:моего |мого |мобильного |my )?`,
  String.raw`(?:skickat|skickades|sendt|hämta|hent|få) (?:från|via|med|fra|min)? ?(?:min |mitt |mit )?`,
  String.raw`(?:lähetetty|hanki) `,
  String.raw`(?:odesláno|odoslané|poslano|poslato|získat) (?:z|ze|zo|pomocí|s|iz|sa) (?:mého |môjho |mojega )?`,
  String.raw`(?:trimis|enviat) (?:de pe|din|cu|des del|des de) (?:meu )?`,
  String.raw`(?:στάλθηκε) (?:από|από το) `,
];
const DEVICE = String.raw`(?=\S)[\p{L}\p{N}\s.'’&()+/®™-]{2,80}$`;
const LATIN = new RegExp(String.raw`^(?:${SENT_FROM.join('|')})${DEVICE}`, 'iu');

/** Languages that name the program first, or have no blanks. */
const OTHER =
  /^(?:von (?!.*(?:wurde|habe|hat |nicht|ist |sind )).{2,60} gesendet|.{2,40} gönderildi|.{2,30}(?:から送信|より送信|からのメール)|(?:发|發)自.{2,25}|(?:从|從|通过).{2,25}(?:发送|傳送)|.{2,25}에서 (?:보냄|발송)|נשלח מ.{2,25}|(?:أرسلت|تم الإرسال) من .{2,25}|.{2,25}(?:ról|ről) küldve|saadetud minu .{2,20}|mano .{2,20} siunčiu|(?:this )?(?:message|e-?mail|mail)(?: was)? sent (?:from|via) .{2,60})$/iu;

/** What sends mail, or makes or carries what sends mail: only such words make a signature of "sent from". */
const SENDERS = [
  'iphon|ipad|ipod|android|blackberry|samsung|galaxy|huawei|nokia|xiaomi|redmi|oneplus|motorola|xperia|pixel|wiko|nexus',
  'windows|outlook|gmail|yahoo|bluemail|superhuman|proton|tutanota|thunderbird|airmail|fastmail|verizon|t-mobile|at&t',
  'smartphone|phone|mobile|mobil|handy|tablet|telefon|téléphone|teléfono|telefone|móvil|movil|celular|cellulare',
  'portable|device|gerät|appareil|dispositivo|dispositif|toestel|puhelin|puhelim|bärbar|laptop|cihaz',
  'телефон|смартфон|айфон|планшет|мобильн|スマート|スマホ|携帯|手机|手機|휴대|נייד|טלפון|هاتف|جوال',
];
const SENDER = new RegExp(
  String.raw`${SENDERS.join('|')}|(?<!\p{L})(?:htc|moto|sony|lg|treo|palm|cell|aol|gmx|orange|spark|boxer|aqua|zoho|4g|5g|lte)(?!\p{L})`,
  'iu',
);
/** With a capital it is Apple's and Microsoft's program; without, people write it of what they sent by mail. */
const MAIL_PROGRAM = /(?:\P{L}|\p{Ll}|^)Mail(?!\p{L})/u;

/** "Get Outlook for iOS" in any language. */
const OUTLOOK = /^(?:\S+ ){0,6}outlook (?:\S+ ){0,4}(?:ios|android)(?: \S+)?$/iu;
/** "Sent from my Wiko Ridge", "Sent from Front": without a verb or a comma, nobody writes so of herself. */
const SENT_FROM_MY = /^sent from my(?: \S+){1,4}$/i;
const SENT_FROM_NAME =
  /^Sent (?:from|via|with|using) \p{Lu}\S*(?: (?:\p{Lu}\S*|for|on|by|secure|email)){0,4}$/u;

const MAX_LENGTH = 110;
/** With the addresses of links, which are cut off. */
const MAX_WRITTEN = 400;

/** Whether a line is a device's or a program's own: "Sent from my iPhone", "Get Outlook for iOS". */
export function isMobileSignature(line: string): boolean {
  if (line.length > MAX_WRITTEN) return false;
  const text = line
    .replaceAll(/<?\(?\[?(?:https?:\/\/|mailto:)[^\s>)\]]*[>)\]]*/gi, ' ')
    .replaceAll(/[*_<>[\]"“”「」]+/g, ' ')
    .replaceAll(/^[-–—\s]+|[-–—.!\s]+$/g, '')
    .replaceAll(/\s+/g, ' ');
  if (text.length > MAX_LENGTH) return false;
  if (OUTLOOK.test(text) || SENT_FROM_NAME.test(text)) return true;
  if (!LATIN.test(text) && !OTHER.test(text)) return false;
  return SENDER.test(text) || MAIL_PROGRAM.test(text) || SENT_FROM_MY.test(text);
}
