import { describe, expect, it } from '@jest/globals';
import { isMobileSignature } from './mobile-signature.js';

describe('isMobileSignature', () => {
  it.each([
    'Sent from my iPhone',
    'Sent from my iPad.',
    '*Sent from my Samsung Galaxy smartphone.*',
    'Sent from my Verizon Wireless BlackBerry',
    'Sent from my mobile device',
    'Sent from Mail for Windows 10',
    'Sent from Mail<https://example.com/?id=1> for Windows',
    'Sent from Yahoo Mail on Android',
    'Sent via BlackBerry by Example',
    'Sent with Proton Mail secure email.',
    'Get Outlook for iOS<https://example.com/o0ukef>',
    'Get Outlook for Android',
    'Sent from my Android device with K-9 Mail. Please excuse my brevity.',
    'Message sent from my Huawei phone',
    'Sent from Example',
    'Von Samsung-Tablet gesendet',
    'Outlook für iOS beziehen',
    'Téléchargez Outlook pour iOS',
    'Скачать Outlook для iOS',
    'Von meinem iPhone gesendet',
    'Von meinem Samsung Galaxy Smartphone gesendet.',
    'Gesendet mit der GMX iPhone App',
    'Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.',
    'Envoyé de mon iPhone',
    "Envoyé à partir d'Outlook pour iOS",
    'Envoyé depuis mon téléphone',
    'Enviado desde mi iPhone',
    'Enviado do meu iPhone',
    'Enviado do Yahoo Mail no Android',
    'Inviato da iPhone',
    'Inviato dal mio iPad',
    'Verstuurd vanaf mijn iPhone',
    'Verzonden vanaf Samsung Mobile',
    'Wysłane z iPhone’a',
    'Wysłano z telefonu',
    'Отправлено с iPhone',
    'Отправлено из мобильной Почты Mail',
    'Надіслано з iPhone',
    'Skickat från min iPhone',
    'Sendt fra min iPhone',
    'Lähetetty iPhonesta',
    'Odesláno z iPhonu',
    'Odoslané z iPhonu',
    'iPhone’umdan gönderildi',
    'iPhoneから送信',
    '发自我的 iPhone',
    '從我的 iPhone 傳送',
    '나의 iPhone에서 보냄',
    'נשלח מה-iPhone שלי',
    'Trimis de pe iPhone-ul meu',
    'Στάλθηκε από το iPhone μου',
  ])('knows %s', (line) => {
    expect(isMobileSignature(line)).toBe(true);
  });

  it.each([
    'Sent from my desk, which is easier than my mobile phone.',
    'Sent from my colleague last week, I think; please check your mail.',
    'Gesendet habe ich es gestern, von meinem Handy.',
    'Get back to me on my mobile',
    'Von meinem Chef kommt ein Nein',
    'Envoyé hier, merci',
    'Enviado ayer',
    'I sent it from my iPhone',
  ])('leaves %s', (line) => {
    expect(isMobileSignature(line)).toBe(false);
  });
});
