import { describe, expect, it } from '@jest/globals';
import { MalformedMailError, parseMail } from './parse-mail.js';
import { MAX_HTML, MAX_PARTS, MAX_TEXT, type ParsedMail } from './parsed-mail.js';

const MEGABYTE = 1024 * 1024;

/** @param lines of the mail; their ends are CRLF */
async function parse(...lines: string[]): Promise<ParsedMail> {
  return parseMail(Buffer.from(lines.join('\r\n')));
}

function part(contentType: string, ...lines: string[]): string[] {
  return ['--b', `Content-Type: ${contentType}`, '', ...lines];
}

const MULTIPART = 'Content-Type: multipart/mixed; boundary=b';

describe('parseMail', () => {
  it('takes a mail apart', async () => {
    const mail = await parse(
      'Delivered-To: us+token@example.org',
      'From: =?utf-8?Q?J=C3=BCrgen?= <Jurgen@Example.COM>',
      'To: Us <us@example.org>, list:them@example.net;',
      'Subject: =?utf-8?B?R3LDvMOfZQ==?=',
      'Date: Mon, 02 Mar 2026 10:00:00 +0100',
      'Message-ID: <2@example.com>',
      'In-Reply-To: <1@',
      ' example.org>',
      'References: <0@example.org> <1@example.org>',
      MULTIPART,
      '',
      ...part('text/plain', 'Hello,', 'yes.'),
      ...part('message/delivery-status', 'Status: 5.1.1'),
      ...part('application/pdf', 'secret'),
      '--b--',
    );

    expect(mail).toMatchObject({
      contentType: 'multipart/mixed',
      from: { name: 'Jürgen', address: 'jurgen@example.com' },
      recipients: ['us+token@example.org', 'us@example.org', 'them@example.net'],
      subject: 'Grüße',
      date: '2026-03-02T09:00:00.000Z',
      messageId: '<2@example.com>',
      inReplyTo: ['<1@example.org>'],
      references: ['<0@example.org>', '<1@example.org>'],
      text: 'Hello,\nyes.\n',
      html: null,
      parts: [
        { contentType: 'message/delivery-status', text: 'Status: 5.1.1\n' },
        { contentType: 'application/pdf', text: '' },
      ],
    });
  });

  it('reads the same of line feeds as of carriage returns and line feeds', async () => {
    const lines = [
      'Subject: Hello',
      ' again',
      MULTIPART,
      '',
      ...part('text/html', '<p>', 'Yes</p>'),
      '--b--',
      '',
    ];

    expect(await parseMail(Buffer.from(lines.join('\n')))).toEqual(await parse(...lines));
  });

  it('passes over the "From " line of a mailbox file, and blank lines before the header', async () => {
    const mail = await parse('', 'From ann@example.com Mon Mar  2 10:00:00 2026', 'Subject: Hello', '', 'Hi');

    expect(mail.headers).toEqual([{ name: 'subject', value: 'Hello' }]);
  });

  it('finds no address in a name that was encoded', async () => {
    const mail = await parse('To: =?utf-8?Q?Eve_=3Cvictim=40example.com=3E=2C?= <eve@example.com>', '', 'Hi');

    expect(mail.recipients).toEqual(['eve@example.com']);
  });

  it('takes an id without brackets', async () => {
    expect((await parse('In-Reply-To: 1@example.org', '', 'Hi')).inReplyTo).toEqual(['<1@example.org>']);
  });

  it('takes an id that was encoded like a word', async () => {
    const mail = await parse('References: <a@x.org> =?us-ascii?Q?=3Cb=40x.org=3E?=', '', 'Hi');

    expect(mail.references).toEqual(['<a@x.org>', '<b@x.org>']);
  });

  it.each(['', 'soon', 'Mon, 02 Mar 12026 10:00:00 +0000'])('has no date for "%s"', async (date) => {
    expect((await parse(`Date: ${date}`, '', 'Hi')).date).toBeNull();
  });

  it('keeps the text behind a long attachment', async () => {
    const mail = await parse(
      MULTIPART,
      '',
      ...part('application/pdf', 'x'.repeat(70).concat('\r\n').repeat(100_000)),
      ...part('text/plain', 'Yes.'),
      '--b--',
    );

    expect(mail).toMatchObject({ text: 'Yes.\n', parts: [{ contentType: 'application/pdf' }] });
  });

  it('keeps the fields behind a long one', async () => {
    const mail = await parse(`X-Long: ${'x'.repeat(MEGABYTE)}`, 'Subject: Hello', '', 'Hi');

    expect(mail).toMatchObject({ subject: 'Hello', text: 'Hi\n' });
    expect(mail.headers[0]?.value.length).toBeLessThan(17_000);
  });

  it('bounds texts, parts, fields, ids and recipients', async () => {
    const mail = await parse(
      'From: eve@example.com',
      `To: ${'a@example.com, b@example.com, '.repeat(100)}`,
      `Cc: ${'x'.repeat(400)}@example.com, ${numbered(300, (n) => `a${n}@example.com, `)}`,
      `References: ${numbered(300, (n) => `<${n}@example.com> `)}`,
      MULTIPART,
      numbered(2000, (n) => `X-${n}: y\r\n`),
      ...part('text/plain', 'line\r\n'.repeat(20_000)),
      ...part('text/html', 'line\r\n'.repeat(100_000)),
      ...part('message/rfc822', 'line\r\n'.repeat(20_000)),
      numbered(100, () => '--b\r\nContent-Type: image/png\r\n\r\nx\r\n'),
    );

    expect(mail.text).toHaveLength(MAX_TEXT);
    expect(mail.html?.length).toBeLessThanOrEqual(MAX_HTML);
    expect(mail.parts).toHaveLength(MAX_PARTS);
    expect(mail.parts[0]?.text.length).toBeLessThanOrEqual(MAX_TEXT);
    expect(mail.headers).toHaveLength(1000);
    expect(mail.recipients).toHaveLength(100);
    expect(mail.recipients.slice(0, 3)).toEqual(['a@example.com', 'b@example.com', 'a0@example.com']);
    expect(mail.references).toHaveLength(100);
    expect(mail.references.at(-1)).toBe('<299@example.com>');
  });

  it('keeps the body of a multipart whose boundaries are nowhere', async () => {
    const mail = await parse(
      'Content-Type: multipart/mixed; boundary=lost',
      '',
      ...part('text/plain', 'Hi'),
      '--b--',
    );

    expect(mail).toMatchObject({ text: '--b\nContent-Type: text/plain\n\nHi\n--b--', parts: [] });
  });

  it('takes an attached file with a mail for that mail', async () => {
    const eml = 'application/octet-stream; name=original.eml';
    const mail = await parse(MULTIPART, '', ...part(eml, 'Message-ID: <1@example.com>'), '--b--');

    expect(mail.parts).toEqual([{ contentType: 'message/rfc822', text: 'Message-ID: <1@example.com>\n' }]);
  });

  it('has no text where nothing follows the header', async () => {
    expect((await parse('Subject: Hello', '')).text).toBeNull();
    expect((await parse('Subject: Hello')).text).toBeNull();
  });

  it('rejects what is nested too deep', async () => {
    const nested = numbered(100, (n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`);

    await expect(parse(nested)).rejects.toThrow(MalformedMailError);
  });
});

function numbered(count: number, text: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => text(n)).join('');
}
