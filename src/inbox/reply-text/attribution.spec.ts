import { describe, expect, it } from '@jest/globals';
import { attributionAt, splitOffAttribution } from './attribution.js';
import { toReplyLine, toReplyLines } from './reply-line.js';

const linesOf = (text: string): number => attributionAt(toReplyLines(text), 0);

describe('attributionAt', () => {
  it.each([
    ['en', 'On Thu, Jan 2, 2020 at 10:00 AM Jane Doe <jane@example.com> wrote:'],
    ['en', 'On 2 Jan 2020, at 10:00, Jane Doe <jane@example.com> wrote:'],
    ['en', 'On 01/02/2020 10:00 AM, Jane Doe wrote:'],
    ['en', 'On Thursday, January 2, 2020, 10:00:00 AM GMT+1, Jane Doe <jane@example.com> wrote: '],
    ['en', 'On Thu, Jan 2, 2020 at 10:00 AM <jane@example.com> wrote:'],
    ['en', '*On Thu, Jan 2, 2020 at 10:00 AM Jane Doe <jane@example.com> wrote:*'],
    ['en', 'In a message dated 1/2/2020 10:00:00 AM Eastern Standard Time, jane@example.com writes:'],
    ['en', 'Jane Doe <jane@example.com> wrote on Thu, 2 Jan 2020:'],
    ['en', 'At 10:00 AM 1/2/2020, you wrote:'],
    ['de', 'Am Do., 2. Jan. 2020 um 10:00 Uhr schrieb Jane Doe <jane@example.com>:'],
    ['de', 'Am 02.01.2020 um 10:00 schrieb Jane Doe <jane@example.com>:'],
    ['de', 'Am 02.01.20 um 10:00 schrieb Jane Doe:'],
    ['de', 'Jane Doe <jane@example.com> schrieb am Do., 2. Jan. 2020, 10:00:'],
    ['fr', 'Le jeu. 2 janv. 2020 à 10:00, Jane Doe <jane@example.com> a écrit :'],
    ['fr', 'Le 02/01/2020 à 10:00, Jane Doe a écrit :'],
    ['es', 'El jue., 2 ene. 2020 a las 10:00, Jane Doe (<jane@example.com>) escribió:'],
    ['es', 'El 2 de enero de 2020, 10:00, Jane Doe escribió:'],
    ['pt', 'Em qui., 2 de jan. de 2020 às 10:00, Jane Doe <jane@example.com> escreveu:'],
    ['pt', 'A quinta, 2/01/2020, 10:00, Jane Doe <jane@example.com> escreveu:'],
    ['it', 'Il giorno gio 2 gen 2020 alle ore 10:00 Jane Doe <jane@example.com> ha scritto:'],
    ['nl', 'Op do 2 jan. 2020 om 10:00 schreef Jane Doe <jane@example.com>:'],
    ['nl', 'Op 2 jan. 2020, om 10:00 heeft Jane Doe <jane@example.com> het volgende geschreven:'],
    ['pl', 'czw., 2 sty 2020 o 10:00 Jane Doe <jane@example.com> napisał(a):'],
    ['pl', 'W dniu 02.01.2020 o 10:00, Jane Doe pisze:'],
    ['pl', 'Wiadomość napisana przez Jane Doe <jane@example.com> w dniu 2 sty 2020, o godz. 10:00:'],
    ['ru', 'чт, 2 янв. 2020 г. в 10:00, Jane Doe <jane@example.com>:'],
    ['ru', '2 января 2020 г., в 10:00, Jane Doe <jane@example.com> написал(а):'],
    ['ru', '02.01.2020, 10:00, "Jane Doe" <jane@example.com>:'],
    ['ru', '02.01.2020 10:00, Jane Doe пишет:'],
    ['ru', 'Thu, 2 Jan 2020 10:00:00 +0300 от Jane Doe <jane@example.com>:'],
    ['uk', 'чт, 2 січ. 2020 р. о 10:00 Jane Doe <jane@example.com> пише:'],
    ['bg', 'На чт, 2.01.2020 г. в 10:00 Jane Doe <jane@example.com> написа:'],
    ['sr', 'чет, 2. јан 2020. у 10:00 Jane Doe <jane@example.com> је написао/ла:'],
    ['hr', 'čet, 2. sij 2020. u 10:00 Jane Doe <jane@example.com> napisao je:'],
    ['sl', 'V V čet., 2. jan. 2020 ob 10:00 je oseba Jane Doe <jane@example.com> napisala:'],
    ['cs', 'čt 2. 1. 2020 v 10:00 odesílatel Jane Doe <jane@example.com> napsal:'],
    ['cs', 'Dne 02.01.2020 v 10:00 Jane Doe napsal(a):'],
    ['sk', 'št 2. 1. 2020 o 10:00 Jane Doe <jane@example.com> napísal(a):'],
    ['hu', 'Jane Doe <jane@example.com> ezt írta (időpont: 2020. jan. 2., Cs, 10:00):'],
    ['hu', '2020.01.02. 10:00 keltezéssel, Jane Doe írta:'],
    ['ro', 'În joi, 2 ian. 2020 la 10:00, Jane Doe <jane@example.com> a scris:'],
    ['sv', 'Den tors 2 jan. 2020 kl 10:00 skrev Jane Doe <jane@example.com>:'],
    ['sv', '2 jan. 2020 kl. 10:00 skrev Jane Doe <jane@example.com>:'],
    ['no', 'tor. 2. jan. 2020 kl. 10:00 skrev Jane Doe <jane@example.com>:'],
    ['da', 'Den tor. 2. jan. 2020 kl. 10.00 skrev Jane Doe <jane@example.com>:'],
    ['is', 'fim., 2. jan. 2020 kl. 10:00 skrifaði Jane Doe <jane@example.com>:'],
    ['fi', 'to 2. tammik. 2020 klo 10.00 Jane Doe (jane@example.com) kirjoitti:'],
    ['fi', 'Jane Doe <jane@example.com> kirjoitti 2.1.2020 kello 10.00:'],
    ['et', 'Kontakt Jane Doe (<jane@example.com>) kirjutas kuupäeval N, 2. jaanuar 2020 kell 10:00:'],
    ['lv', 'ceturtd., 2020. g. 2. janv., plkst. 10:00 — lietotājs Jane Doe (<jane@example.com>) rakstīja:'],
    ['lt', '2020-01-02, kt, 10:00 Jane Doe <jane@example.com> rašė:'],
    ['el', 'Στις Πέμ 2 Ιαν 2020 στις 10:00 π.μ., ο χρήστης Jane Doe <jane@example.com> έγραψε:'],
    ['tr', 'Jane Doe <jane@example.com>, 2 Oca 2020 Per, 10:00 tarihinde şunu yazdı:'],
    ['tr', '2 Ocak 2020 10:00 tarihinde Jane Doe yazdı:'],
    [
      'he',
      '\u200fבתאריך יום ה׳, 2 בינו׳ 2020 ב-10:00 מאת \u202aJane Doe\u202c\u200f <\u202ajane@example.com\u202c\u200f>:\u200f',
    ],
    ['ar', 'في الخميس، ٢ يناير ٢٠٢٠ في ١٠:٠٠ ص تمت كتابة ما يلي بواسطة Jane Doe <jane@example.com>:'],
    ['id', 'Pada tanggal Kam, 2 Jan 2020 pukul 10.00 Jane Doe <jane@example.com> menulis:'],
    ['vi', 'Vào Th 5, 2 thg 1, 2020 vào lúc 10:00 Jane Doe <jane@example.com> đã viết:'],
    ['th', 'ในวันที่ พฤ. 2 ม.ค. 2020 เวลา 10:00 Jane Doe <jane@example.com> เขียนว่า:'],
    ['ja', '2020年1月2日(木) 10:00 Jane Doe <jane@example.com>:'],
    ['ja', '2020/01/02 10:00、Jane Doe <jane@example.com>のメール:'],
    ['zh', 'Jane Doe <jane@example.com> 于2020年1月2日周四 上午10:00写道：'],
    ['zh', '在 2020年1月2日，上午10:00，Jane Doe <jane@example.com> 写道：'],
    ['zh', 'Jane Doe <jane@example.com> 於 2020年1月2日 週四 上午10:00寫道：'],
    ['ko', '2020년 1월 2일 (목) 오전 10:00, Jane Doe <jane@example.com>님이 작성:'],
    ['ca', 'Missatge de Jane Doe <jane@example.com> del dia dj., 2 de gen. 2020 a les 10:00:'],
    ['any', '2020-01-02 10:00 GMT+08:00 Jane Doe <jane@example.com>:'],
    ['any', '2020-01-02 10:00 GMT+01:00 Jane Doe'],
    ['any', '2020/1/2 Jane Doe <jane@example.com>'],
    ['any', 'Thursday, 2 January 2020, 10:00 AM +0100 from Jane Doe <jane@example.com>:'],
  ])('knows one of a mail program (%s): %s', (_language, attribution) => {
    expect(linesOf(`${attribution}\n\nquoted`)).toBe(1);
  });

  it.each([
    ['the address', 'On Thu, Jan 2, 2020 at 10:00 AM Jane Doe <\njane@example.com> wrote:', 2],
    ['the verb', 'On Thu, Jan 2, 2020 at 10:00 AM, Jane Doe\n<jane@example.com>\nwrote:', 3],
    [
      'the verb after a blank line',
      'On Thu, 2 Jan 2020 at 10:00 Jane\n\n<\nmailto:jane@example.com\n> wrote:',
      5,
    ],
    ['the date', 'Jane Doe <jane@example.com> schrieb am Do., 2. Jan. 2020 um\n10:00 Uhr:', 2],
    [
      'a long name',
      'Jane Doe-Muster, Firma Example <\njane@example.com> schrieb am Do., 2. Jan. 2020 um 10:00:',
      2,
    ],
    ['the colon', 'Am 02.01.2020 10:00 schrieb "Jane Doe" <jane@example.com\n>:', 2],
    ['a verb of two words', 'Jane Doe <jane@example.com>, 2 Oca 2020 Per, 10:00 tarihinde şunu\nyazdı:', 2],
    ['Czech words', 'čt 2. 1. 2020 v 10:00 odesílatel Jane Doe <jane@example.com>\nnapsal:', 2],
  ])('joins the lines of one that is wrapped before %s', (_where, attribution, lines) => {
    expect(linesOf(`${attribution}\n\nquoted`)).toBe(lines);
  });

  it('looks for its end in what a program may have wrapped, no further', () => {
    const line = 'On 2 Jan 2020 Jane Doe of a company with a name that is longer than any';
    expect(linesOf(`${line}\nJoe <joe@example.com> wrote:`)).toBe(2);
    expect(linesOf(`${line}\n${'very '.repeat(150)}\nlong wrote:`)).toBe(0);
  });

  it.each([
    ['a bare name', 'Jane Doe wrote:'],
    ['a language we do not know', 'Jane Doe kirjuttanut 2020:'],
    ['an address', 'jane@example.com:'],
    ['one without a colon', 'Op 2 jan. 2020 om 10:00 schreef Jane <jane@example.com>'],
  ])('takes %s for one only before marked lines', (_what, line) => {
    expect(linesOf(`${line}\n> quoted`)).toBe(1);
    expect(linesOf(`${line}\nnot quoted`)).toBe(0);
  });

  it.each([
    'On this day\n\nI wrote something\n\nOn 2 Jan 2020, at 10:00, Jane wrote:',
    'On Monday I wrote to your colleague, on 3 May she said no',
    'One question I had:\n\nOn Thu, Jan 2, 2020 at 10:00 AM Jane <jane@example.com> wrote:',
    'On 2 Jan 2020 I have time:\nJane <jane@example.com> wrote:\n> quoted',
    'We met on 2 January 2020, as I wrote to you.',
    'Here are the dates that we can offer:\n2020-01-02 10:00',
    '15.01.2024 14:30',
    'At 10:30 we can talk. My number is below:',
    'Le 3 mai me convient, merci.',
    'Am Montag, den 3. Mai, passt es mir.',
    'See https://example.com/on-2-jan-2020-jane-wrote',
  ])('leaves her own words: %s', (text) => {
    expect(linesOf(text)).toBe(0);
  });
});

describe('splitOffAttribution', () => {
  const split = (line: string): string[] | undefined =>
    splitOffAttribution(toReplyLine(line))?.map(({ written }) => written);

  it.each([
    ['Yes, please. On Wed, Jan 1, 2020 at 3:59 PM, jane@example.com wrote:', 'Yes, please.'],
    ['Yes --- On Wed, Jan 1, 2020 at 3:59 PM, jane@example.com wrote:', 'Yes'],
  ])('parts %s', (line, own) => {
    expect(split(line)).toEqual([own, 'On Wed, Jan 1, 2020 at 3:59 PM, jane@example.com wrote:']);
  });

  it('leaves a line that is nothing but an attribution, or her own', () => {
    expect(split('On Wed, Jan 1, 2020 at 3:59 PM, jane@example.com wrote:')).toBeUndefined();
    expect(split('This is what she wrote:')).toBeUndefined();
  });
});
