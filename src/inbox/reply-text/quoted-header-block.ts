import type { ReplyLine } from './reply-line.js';

type Field = 'from' | 'date' | 'to' | 'cc' | 'subject';

/** What mail programs call the headers of the mail they quote, by what they mean. Lower case. */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  from: [
    ...[
      'from',
      'von',
      'de',
      'da',
      'van',
      'od',
      'от',
      'от кого',
      'від',
      'від кого',
      'fra',
      'från',
      'lähettäjä',
    ],
    ...[
      'feladó',
      'kimden',
      'gönderen',
      '差出人',
      '送信者',
      '发件人',
      '寄件者',
      '寄件人',
      '보낸 사람',
      '보낸사람',
    ],
    ...[
      '보내는 사람',
      'מאת',
      'من',
      'από',
      'expeditor',
      'de la',
      'šalje',
      'pošiljatelj',
      'odesílatel',
      'odosielateľ',
    ],
    ...[
      'reply-to',
      'expéditeur',
      'remitente',
      'remetente',
      'mittente',
      'afzender',
      'absender',
      'nadawca',
      'saatja',
    ],
    ...[
      'отправитель',
      'siuntėjas',
      'no',
      'nuo',
      'người gửi',
      'từ',
      'dari',
      'จาก',
      'из',
      'од',
      'frá',
      'avsändare',
    ],
  ],
  date: [
    ...[
      'sent',
      'date',
      'gesendet',
      'datum',
      'message du',
      'gesendet am',
      'envoyé',
      'envoyé le',
      'enviado',
      'enviado el',
    ],
    ...[
      'enviada em',
      'enviado em',
      'enviada',
      'fecha',
      'data',
      'inviato',
      'data invio',
      'verzonden',
      'wysłano',
    ],
    ...[
      'wysłane',
      'отправлено',
      'дата',
      'надіслано',
      'відправлено',
      'sendt',
      'dato',
      'skickat',
      'datum/zeit',
    ],
    ...[
      'lähetetty',
      'päivämäärä',
      'päiväys',
      'odesláno',
      'odoslané',
      'dátum',
      'elküldve',
      'küldve',
      'gönderildi',
    ],
    ...[
      'gönderilme tarihi',
      'tarih',
      'gönderme tarihi',
      '日時',
      '送信日時',
      '日付',
      '发送时间',
      '日期',
      '發送日期',
    ],
    ...[
      '寄件日期',
      '发送日期',
      '时间',
      '날짜',
      '보낸 날짜',
      '보낸날짜',
      'נשלח',
      'תאריך',
      'التاريخ',
      'تم الإرسال',
      'ημερομηνία',
    ],
    ...[
      'στάλθηκε',
      'αποστολή',
      'trimis',
      'poslano',
      'poslato',
      'saadetud',
      'išsiųsta',
      'nosūtīts',
      'изпратено',
    ],
    ...['ngày', 'đã gửi', 'dikirim', 'tanggal', 'ส่ง', 'วันที่', 'dagsetning', 'enviat'],
  ],
  to: [
    ...['to', 'an', 'à', 'a', 'para', 'aan', 'do', 'кому', 'til', 'till', 'vastaanottaja', 'címzett', 'kime'],
    ...[
      'alıcı',
      '宛先',
      '收件人',
      '收件者',
      '받는 사람',
      '받는사람',
      'אל',
      'إلى',
      'προς',
      'către',
      'prima',
      'za',
      'komu',
    ],
    ...['pre', 'saaja', 'kam', 'до', 'đến', 'tới', 'kepada', 'ถึง', 'empfänger', 'per a', 'gavėjas'],
  ],
  cc: [
    ...[
      'copie à',
      'kopie an',
      'kopia do',
      'kopi til',
      'cópia para',
      'copia a',
      'cópia de',
      'в копии',
      'ответить',
    ],
    ...[
      'cc',
      'kopie',
      'kopia',
      'kopi',
      'kopio',
      'copie',
      'copia',
      'копия',
      'копія',
      'másolatot kap',
      'bilgi',
      'dw',
    ],
    ...[
      '抄送',
      '副本',
      '참조',
      'עותק',
      'نسخة',
      'κοιν',
      'bcc',
      'kopie an',
      'in cc',
      'cópia',
      'attachments',
      'anlagen',
    ],
    ...['importance', 'priority', 'wichtigkeit', 'priorität', 'mailed-by', 'organization'],
  ],
  subject: [
    ...[
      'subject',
      'betreff',
      'objet',
      'asunto',
      'assunto',
      'oggetto',
      'onderwerp',
      'temat',
      'тема',
      'emne',
      'ämne',
    ],
    ...[
      'aihe',
      'předmět',
      'predmet',
      'tárgy',
      'konu',
      '件名',
      '主题',
      '主旨',
      '主題',
      '제목',
      'נושא',
      'הנושא',
      'الموضوع',
    ],
    ...[
      'θέμα',
      'subiect',
      'zadeva',
      'teema',
      'tema',
      'temats',
      'относно',
      'предмет',
      'chủ đề',
      'tiêu đề',
      'subjek',
    ],
    ...['เรื่อง', 'perihal', 'efni', 'assumpte', 're'],
  ],
};

