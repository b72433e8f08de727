import { describe, expect, it } from '@jest/globals';
import { toReplyLines } from './reply-line.js';
import { withoutSignature } from './signature.js';

const own = (text: string): string =>
  withoutSignature(toReplyLines(text))
    .map(({ written }) => written)
    .join('\n');

describe('withoutSignature', () => {
  it.each([
    ['a delimiter of RFC 3676', '-- \nJane Doe\nExample Ltd'],
    ['a delimiter without its blank', '--\nJane Doe'],
    ['the line of a mailing list', '_______________\nlist mailing list\nlist@example.com'],
    ['the line of a group', '_______________\nthe list of Example\nleave it when you like'],
    ['a line above a telephone number', '==========\nJane Doe\nTel. +44 20 7946 0000'],
    ['a line above a full name', '---\nJane Doe\nHead of Example'],
    ['what a telephone adds', 'Sent from my iPhone'],
    ['what a telephone adds, and all below', 'Von meinem iPhone gesendet\n\nJane Doe\nExample Ltd'],
    ['closing words and a name', 'Best regards,\nJane Doe\nExample Ltd\n+44 20 7946 0000'],
    ['closing words alone', 'Kind regards'],
    ['closing words in capitals and stars', '*BEST REGARDS*\n\nJane'],
    ['German', 'Mit freundlichen Grüßen\n\nJane Doe'],
    ['German, short', 'MfG\nJane'],
    ['French', 'Cordialement,\n\nJane Doe'],
    ['Spanish', 'Un saludo,\nJane'],
    ['Portuguese', 'Atenciosamente,\nJane'],
    ['Italian', 'Cordiali saluti\nJane'],
    ['Dutch', 'Met vriendelijke groet,\nJane'],
    ['Polish', 'Pozdrawiam,\nJane'],
    ['Russian', 'С уважением,\nДжейн'],
    ['Ukrainian', 'З повагою,\nДжейн'],
    ['Swedish', 'Med vänlig hälsning\nJane'],
    ['Danish', 'Venlig hilsen\nJane'],
    ['Finnish', 'Ystävällisin terveisin\nJane'],
    ['Czech', 'S pozdravem,\nJane'],
    ['Hungarian', 'Üdvözlettel,\nJane'],
    ['Turkish', 'Saygılarımla,\nJane'],
    ['Hebrew', 'בברכה,\nJane'],
    ['two languages', 'Mit freundlichen Grüßen / Kind regards\n\nJane Doe'],
    ['a place', 'Viele Grüße aus Berlin\nJane'],
    ['thanks in the closing', 'Thanks and best regards,\nJane'],
    [
      'a register line and a disclaimer',
      `MfG\nJane\n\n${'Example GmbH, Example Street 1, 12345 Berlin, '.repeat(3)}Tel. +49 30 1234567\n\nDiese E-Mail kann vertraulich sein.`,
    ],
    ['a picture', '[cid:image001.png@01D5]'],
    ['a name behind a dash', '-Jane Doe'],
    ['a disclaimer', 'CONFIDENTIALITY NOTICE: this e-mail is for its addressee only.'],
    [
      'a disclaimer without a title',
      'This email and any attachments are confidential and intended for its addressee.',
    ],
    ['a scanner', 'Virus-free. www.example.com'],
    ['signs that are left over', '***\n-----'],
  ])('cuts off %s', (_what, signature) => {
    expect(own(`Yes, call me.\n\n${signature}`)).toBe('Yes, call me.');
  });

  it.each([
    '---\nJane Doe\nis the one whom you should ask about this.',
    'With regards to your offer:\nwe will think about it.',
    'And here is a fix -- this is not a signature.',
    '## Points\n----\n1. one\n----\nSo much for that.',
    'Best regards,\nJane\n\nPlease take me off your list, will you?',
    'Best regards,\nJane\n\nPS: send me the price list',
    'Please add\n\n- Berlin\n\n- Munich',
    'We need:\n\n- Trucks',
    'Please ask\nJane, or\n-Joe Doe',
    'This email is confidential.\n\nTake me off your list.',
    'Thanks,\nJane',
    'Regards, Jane',
    '```\nls -l\n```',
    '👍',
  ])('leaves %s', (text) => {
    expect(own(text)).toBe(text);
  });
});
