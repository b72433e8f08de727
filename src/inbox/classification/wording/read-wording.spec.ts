import { describe, expect, it } from '@jest/globals';
import { readWording } from './read-wording.js';

/** Written by the author of the rules: they hold what the rules know, and measure nothing. */
const REQUESTS = [
  'unsubscribe',
  'Unsubscribe.',
  'STOP',
  'Stop!!',
  'Please unsubscribe me',
  'Unsubscribe me from this list please.',
  'Hi,\n\nplease remove me from your mailing list.\n\nThanks,\nJo',
  'Remove me from your list.',
  'Kindly take me off your email list',
  'Take us off your distribution list.',
  "Please don't email me again.",
  'Do not contact me again.',
  'Do not contact me anymore',
  'Please stop emailing me.',
  'Stop sending me these emails',
  'I would like to opt out.',
  'Opt out',
  'I no longer wish to receive these emails.',
  'I do not want to receive emails from you.',
  'No more emails please',
  'Please delete my data from your systems.',
  'Under GDPR please delete all of my personal data.',
  'Not interested, remove me from your database.',
  'I never signed up for this list. Take me off it.',
  'How do I unsubscribe from this list?',
  'We want to be removed from your database.',
  'leave me alone',
  'Unsubscribe\n\nJo Miller\nExample Ltd',
  'Bitte nehmen Sie mich aus Ihrem Verteiler.',
  'Bitte streichen Sie mich von der Liste.',
  'Ich möchte keine weiteren E-Mails erhalten.',
  'Bitte keine weiteren E-Mails.',
  'Bitte austragen',
  'Abmelden',
  'Löschen Sie bitte meine Daten.',
  'Hiermit widerspreche ich der Nutzung meiner Daten zu Werbezwecken.',
  'Schreiben Sie mir bitte nicht mehr.',
  'Bitte löschen Sie meine E-Mail-Adresse aus Ihrem Verteiler.',
  'Merci de me désabonner.',
  'Veuillez me retirer de votre liste de diffusion',
  'Désabonnez-moi',
  'Ne me contactez plus.',
  'Je ne souhaite plus recevoir vos emails.',
  'Merci de supprimer mon adresse de votre base de données.',
  'Désinscription',
  'Arrêtez de m’envoyer des mails.',
  'Quiero darme de baja',
  'Por favor, dénme de baja de su lista.',
  'No me envíen más correos.',
  'Elimíneme de su lista, por favor.',
  'No quiero recibir más correos',
  'BAJA',
  'Dejen de escribirme.',
  'Por favor, remova meu e-mail da sua lista.',
  'Quero cancelar a inscrição',
  'Descadastrar',
  'Não quero mais receber e-mails.',
  'Não me enviem mais mensagens.',
  'Parem de me enviar e-mails',
  'Cancellatemi dalla vostra lista',
  'Cancellami',
  'Vorrei disiscrivermi dalla newsletter.',
  'Non voglio più ricevere le vostre email.',
  'Non contattatemi più.',
  'Vi prego di rimuovere il mio indirizzo dalla mailing list',
  'Graag uitschrijven',
  'Schrijf mij uit voor deze mailing.',
  'Ik wil geen e-mails meer ontvangen.',
  'Wilt u mij van de mailinglijst halen?',
  'Meld mij af',
  'Stop met mailen.',
  'Proszę mnie wypisać z listy.',
  'Wypisz mnie',
  'Proszę usunąć mój adres z bazy.',
  'Nie życzę sobie otrzymywania takich wiadomości.',
  'Proszę nie pisać do mnie więcej.',
  'Отпишите меня от рассылки',
  'Удалите мой адрес из вашей базы.',
  'Больше не пишите мне.',
  'Прошу отписать меня.',
  'Не хочу получать ваши письма.',
  'Отписаться',
  'Ta bort mig från listan, tack.',
  'Avregistrera mig',
  'Afmeld mig fra listen.',
  'Meld meg av.',
  'Poistakaa minut postituslistalta.',
  'Prosím, vyřaďte mě ze seznamu.',
  'Už mi nepište.',
  'Odhláste ma zo zoznamu.',
  'Kérem, töröljenek a listáról.',
  'Vă rog să mă ștergeți, nu mai doresc să primesc mesaje.',
  'Видаліть мене зі списку.',
  'Beni listeden çıkarın.',
  'Διαγράψτε με από τη λίστα.',
  '配信停止をお願いします。',
  '请把我从列表中删除。',
  '退订',
  '수신거부 부탁드립니다.',
  'Good afternoon,\n\nplease stop.\n\nKind regards,\nAda Byron',
  'No thanks, stop.',
  'Not interested, stop it please',
  'Nein danke, bitte abmelden',
  'Hallo,\nbitte hören Sie auf.\nGruß Ada',
  'unsubscribe\n_______________________________________________\nRadio mailing list\nTo unsubscribe send an email to list-leave@lists.example.com',
];

