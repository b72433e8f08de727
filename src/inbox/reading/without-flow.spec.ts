import { describe, expect, it } from '@jest/globals';
import { readMail } from './read-mail.js';
import { withoutFlow } from './without-flow.js';

const flowed = (contentType: string): Buffer =>
  Buffer.from(
    [
      'From: Jane <jane@lead.test>',
      'Subject: Re: Engines',
      contentType,
      '',
      '> Are you interested? ',
      '',
      'Please take me off your list.',
      '',
    ].join('\r\n'),
  );

describe('withoutFlow', () => {
  it.each([
    'Content-Type: text/plain; charset=utf-8; format=flowed',
    'content-type: text/plain;\r\n format="Flowed"; delsp=yes',
  ])('keeps an answer apart from the line that it answers, with %j', async (contentType) => {
    const { visibleText, classification } = await readMail(flowed(contentType));

    expect(visibleText).toBe('Please take me off your list.');
    expect(classification.class).toBe('UNSUB');
  });

  it('leaves other mail as it is', () => {
    const raw = Buffer.from('Content-Type: text/plain\r\n\r\nformat=flowed is what I use\r\n');

    expect(withoutFlow(raw)).toBe(raw);
  });
});
