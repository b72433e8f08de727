import { describe, expect, it } from '@jest/globals';
import { returnDateOf } from './return-date.js';

const SENT = new Date('2026-07-15T09:30:00Z');

const EUROPEAN: readonly (readonly [string, string])[] = [
  ['Ich bin bis zum 5. August 2026 im Urlaub.', '2026-08-05'],
  ['Ich bin bis einschließlich 5. August im Urlaub.', '2026-08-06'],
  ['Ich bin vom 20.07. bis 02.08.2026 nicht im Büro.', '2026-08-02'],
  ['Bis 02.08. abwesend, ab dem 3. August bin ich wieder erreichbar.', '2026-08-03'],
  ['Am Montag, den 3. August, bin ich wieder für Sie da. Telefon 9:00 bis 17:00 Uhr.', '2026-08-03'],
  ["Je suis absent jusqu'au 1er août.", '2026-08-01'],
  ['Je serai absente du 20 juillet au 3 août 2026 inclus.', '2026-08-04'],
  ['Absent jusqu’au 31 juillet. Je serai de retour le lundi 3 août.', '2026-08-03'],
  ['Estoy fuera de la oficina hasta el 4 de agosto de 2026.', '2026-08-04'],
  ['Estaré de vacaciones del 20 de julio al 2 de agosto. Regreso el 3 de agosto.', '2026-08-03'],
  ['Estou de férias até 10 de agosto.', '2026-08-10'],
  ['Estarei ausente e retorno em 10/08/2026.', '2026-08-10'],
  ['Sono in ferie fino al 20 agosto.', '2026-08-20'],
  ['Sarò assente dal 3 al 21 agosto, rientro il 24 agosto.', '2026-08-24'],
  ['Ik ben afwezig tot en met 2 augustus.', '2026-08-03'],
  ['Ik ben met vakantie. Vanaf 3 augustus ben ik weer bereikbaar.', '2026-08-03'],
  ['Jestem na urlopie do 7 sierpnia 2026 r.', '2026-08-07'],
  ['Nie ma mnie w biurze, wracam 10 sierpnia.', '2026-08-10'],
  ['Я в отпуске до 3 августа.', '2026-08-03'],
  ['Я в отпуске с 20 июля по 2 августа, вернусь 3 августа 2026 г.', '2026-08-03'],
  ['Я у відпустці до 5 серпня.', '2026-08-05'],
  ['Jag är på semester till och med 9 augusti.', '2026-08-10'],
  ['Jag är tillbaka den 10 augusti.', '2026-08-10'],
  ['Jeg er på ferie til 10. august.', '2026-08-10'],
  ['Olen lomalla 10. elokuuta asti.', '2026-08-10'],
  ['Jsem na dovolené do 10. srpna.', '2026-08-10'],
  ['Szabadságon vagyok augusztus 10-ig.', '2026-08-10'],
  ['Sunt în concediu până la 10 august 2026.', '2026-08-10'],
  ['10 Ağustos 2026 tarihine kadar izindeyim.', '2026-08-10'],
  ['Απουσιάζω έως 10 Αυγούστου.', '2026-08-10'],
  ['8月10日まで休暇をいただいております。', '2026-08-10'],
  ['休暇中です。2026年8月10日より出社いたします。', '2026-08-10'],
  ['我正在休假，8月10日回来上班。', '2026-08-10'],
  ['2026년 8월 10일까지 휴가입니다.', '2026-08-10'],
  ['Ich bin bis 2026-08-10 abwesend.', '2026-08-10'],
];

const AMERICAN: readonly (readonly [string, string | null])[] = [
  ['I am out of the office until August 3.', '2026-08-03'],
  ['I am out of the office until August 3rd, 2026 with limited access to email.', '2026-08-03'],
  ['I will be out through July 31, returning on Monday, August 3.', '2026-08-03'],
  ['I am out of the office through July 31.', '2026-08-01'],
  ['I am on leave from 20 July to 2 August and will be back on 3 August.', '2026-08-03'],
  ['I am out until 08/03/2026.', '2026-08-03'],
  ['I am out until 21/07/2026.', '2026-07-21'],
  ['I am out until 01/08.', '2027-01-08'],
  ['Back on Monday.', '2026-07-20'],
  ['I am away until 5 January.', '2027-01-05'],
  ['I am out until the 3rd of August.', '2026-08-03'],
  ['I return to the office 3 Aug 2026.', '2026-08-03'],
  ['I am out of the office. Call me on 555 12 34 from 9am to 5pm.', null],
  ['I am out of the office. Your mail of 10 July reached me.', null],
  ['I was out until 3 August 2020.', null],
  ['I am away until 3 August 2030.', null],
  ['I am out of the office from 20 July.', null],
  ['I am out until 31 February 2027.', null],
];

describe('returnDateOf', () => {
  it.each(EUROPEAN)('reads %j', (text, expected) => {
    expect(returnDateOf(text, SENT, false)).toBe(expected);
  });

  it.each(AMERICAN)('reads %j', (text, expected) => {
    expect(returnDateOf(text, SENT, true)).toBe(expected);
  });

  it('needs a year when it does not know when the mail was sent', () => {
    expect(returnDateOf('Out until August 3.', null, true)).toBeNull();
    expect(returnDateOf('Out until August 3, 2026.', null, true)).toBe('2026-08-03');
    expect(returnDateOf('Back on Monday.', null, true)).toBeNull();
  });
});