const FIELD_OF = new Map(
  Object.entries(NAMES).flatMap(([field, names]) => names.map((name) => [name, field as Field] as const)),
);

/** Labels that begin the next header where a whole block stands on one line. */
const INNER_LABEL =
  /[\s*](Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|Inviato|A|Oggetto)\*{0,2} ?:/g;

const MAX_NAME = 24;
/** Lines that a block may take: five headers, each with a continuation line or a blank one. */
const MAX_LINES = 16;
/** Lines between two headers: the rest of a long recipient list, or a blank line. */
const MAX_GAP = 2;

/**
 * How many lines, from `at` on, repeat the headers of a quoted mail ("From: … Sent: … To: … Subject: …", in any of
 * many languages and in any order); 0: they do not.
 */
export function headerBlockAt(lines: readonly ReplyLine[], at: number): number {
  const first = lines[at];
  if (first?.kind !== 'text' || fieldOf(first.text) === null) return 0;
  if (first.text.length > 40 && innerLabels(first.text) >= 2) return 1;
  const fields = new Set<Field>();
  let end = at;
  let address = false;
  for (let next = at; next < lines.length && next < at + MAX_LINES && next - end <= MAX_GAP; next++) {
    const line = lines[next];
    if (line === undefined || line.kind === 'quote') break;
    const field = fieldOf(line.text);
    if (field === null && line.kind === 'text' && fields.size >= 4) break;
    address ||= line.text.includes('@');
    if (field === null) continue;
    if (fields.has(field) && field !== 'cc' && field !== 'to') break;
    fields.add(field);
    end = next + 1;
  }
  return isBlock(fields, address) ? end - at : 0;
}

function isBlock(fields: ReadonlySet<Field>, address: boolean): boolean {
  if (!fields.has('from') && !fields.has('date')) return false;
  if (fields.size >= 3) return true;
  return fields.size === 2 && address && !fields.has('cc');
}

/** The header that a line begins with, however it is decorated: `*From:*`, `**Von:**`, `De :`, `发件人：`. */
function fieldOf(text: string): Field | null {
  const colon = text.slice(0, MAX_NAME + 8).search(/[:：]/);
  if (colon < 1) return null;
  const name = text
    .slice(0, colon)
    .replaceAll(/[*_|#]+/g, '')
    .trim()
    .toLowerCase();
  return name.length > MAX_NAME ? null : (FIELD_OF.get(name) ?? null);
}

function innerLabels(text: string): number {
  return new Set([...text.matchAll(INNER_LABEL)].map(([, label]) => label)).size;
}
