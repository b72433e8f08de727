import { describe, expect, it } from '@jest/globals';
import { headerBlockAt } from './quoted-header-block.js';
import { toReplyLines } from './reply-line.js';

const linesOf = (text: string): number => headerBlockAt(toReplyLines(text), 0);

describe('headerBlockAt', () => {
  it.each([
    [
      'en',
      'From: Jane <jane@example.com>\nSent: Thursday, January 2, 2020 10:00 AM\nTo: Joe\nSubject: Offer',
    ],
    ['en, bold', '*From:* Jane <jane@example.com>\n*Sent:* Thursday\n*To:* Joe\n*Subject:* Offer'],
    ['en, bold', '**From:** Jane\n**Date:** Thursday\n**To:** Joe\n**Subject:** Offer'],
    [
      'en, other order',
      'Date: Thu, 2 Jan 2020 10:00:00 +0100\nFrom: jane@example.com\nTo: joe@example.com\nSubject: x',
    ],
    [
      'de',
      'Von: Jane <jane@example.com>\nGesendet: Donnerstag, 2. Januar 2020 10:00\nAn: Joe\nBetreff: Angebot',
    ],
    [
      'fr',
      'De : Jane [mailto:jane@example.com]\nEnvoyé : jeudi 2 janvier 2020 10:00\nÀ : Joe\nObjet : Offre',
    ],
    [
      'es',
      'De: Jane <jane@example.com>\nEnviado el: jueves, 2 de enero de 2020 10:00\nPara: Joe\nAsunto: Oferta',
    ],
    ['pt', 'De: Jane\nEnviada em: quinta-feira, 2 de janeiro de 2020 10:00\nPara: Joe\nAssunto: Oferta'],
    ['it', 'Da: Jane <jane@example.com>\nInviato: giovedì 2 gennaio 2020 10:00\nA: Joe\nOggetto: Offerta'],
    [
      'nl',
      'Van: Jane <jane@example.com>\nVerzonden: donderdag 2 januari 2020 10:00\nAan: Joe\nOnderwerp: Aanbod',
    ],
    ['pl', 'Od: Jane <jane@example.com>\nWysłano: czwartek, 2 stycznia 2020 10:00\nDo: Joe\nTemat: Oferta'],
    ['ru', 'От: Jane <jane@example.com>\nОтправлено: 2 января 2020 г. 10:00\nКому: Joe\nТема: Предложение'],
    ['uk', 'Від: Jane <jane@example.com>\nНадіслано: 2 січня 2020 р. 10:00\nКому: Joe\nТема: Пропозиція'],
    ['sv', 'Från: Jane <jane@example.com>\nSkickat: den 2 januari 2020 10:00\nTill: Joe\nÄmne: Erbjudande'],
    ['no', 'Fra: Jane <jane@example.com>\nSendt: torsdag 2. januar 2020 10:00\nTil: Joe\nEmne: Tilbud'],
    [
      'fi',
      'Lähettäjä: Jane <jane@example.com>\nLähetetty: torstai 2. tammikuuta 2020\nVastaanottaja: Joe\nAihe: x',
    ],
    ['cs', 'Od: Jane <jane@example.com>\nOdesláno: čtvrtek 2. ledna 2020 10:00\nKomu: Joe\nPředmět: Nabídka'],
    ['hu', 'Feladó: Jane <jane@example.com>\nElküldve: 2020. január 2.\nCímzett: Joe\nTárgy: Ajánlat'],
    ['tr', 'Kimden: Jane <jane@example.com>\nGönderildi: 2 Ocak 2020 Perşembe\nKime: Joe\nKonu: Teklif'],
    ['ro', 'De la: Jane <jane@example.com>\nTrimis: joi, 2 ianuarie 2020\nCătre: Joe\nSubiect: Ofertă'],
    ['el', 'Από: Jane <jane@example.com>\nΣτάλθηκε: Πέμπτη\nΠρος: Joe\nΘέμα: Προσφορά'],
    ['ja', '差出人: Jane <jane@example.com>\n送信日時: 2020年1月2日 10:00\n宛先: Joe\n件名: x'],
    ['zh', '发件人： Jane <jane@example.com>\n发送时间： 2020年1月2日 10:00\n收件人： Joe\n主题： x'],
    ['ko', '보낸 사람: Jane <jane@example.com>\n보낸 날짜: 2020년 1월 2일\n받는 사람: Joe\n제목: x'],
    ['no language we know', 'Xaa: Jane <jane@example.com>\nXbb: 2020-01-02 10:00\nXcc: Joe\nXdd: x'],
    ['he', 'מאת: Jane <jane@example.com>\nנשלח: 2 ינואר 2020\nאל: Joe\nנושא: x'],
  ])('knows one of %s: %s', (_language, block) => {
    expect(linesOf(`${block}\n\nquoted`)).toBe(4);
  });

  it.each([
    ['a value on the next line', 'From: Jane\n<jane@example.com>\nSent: Thursday\nTo: Joe\nSubject: x', 5],
    ['blank lines between', 'From: Jane\n\nSent: Thursday\n\nTo: Joe\n\nSubject: x', 7],
    ['carbon copies and an attachment', 'From: a\nSent: b\nTo: c\nCc: d\nSubject: e\nAttachments: f', 6],
    ['two headers, one with an address', 'From: jane@example.com\nSubject: x', 2],
    ['all on one line', 'From: Jane <jane@example.com> Sent: Thursday To: Joe Subject: Offer', 1],
  ])('reads %s', (_what, block, lines) => {
    expect(linesOf(`${block}\n\nquoted`)).toBe(lines);
  });

  it.each([
    'Date: 3 May\nTime: 10:00\nAddress: 1 Example Street',
    'Name: Jane\nMail: jane@example.com\nDate of birth: 2020-01-02\nPlace: Berlin',
    'To: Berlin\nFrom: Munich',
    'Subject: what I wrote about',
    'A: yes\nB: no\nC: perhaps',
    'From: my side it is fine',
    'Von: mir aus gern',
  ])('leaves her own words: %s', (text) => {
    expect(linesOf(text)).toBe(0);
  });
});