const NO_REQUESTS = [
  'To unsubscribe send an email to list-leave@lists.example.com',
  'Unsubscribe: https://example.com/u/1',
  'You received this message because you are subscribed to the group "radio".',
  'Click here to unsubscribe',
  'If you no longer wish to receive these emails, click below to unsubscribe.',
  'How do I unsubscribe users in your tool?',
  "Our customers can't unsubscribe from my newsletter, could you help with that?",
  'Your unsubscribe link is broken, by the way.',
  'Feel free to stop by our office on Monday.',
  "Don't stop sending these, I like them.",
  'We could stop in at your stand.',
  'The client has to unsubscribe from the topic before it closes the socket.',
  'Remove the filter from the list of blocks, then restart the flow graph.',
  'Please do not send this to the board before Friday.',
  'How do I stop these messages from being printed?',
  'All screws need to be removed first.',
  'Sie können sich jederzeit hier vom Newsletter abmelden.',
  'Pour vous désabonner, cliquez ici.',
  'Si desea darse de baja, haga clic aquí.',
  'Para cancelar a inscrição, clique aqui.',
  'Se non desideri ricevere altre email, clicca qui per cancellarti.',
  'Klik hier om u uit te schrijven.',
  'Aby wypisać się z newslettera, kliknij tutaj.',
  'Чтобы отписаться, перейдите по ссылке.',
  'She is on medical leave: está de baja médica.',
  'Please stop. I love it too much to choose.',
  'Please remove my name from the order.',
  'Please stop sending the drawings as PDF.',
  'Do not write to us about red cars, everything else is fine.',
  'Lassen Sie mich in Ruhe nachdenken.',
  'Schicken Sie uns keine Entwürfe, nur das Ergebnis.',
  'Merci de ne pas nous envoyer de croquis.',
  'No nos envíe bocetos, solo el resultado.',
  'Non inviateci bozze, solo il risultato.',
  'Não nos envie rascunhos, só o resultado.',
  'Не присылайте нам наброски, только результат.',
  'The new board is fine.\n_______________________________________________\nRadio mailing list\nPlease unsubscribe me links are below',
];

const REFUSALS = [
  'Not interested.',
  'No thanks',
  "We're not interested at this time.",
  'Thank you, but we are not interested.',
  'Thanks, but no.',
  'We already have a supplier for this.',
  'We have no budget this year.',
  'Not now, ping me in Q3.',
  "I'll pass, thanks.",
  "This doesn't fit our needs.",
  'We are happy with our current provider.',
  'No',
  "We're all set, thanks.",
  'Too expensive for us.',
  '👎',
  'Kein Interesse.',
  'Nein danke',
  'Wir haben derzeit keinen Bedarf.',
  'Danke, aber wir sind bereits gut versorgt.',
  'Pas intéressé.',
  'Non merci',
  'Nous ne sommes pas intéressés.',
  'Nous avons déjà un prestataire.',
  'No me interesa, gracias.',
  'No estamos interesados.',
  'Ya tenemos proveedor.',
  'Não temos interesse.',
  'Sem interesse no momento, obrigado.',
  'Já temos um fornecedor.',
  'Non siamo interessati.',
  'No grazie, abbiamo già un fornitore.',
  'Geen interesse',
  'Nee, bedankt.',
  'Wij hebben al een leverancier.',
  'Nie jesteśmy zainteresowani.',
  'Nie, dziękuję',
  'Нет, спасибо',
  'Нам это не интересно.',
  'У нас уже есть поставщик.',
];

