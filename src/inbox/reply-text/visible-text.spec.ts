import { describe, expect, it } from '@jest/globals';
import { visibleText } from './visible-text.js';

const ATTRIBUTION = 'On Thu, Jan 2, 2020 at 10:00 AM Joe <joe@example.com> wrote:';
const FOOTER = `Example Ltd, 1 Example Street\nUnsubscribe: https://mail.example.com/u/${'a2'.repeat(13)}`;

describe('visibleText', () => {
  it.each([
    ['above a marked quote', `Yes, please.\n\n${ATTRIBUTION}\n\n> Offer\n>\n> ${FOOTER}`, 'Yes, please.'],
    [
      'above a quote without marks',
      `Yes, please.\n\n${ATTRIBUTION}\n\nOffer\n\nUnsubscribe here`,
      'Yes, please.',
    ],
    [
      'above the headers of Outlook',
      'Yes, please.\n\n________________________________\nFrom: Joe <joe@example.com>\nSent: Thursday\nTo: Jane\nSubject: Offer\n\nOffer',
      'Yes, please.',
    ],
    [
      'above a dashed title',
      'Yes, please.\n\n-----Original Message-----\nFrom: Joe\n\nOffer',
      'Yes, please.',
    ],
    [
      'above a forwarded mail',
      'Jane, can you look?\n\nBegin forwarded message:\n\nFrom: Joe\n\nOffer',
      'Jane, can you look?',
    ],
    ['above a quote of GroupWise', 'Yes.\n\n>>> Joe <joe@example.com> 02.01.2020 10:00 >>>\nOffer', 'Yes.'],
    ['above a title without dashes', 'Yes.\n\nOriginal message\nFrom: Joe\n\nOffer', 'Yes.'],
    ['below a quote', `${ATTRIBUTION}\n> Offer\n> Offer\n\nYes, please.`, 'Yes, please.'],
    ['below a quote that is signed', `> Offer\n> -- \n> Joe\n\nYes, please.\n\n-- \nJane`, 'Yes, please.'],
    ['below a quoted title', '> -----Original Message-----\n\nYes, please.', 'Yes, please.'],
    ['above and below', `Dear Joe,\n\n${ATTRIBUTION}\n> Offer\n\nYes, please.`, 'Dear Joe,\n\nYes, please.'],
    ['between quotes', `${ATTRIBUTION}\n> one?\n\nYes.\n\n> two?\n\nNo.\n\n> three`, 'Yes.\n\nNo.'],
    ['above quotes of quotes', `Yes.\n\n${ATTRIBUTION}\n> No.\n>\n> > Offer\n> Joe wrote:\n>> Offer`, 'Yes.'],
    ['above a mobile signature', `Yes.\n\nSent from my iPhone\n\n> ${ATTRIBUTION}\n>\n> Offer`, 'Yes.'],
    ['where a quoted line was broken', `> ${'word '.repeat(14)}\nbroken off\n> Offer\n\nYes.`, 'Yes.'],
    ['around a broken link in a quote', '> see <\nhttps://example.com/a>\n> Offer\n\nYes.', 'Yes.'],
    ['on the line of the attribution', `Yes. ${ATTRIBUTION}\n> Offer`, 'Yes.'],
    [
      'before quoted words on the line of the attribution',
      `Yes.\n\n${ATTRIBUTION} Offer\n\nUnsubscribe`,
      'Yes.',
    ],
    [
      'with a line that only looks quoted',
      'See here:\n>>> https://example.com <<<\nBye',
      'See here:\n>>> https://example.com <<<\nBye',
    ],
    ['in one word', 'STOP', 'STOP'],
    ['without any quote', '  \nHello,\n\n  one\n\n  two\n\n', 'Hello,\n\n  one\n\n  two'],
  ])('finds what she wrote %s', (_where, mail, own) => {
    expect(visibleText(mail)).toBe(own);
    expect(visibleText(mail.replaceAll('\n', '\r\n'))).toBe(own);
  });

  it.each([
    'From my point of view: no.\nTo be honest: never.',
    'Please send:\n\n- prices\n- dates\n\nThank you',
    'We have three questions:\n\n1. What does it cost?\n2. Who else uses it?\n3. When can we start?',
    'On Monday, 3 May we are closed.\nOn Tuesday you can reach me at 10:00:\n+44 20 7946 0000',
    'My boss wrote:\n"Not this year."\n\nSorry!',
    'Am 3. Mai um 10:00 passt es.\n\nDe rien,\nJane',
    'Date: 3 May\nTime: 10:00\nPlace: Berlin\n\nPlease confirm.',
    'The price is > 100 and < 200.\n\nIs that right?',
    '| a | b |\n|---|---|\n| 1 | 2 |\n\nas agreed',
    'Your message of 2 January 2020 reached us.\nWe will answer it.',
    '=== Offer ===\nWe pay 100.\n=== Terms ===\nWithin 30 days.',
    'jane@example.com is my new address:\nplease write to it.',
    'Re: your offer\nWe accept.',
    'In 2020 Joe <joe@example.com> left.\nJane <jane@example.com> took over.',
    'She wrote on 02.01.2020 that you had offered this before.',
    'Best of luck\nand regards to Joe, who wrote the first draft of what you sent.',
    '> 100 <',
  ])('loses nothing of %j', (mail) => {
    expect(visibleText(mail)).toBe(mail);
  });

  it.each([
    ['nothing', ''],
    ['blank lines', ' \n\u200b\n\u00a0\n'],
    ['a marked quote', `${ATTRIBUTION}\n> Offer`],
    ['a mobile signature above a quote without marks', `Sent from my iPhone\n\n${ATTRIBUTION}\n\nOffer`],
    ['a signature', '-- \nJane'],
    ['a marked quote above one without marks', `> No.\n\n${ATTRIBUTION}\n\nOffer`],
    ['our own mail without marks', `${ATTRIBUTION}\n\nAre you interested?\n\n${FOOTER}\n`],
    ['our own footer', FOOTER],
  ])('is empty where a mail holds only %s', (_what, mail) => {
    expect(visibleText(mail)).toBe('');
  });

  it('finds the answer below our own mail that is quoted without marks: it ends with our footer', () => {
    expect(visibleText(`${ATTRIBUTION}\n\nAre you interested?\n\n${FOOTER}\n\nYes, call me.`)).toBe(
      'Yes, call me.',
    );
  });

  it('keeps words that it cannot tell from a quote rather than lose an answer', () => {
    expect(visibleText(`${ATTRIBUTION}\n\nOffer\n\nYes, call me.`)).toBe('Offer\n\nYes, call me.');
    expect(visibleText('From: joe@example.com\nTo: jane@example.com\nSubject: Offer\n\nOffer')).toBe('Offer');
  });

  it('does not let a footer of ours, quoted without a mark, speak for her', () => {
    expect(visibleText(`No idea.\n\n${FOOTER}`)).toBe('No idea.');
  });
});
