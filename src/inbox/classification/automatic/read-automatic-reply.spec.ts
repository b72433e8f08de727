import { describe, expect, it } from '@jest/globals';
import type { ParsedMail } from '../../reading/parsed-mail.js';
import type { AutomaticReply } from '../classification.js';
import { readAutomaticReply, readAutomaticText } from './read-automatic-reply.js';

function mailOf(part: Partial<ParsedMail>, headers: Readonly<Record<string, string>> = {}): ParsedMail {
  return {
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    contentType: 'text/plain',
    from: { name: 'Ada', address: 'ada@example.com' },
    subject: 'Re: A question',
    date: '2026-07-15T09:30:00.000Z',
    messageId: '<1@example.com>',
    inReplyTo: [],
    references: [],
    recipients: ['us@example.test'],
    text: null,
    html: null,
    parts: [],
    ...part,
  };
}

const read = (text: string, part: Partial<ParsedMail> = {}, headers = {}): AutomaticReply | null =>
  readAutomaticReply(mailOf({ text, ...part }, headers), text);

/** Written by the author of the rules: they hold what the rules know, and measure nothing. */
const ABSENCES = [
  'I am out of the office until Monday.',
  'I am currently out of the office with limited access to email.',
  'Thank you for your email. I am on annual leave and will reply when I return.',
  'Hello,\n\nI am on maternity leave. Please contact Jo at jo@example.com.\n\nAda',
  'I am on parental leave until January.',
  'I will be out of office from 3 to 8 August.',
  "I'm on vacation until August 3rd.",
  'I am away from my desk and will return on Thursday. For urgent matters call 555-0100.',
  'Our office is closed for the holidays and reopens on 2 January.',
  'I am currently on sick leave.',
  'OOO until Friday',
  'Out of office',
  'Ich bin bis zum 5. August nicht im Büro.',
  'Ich bin derzeit im Urlaub und habe keinen Zugriff auf meine E-Mails.',
  'Vielen Dank für Ihre Nachricht. Ich bin bis 3.8. abwesend. In dringenden Fällen wenden Sie sich an Frau Muster.',
  'Ich befinde mich in Elternzeit.',
  'Wir haben Betriebsferien.',
  'Ich bin außer Haus.',
  'Ich bin am Montag wieder im Büro.',
  'Ich bin zurzeit krankgeschrieben.',
  'Je suis absent du bureau.',
  'Je suis actuellement en congés jusqu’au 3 août.',
  'Bonjour, je suis absente jusqu’au 3 août. En cas d’urgence, contactez Anne.',
  'Je suis en congé maternité.',
  'Je suis en déplacement avec un accès limité à mes mails.',
  'Nos bureaux sont fermés jusqu’au 2 janvier.',
  'Estoy fuera de la oficina.',
  'Estoy de vacaciones hasta el 3 de agosto.',
  'Actualmente me encuentro fuera de la oficina. Para asuntos urgentes, contacte con Ana.',
  'Estoy de baja por maternidad.',
  'Estou de férias.',
  'Estou ausente do escritório até 3 de agosto.',
  'Encontro-me de férias até dia 3.',
  'Estou de licença maternidade.',
  'Sono fuori ufficio.',
  'Sono in ferie fino al 20 agosto.',
  'Sono assente dall’ufficio. Per urgenze contattare Anna.',
  'Gli uffici sono chiusi per ferie.',
  'Ik ben afwezig.',
  'Ik ben met vakantie tot 3 augustus.',
  'Ik ben momenteel niet op kantoor.',
  'Ik ben met zwangerschapsverlof.',
  'Jestem na urlopie.',
  'Obecnie jestem poza biurem. W pilnych sprawach proszę o kontakt z Anną.',
  'Jestem nieobecny do 3 sierpnia.',
  'Przebywam na zwolnieniu lekarskim.',
  'Я в отпуске до 3 августа.',
  'Меня не будет в офисе до понедельника.',
  'Сейчас я отсутствую. По срочным вопросам обращайтесь к Анне.',
  'Я нахожусь в командировке.',
  'Jag är på semester till den 3 augusti.',
  'Jag är inte på kontoret.',
  'Jag är föräldraledig.',
  'Jeg er på ferie til 3. august.',
  'Jeg er ikke på kontoret.',
  'Jeg er på barsel.',
  'Jeg har permisjon fra 1. august.',
  'Olen lomalla.',
  'Olen poissa toimistolta.',
  'Jsem mimo kancelář.',
  'Jsem na dovolené do 3. srpna.',
  'Som mimo kancelárie.',
  'Som na dovolenke.',
  'Házon kívül vagyok.',
  'Szabadságon vagyok augusztus 3-ig.',
  'Sunt plecat din birou.',
  'Sunt în concediu.',
  'Я у відпустці.',
  'Мене не буде в офісі.',
  'Ofis dışındayım.',
  'Yıllık izindeyim.',
  'Είμαι εκτός γραφείου.',
  'Βρίσκομαι σε άδεια.',
  '現在不在にしております。',
  '休暇中のため、返信が遅れます。',
  '出張中です。',
  '我正在休假。',
  '我现在不在办公室，8月3日回来。',
  '현재 부재중입니다.',
  '휴가 중입니다.',
  'Ich bin vom 28.09. bis zum 05.10. im Urlaub.',
  'Ik ben vanaf 26 maart t/m 29 maart 2026 niet aanwezig.',
  'Ich bin zurzeit nicht im Buero und lese keine Mails.',
  'Je suis actuellement absent(e).',
  'Não estou no escritório esta semana.',
  'No estoy en la oficina.',
  'Nie jestem w biurze, nie będzie mnie w pracy do piątku.',
];

