/** What a header of a quoted mail tells. `other` is one of those that stand between them. */
export type HeaderKind = 'from' | 'date' | 'to' | 'subject' | 'other';

/** What mail programs call them, in many languages. */
const NAMES: Readonly<Record<HeaderKind, readonly string[]>> = {
  from: [
    'from, reply-to, von, absender, de, expéditeur, remitente, remetente, da, mittente, van, afzender, de la, expeditor',
    'od, nadawca, odesílatel, odosielateľ, šalje, pošiljatelj, от, от кого, отправитель, від, від кого, из, од',
    'fra, från, avsändare, frá, lähettäjä, saatja, no, nuo, siuntėjas, feladó, kimden, gönderen, από, người gửi, từ',
    'dari, จาก, 差出人, 送信者, 发件人, 寄件者, 寄件人, 보낸 사람, 보낸사람, 보내는 사람, מאת, من',
  ],
  date: [
    'date, sent, gesendet, gesendet am, datum, datum/zeit, envoyé, envoyé le, message du, enviado, enviado el, fecha',
    'enviada, enviada em, enviado em, data, inviato, data invio, verzonden, trimis, enviat, wysłano, wysłane',
    'odesláno, odoslané, poslano, poslato, отправлено, дата, надіслано, відправлено, изпратено, sendt, dato, skickat',
    'dagsetning, lähetetty, päivämäärä, päiväys, saadetud, išsiųsta, nosūtīts, dátum, elküldve, küldve, gönderildi',
    'gönderilme tarihi, gönderme tarihi, tarih, ημερομηνία, στάλθηκε, αποστολή, ngày, đã gửi, dikirim, tanggal, ส่ง',
    'วันที่, 日時, 送信日時, 日付, 发送时间, 发送日期, 时间, 日期, 發送日期, 寄件日期, 날짜, 보낸 날짜, 보낸날짜, נשלח',
    'תאריך, التاريخ, تم الإرسال',
  ],
  to: [
    'to, an, empfänger, à, a, para, per a, aan, către, do, komu, pre, prima, za, кому, до, til, till, vastaanottaja',
    'saaja, kam, gavėjas, címzett, kime, alıcı, προς, đến, tới, kepada, ถึง, 宛先, 收件人, 收件者, 받는 사람, 받는사람',
    'אל, إلى',
  ],
  subject: [
    'subject, re, betreff, objet, sujet, asunto, assunto, oggetto, assumpte, onderwerp, subiect, temat, předmět',
    'predmet, tema, zadeva, тема, относно, предмет, emne, ämne, efni, aihe, teema, temats, tárgy, konu, θέμα, chủ đề',
    'tiêu đề, subjek, perihal, เรื่อง, 件名, 主题, 主旨, 主題, 제목, נושא, הנושא, الموضوع',
  ],
  other: [
    'cc, bcc, kopie, kopie an, kopia, kopia do, dw, udw, kopi, kopi til, kopio, copie, copie à, copia, copia a, in cc',
    'cópia, cópia para, копия, копія, másolatot kap, bilgi, κοιν, 抄送, 副本, 참조, עותק, نسخة, attachments, anlagen',
    'pièces jointes, importance, priority, wichtigkeit, priorität, organization, mailed-by',
  ],
};

const KIND_OF = new Map(
  Object.entries(NAMES).flatMap(([kind, rows]) =>
    rows.flatMap((row) => row.split(', ').map((name) => [name, kind as HeaderKind] as const)),
  ),
);

/** Null: no mail program calls a header so. */
export function headerKindOf(name: string): HeaderKind | null {
  return KIND_OF.get(name.toLowerCase()) ?? null;
}