const CONSENTS = [
  "I'm interested, tell me more.",
  "Let's talk next week.",
  'Sounds good!',
  'Can you send me more information?',
  'Happy to chat.',
  'What times work for you?',
  'Yes please',
  'Please book a call for Thursday.',
  "I'd love to see a demo.",
  "Can't wait to talk.",
  "No problem, let's talk tomorrow.",
  "I'd be interested, but not sure about the price.",
  '👍',
  'Wir haben Interesse, bitte senden Sie uns weitere Informationen.',
  'Klingt spannend, lassen Sie uns telefonieren.',
  'Ja, gerne.',
  'Je suis intéressé, pouvez-vous m’envoyer une brochure ?',
  'Avec plaisir, quand êtes-vous disponible ?',
  'Me interesa, envíeme más información.',
  'Sí, hablemos la próxima semana.',
  'Tenho interesse, podemos marcar uma reunião?',
  'Sono interessato, mi chiami domani.',
  'Klinkt goed, stuur me meer informatie.',
  'Jestem zainteresowany, proszę o więcej informacji.',
  'Интересно, пришлите подробную информацию.',
  'Да, давайте созвонимся завтра.',
];

const NEITHER = [
  "I'm not the right person for this, please contact my colleague Ann.",
  'Who is this?',
  'I will think about it and get back to you.',
  'We moved to Berlin in March.',
  'Dafür bin ich nicht zuständig, wenden Sie sich an Frau Muster.',
  'Je ne suis pas la bonne personne.',
  '',
];

const classOf = (text: string): string => readWording(text, 'Re: A question').class;

describe('readWording', () => {
  it.each(REQUESTS)('finds the request in %j', (text) => {
    expect(classOf(text)).toBe('UNSUB');
  });

  it.each(NO_REQUESTS)('finds no request in %j', (text) => {
    expect(classOf(text)).not.toBe('UNSUB');
  });

  it.each(REFUSALS)('finds the refusal in %j', (text) => {
    expect(classOf(text)).toBe('NEGATIVE');
  });

  it.each(CONSENTS)('finds the consent in %j', (text) => {
    expect(classOf(text)).toBe('POSITIVE');
  });

  it.each(NEITHER)('finds neither in %j', (text) => {
    expect(classOf(text)).toBe('NEUTRAL');
  });

  it('takes a subject for the request when the text is short', () => {
    expect(readWording('', 'unsubscribe').class).toBe('UNSUB');
    expect(readWording('', 'Re: Unsubscribe').class).toBe('UNSUB');
    expect(readWording('I never asked for this.', 'Please remove me from your list').class).toBe('UNSUB');
  });

  it('takes the subject of a discussion for no request', () => {
    expect(readWording('The patch is in review, tests follow.', 'Re: unsubscribe').class).toBe('NEUTRAL');
    expect(readWording('I can fix it on Monday.', 'stop').class).toBe('NEUTRAL');
    expect(readWording('A long letter about it. '.repeat(50), 'unsubscribe').class).toBe('NEUTRAL');
  });

  it('does not look for a request in the middle of a letter', () => {
    const filler = 'The second antenna was mounted on the roof. '.repeat(20);
    expect(classOf(`${filler}She wrote: unsubscribe me. ${filler}`)).not.toBe('UNSUB');
    expect(readWording(`Please unsubscribe me. ${filler}`, '').confidence).toBeLessThan(0.6);
  });

  it('is surer of a plain answer than of a doubt', () => {
    expect(readWording('Not interested, we already have a supplier.', '').confidence).toBeGreaterThan(0.85);
    expect(readWording("I'd be interested, but not sure about the price.", '').confidence).toBeLessThan(0.85);
    expect(readWording('How much does it cost?', '').confidence).toBeLessThan(0.6);
  });

  it('names the rules and shows the words', () => {
    const { rules, evidence } = readWording('Hello. Please remove me from your list! Regards', '');
    expect(rules).toContain('unsub.en.remove-me');
    expect(evidence).toBe('Please remove me from your list!');
  });

  it('shows no more than 200 characters', () => {
    const { evidence } = readWording(`${'so '.repeat(150)} we are not interested`, '');
    expect(evidence?.length).toBeLessThanOrEqual(200);
    expect(evidence).toContain('interested');
  });

  it('reads no quoted lines', () => {
    expect(classOf('> Please remove me from your list\n> Not interested')).toBe('NEUTRAL');
  });
});