const PEOPLE = [
  'I was out of the office last week, sorry. Can you send the file again?',
  "I'll be on vacation next week, call me after that. Meanwhile I looked at the log and think the clock is wrong.",
  'Thanks for the patch! I tried it and it works. I will be out of the office tomorrow, so I cannot test the rest.',
  'When I am back from holiday I will test it. What do you think of the second idea?',
  'Are you out of the office next week?',
  'We have received your message about the antenna and I think the gain is too high. Did you try 20 dB?',
  'My colleague no longer works here, but I can help. What do you need?',
  'The board is out of stock until Monday. Shall we order another one?',
  'Leave the office door open. The server will be away for repair, see below.',
  'Ich war letzte Woche im Urlaub, sorry. Kannst du mir die Datei nochmal schicken?',
  "J'étais absent la semaine dernière, pouvez-vous m'appeler ?",
  'I am out of the office until Monday, but the price is 90 EUR.',
  'We are closed on Monday, but Tuesday at 10 works for us.',
  'Not interested.',
  'I am interested, let us talk when you return.',
];

const NOTICES = [
  'This is an automated response. We have received your request and will get back to you within 24 hours.',
  'Thank you for contacting support. Your ticket has been created. Please do not reply to this email.',
  'Vielen Dank. Ihre Anfrage ist bei uns eingegangen. Dies ist eine automatisch generierte Nachricht.',
  'Ceci est un message automatique. Nous avons bien reçu votre demande.',
];

const DEPARTURES = [
  'I no longer work at Example Ltd. Please contact Jo.',
  'Thank you for your email. Ada is no longer with the company. Please contact Jo.',
  'Ada has left the company. Please direct your mail to jo@example.com.',
  'Ich bin nicht mehr bei Beispiel GmbH tätig. Bitte wenden Sie sich an Jo.',
  'Je ne travaille plus chez Exemple. Veuillez contacter Jo.',
  'Ya no trabajo en Ejemplo. Por favor contacte con Jo.',
  'Já não trabalho na Exemplo. Por favor contacte Jo.',
  'Non lavoro più in Esempio. Si prega di contattare Jo.',
  'Ik ben niet meer werkzaam bij Voorbeeld. Neem contact op met Jo.',
  'Już nie pracuję w firmie. Proszę o kontakt z Jo.',
  'Я больше не работаю в компании. Обращайтесь к коллегам.',
];

const SUBJECTS = [
  'Automatic reply: A question',
  'Automatische Antwort: Frage',
  'Abwesenheitsnotiz: Frage',
  'Réponse automatique : Question',
  'Respuesta automática: Pregunta',
  'Risposta automatica: Domanda',
  'Automatisch antwoord: Vraag',
  'Resposta automática: Pergunta',
  'Automatyczna odpowiedź: Pytanie',
  'Автоответ: Вопрос',
  'Автоматический ответ: Вопрос',
  'Autosvar: Fråga',
  'Automaattinen vastaus: Kysymys',
  'Automatická odpověď: Dotaz',
  'Automatikus válasz: Kérdés',
  'Otomatik yanıt: Soru',
  'Αυτόματη απάντηση: Ερώτηση',
  '自動応答: 質問',
  '自动回复: 问题',
  '자동 응답: 질문',
  'Out of Office: A question',
  'Auto: A question',
];

