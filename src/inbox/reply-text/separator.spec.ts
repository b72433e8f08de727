import { describe, expect, it } from '@jest/globals';
import { isBareTitle, isSeparator } from './separator.js';

describe('isSeparator', () => {
  it.each([
    '-----Original Message-----',
    '------- Original Message -------',
    '‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐',
    '-----original message-----',
    '-----Ursprüngliche Nachricht-----',
    '---- Antwort Nachricht ----',
    '-----Message d’origine-----',
    '-----Mensaje original-----',
    '-----Mensagem Original-----',
    '-----Messaggio originale-----',
    '-----Oorspronkelijk bericht-----',
    '-----Oryginalna wiadomość-----',
    '-----Исходное сообщение-----',
    '-------- Пересылаемое сообщение --------',
    '-----Ursprungligt meddelande-----',
    '-----Oprindelig meddelelse-----',
    '-----Opprinnelig melding-----',
    '-----Alkuperäinen viesti-----',
    '-----Původní zpráva-----',
    '-----Eredeti üzenet-----',
    '-----Orijinal Mesaj-----',
    '-----元のメッセージ-----',
    '------------------ 原始邮件 ------------------',
    '-----원본 메시지-----',
    '-----הודעה מקורית-----',
    '---------- Forwarded message ---------',
    '_____Original Message_____',
    '-------- Original message --------From: Jane <jane@example.com> Date: 1/2/20 To: Joe Subject: x',
    '---- Jane Doe wrote ----',
    '---- On Thu, 02 Jan 2020 10:00:00 +0100 Jane <jane@example.com> wrote ----',
    'Begin forwarded message:',
    'Anfang der weitergeleiteten Nachricht:',
    'Début du message réexpédié :',
    '## Please reply above this line ##',
    '##- Please type your reply above this line -##',
    'Bitte antworten Sie oberhalb dieser Zeile.',
  ])('knows %s', (line) => {
    expect(isSeparator(line)).toBe(true);
  });

  it.each([
    '--',
    '----------',
    'This is not a ---------- delimiter.',
    'The original message never came.',
    '--- 3 messages ---',
    'I signed above this line.',
    '- message received',
    '-- well, the message came',
  ])('leaves %s', (line) => {
    expect(isSeparator(line)).toBe(false);
  });
});

describe('isBareTitle', () => {
  it('knows a title that has lost its dashes', () => {
    expect(isBareTitle('Original message')).toBe(true);
    expect(isBareTitle('Ursprüngliche Nachricht')).toBe(true);
    expect(isBareTitle('Your message, please')).toBe(false);
    expect(isBareTitle('Offer')).toBe(false);
  });
});
