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
  /^(?:(?:my )?(?:iphone|ipad|android|samsung)\S{0,30}(?:dan|den|'dan|'den|ımdan|umdan|umdan)? gönderildi|.{0,30}(?:telefonumdan|cihazımdan|['’]?d[ae]n) gönderildi|.{0,25}(?:から送信|より送信|からのメール)|发自我的.{1,20}|發自我的.{1,20}|从我的.{1,20}发送|從我的.{1,20}傳送|发送自.{1,25}|通过.{1,20}发送|나의 .{1,20}에서 (?:보냄|발송)|.{1,20}에서 보냄|נשלח מ.{1,25}|أرسلت من .{1,25}|تم الإرسال من .{1,25}|iphone-?(?:omról|ról) küldve|.{1,25}(?:ról|ről|omról) küldve|saadetud minu .{1,20}|mano .{1,20} siunčiu)$/iu;

/** What a program of a telephone or a web mailer is called; other words than these need "my" before them. */
const PROGRAM =
  /iphon|ipad|ipod|android|blackberry|samsung|galaxy|huawei|nokia|xiaomi|windows|outlook|gmail|yahoo|mail|smartphone|phone|mobile|mobil|handy|tablet|tablette|telefon|téléphone|teléfono|telefono|telefone|móvil|movil|celular|cellulare|cell|portable|device|gerät|appareil|dispositivo|dispositif|toestel|телефон|смартфон|айфон|планшет|bluemail|boxer|aqua|htc|motorola|moto|sony|xperia|lg|verizon|at&t|t-mobile|treo|palm|pixel|spark|superhuman|proton|tutanota|zoho|fastmail|aol|orange|puhelin|puhelimesta|mobilen|bärbar|smarttelefon|laptop|4g|5g|lte|matkapuhelimesta|cloud|airmail|newton|thunderbird|wiko|oneplus|oppo|redmi|nexus/iu;

/** "Get Outlook for iOS" in any language, and programs that have a name with capitals. */
const NAMED = /^(?:\S+ ){0,6}outlook (?:\S+ ){0,4}(?:ios|android)(?: \S+)?$/iu;
const SENT_FROM_NAME =
  /^Sent (?:from|via|with|using) \p{Lu}\S*(?: (?:\p{Lu}\S*|for|on|by|secure|email)){0,4}$/u;
const SENT_LAST =
  /^(?:von|diese .{2,20} wurde|(?:this )?(?:message|e-?mail)(?: was)?) .{2,60} (?:gesendet|sent)$|^(?:this )?(?:message|e-?mail|mail)(?: was)? sent (?:from|via|with) /i;

const MAX_LENGTH = 110;

/** Whether a line is a device's or a program's own: "Sent from my iPhone", "Get Outlook for iOS". */
export function isMobileSignature(written: string): boolean {
  if (written.length > 400) return false;
  const text = written
    .replaceAll(/<?\(?\[?(?:https?:\/\/|mailto:)[^\s>)\]]*[>)\]]*/gi, ' ')
    .replaceAll(/[*_<>[\]"“”「」]+/g, ' ')
    .replaceAll(/^[-–—\s]+|[-–—.!\s]+$/g, '')
    .replaceAll(/\s+/g, ' ');
  if (text.length > MAX_LENGTH) return false;
  if (OTHER.test(text) || NAMED.test(text) || SENT_FROM_NAME.test(text)) return true;
  if (SENT_LAST.test(text)) return PROGRAM.test(text);
  return LATIN.test(text) && (PROGRAM.test(text) || /^sent from my(?: \S+){1,4}$/i.test(text));
}