describe('readAutomaticReply', () => {
  it.each(ABSENCES)('takes %j for an absence', (text) => {
    expect(read(text, { subject: 'A question' })).toMatchObject({ kind: 'absence', hasLeft: false });
    expect(readAutomaticText(text)?.kind).toBe('absence');
  });

  it.each(PEOPLE)("takes %j for a person's words", (text) => {
    expect(read(text)).toBeNull();
    expect(readAutomaticText(text)).toBeNull();
  });

  it.each(NOTICES)('takes %j for a notice', (text) => {
    expect(read(text)).toMatchObject({ kind: 'other', hasLeft: false });
  });

  it.each(DEPARTURES)('takes %j for a departure', (text) => {
    expect(read(text)).toMatchObject({ kind: 'other', hasLeft: true, returnDate: null });
  });

  it.each(SUBJECTS)('knows the subject %j', (subject) => {
    expect(read('…', { subject })).not.toBeNull();
    expect(read('Thanks for telling me.', { subject: `Re: ${subject}` })).toBeNull();
  });

  it.each([
    ['auto-submitted', 'auto-replied'],
    ['auto-submitted', 'auto-generated; owner-email="a@example.com"'],
    ['x-autoreply', 'yes'],
    ['x-autorespond', 'A question'],
    ['x-fc-machinegenerated', 'true'],
    ['x-post-messageclass', '9; Autoresponder'],
    ['precedence', 'auto_reply'],
    ['x-precedence', 'auto_reply'],
    ['delivered-to', 'Autoresponder'],
    ['x-apple-action', 'VACATION'],
    ['x-ms-exchange-generated-message-source', 'Mailbox Rules Agent'],
  ])('believes the header %s: %s', (name, value) => {
    expect(read('Zzz.', {}, { [name]: value })).not.toBeNull();
  });

  it.each([
    ['auto-submitted', 'no'],
    ['auto-submitted', 'auto-forwarded'],
    ['x-autoreply', 'no'],
    ['precedence', 'bulk'],
    ['precedence', 'list'],
    ['x-auto-response-suppress', 'All'],
    ['x-ms-exchange-inbox-rules-loop', 'ada@example.com'],
    ['return-path', '<>'],
  ])('needs more than the header %s: %s', (name, value) => {
    expect(read('The fix works here too.', {}, { [name]: value })).toBeNull();
  });

  it('doubts the words of a mail from a list', () => {
    const text = 'I am out of the office until Monday.';
    expect(read(text)).not.toBeNull();
    expect(read(text, {}, { 'list-id': '<radio.lists.example.com>' })).toBeNull();
  });

  it('doubts the words of a mail that quotes', () => {
    const text = 'I am out of the office until Monday.';
    expect(readAutomaticReply(mailOf({ text: `${text}\n\n> Will you come?` }), text)).toBeNull();
  });

  it('reads the day of return by the date of the mail, and in the order of the language', () => {
    expect(read('I am out of the office until 8/3.')?.returnDate).toBe('2026-08-03');
    expect(read('Estoy fuera de la oficina hasta el 3/8.')?.returnDate).toBe('2026-08-03');
    expect(readAutomaticText('I am out of the office until August 3.')?.returnDate).toBeNull();
    expect(readAutomaticText('I am out of the office until August 3, 2026.')?.returnDate).toBe('2026-08-03');
  });

  it('reads the day of return from the subject', () => {
    expect(read('I am only sleeping.', { subject: 'Out of office until 3 August' })?.returnDate).toBe(
      '2026-08-03',
    );
  });

  it('is surest of headers, and says which and which words', () => {
    const told = read('I am out of the office until Monday.', {}, { 'auto-submitted': 'auto-replied' });
    expect(told).toEqual({
      kind: 'absence',
      hasLeft: false,
      returnDate: '2026-07-20',
      confidence: 0.98,
      rules: ['automatic.header.auto-submitted', 'automatic.en.absence.out-of-office'],
      evidence: 'I am out of the office until Monday.',
    });
    expect(read('I am out of the office until Monday.')?.confidence).toBeLessThan(0.9);
  });
});
