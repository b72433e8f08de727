import { describe, expect, it } from '@jest/globals';
import { readMail } from './read-mail.js';
import { unread } from './unread.js';

describe('readMail', () => {
  it('reads what the writer wrote, of the text where there is one', async () => {
    const raw = [
      'Content-Type: multipart/alternative; boundary=b',
      ...[
        '',
        '--b',
        '',
        'Yes, in text.',
        '--b',
        'Content-Type: text/html',
        '',
        '<p>Yes, in HTML.</p>',
        '--b--',
      ],
    ].join('\n');

    expect((await readMail(Buffer.from(raw))).visibleText).toBe('Yes, in text.');
  });

  it('reads the HTML of a mail without text', async () => {
    const raw = 'Content-Type: text/html\n\n<p>Yes, in HTML.</p>';

    expect((await readMail(Buffer.from(raw))).visibleText).toBe('Yes, in HTML.');
  });

  it('reads the HTML beside a text that is blank', async () => {
    const raw = [
      'Content-Type: multipart/alternative; boundary=b',
      ...['', '--b', '', '  ', '--b', 'Content-Type: text/html', '', '<p>Yes, in HTML.</p>', '--b--'],
    ].join('\n');

    expect((await readMail(Buffer.from(raw))).visibleText).toBe('Yes, in HTML.');
  });

  it('holds no character that PostgreSQL refuses', async () => {
    const raw = 'Subject: a\0b\nContent-Type: text/html\n\n<p>Yes\0 &#0; &#xD800;</p>';

    const text = JSON.stringify(await readMail(Buffer.from(raw)));

    expect(text).toContain('a\uFFFDb');
    expect(text).not.toMatch(/\\u0000|\\ud800/);
  });

  it('reads a body longer than the text of a mail to its end', async () => {
    const { visibleText } = await readMail(Buffer.from(`${'Words of hers. '.repeat(10_000)}End.`), 'text');

    expect(visibleText).toMatch(/End\.$/);
  });

  it('reads a body that is no UTF-8 as Windows does', async () => {
    expect((await readMail(Buffer.from('Gern, n\xe4chste Woche.', 'latin1'), 'text')).visibleText).toBe(
      'Gern, nächste Woche.',
    );
  });
});

describe('unread', () => {
  it('tells what the header says, of either line end', () => {
    const header = [
      ...[
        '',
        '',
        'From ann@example.com Mon Mar  2 10:00:00 2026',
        'Received: by nobody',
        'From: Ann <ann@example.com>',
      ],
      ...[
        'To: us+token@example.org',
        'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
        ' an alle',
        'Message-ID: <2@example.com>',
      ],
      ...[
        'In-Reply-To: <1@example.org>',
        'References: <0@example.org>',
        ' <1@example.org>',
        'Subject: again',
      ],
      ...['Date: Mon, 02 Mar 2026 10:00:00 +0100', '', 'Subject: of the body'],
    ];

    const read = unread(Buffer.from(header.join('\r\n')), 'rfc822', 'too late');

    expect(read).toMatchObject({
      mail: {
        from: { name: 'Ann', address: 'ann@example.com' },
        recipients: ['us+token@example.org'],
        subject: 'Grüße an alle',
        messageId: '<2@example.com>',
        inReplyTo: ['<1@example.org>'],
        references: ['<0@example.org>', '<1@example.org>'],
        date: '2026-03-02T09:00:00.000Z',
        text: null,
      },
      visibleText: '',
      classification: { class: 'NEUTRAL', reason: 'too late', needsReview: true },
    });
    expect(unread(Buffer.from(header.join('\n')), 'rfc822', 'too late')).toEqual(read);
  });

  it('holds no character that PostgreSQL refuses', () => {
    expect(unread(Buffer.from('Subject: a\0b\n\n'), 'rfc822', 'too late').mail.subject).toBe('a\uFFFDb');
  });

  it.each([
    ['nothing', ''],
    ['no header', 'Hello\nthere'],
    ['a header without end', `Subject: ${'x'.repeat(100_000)}`],
    ['bytes of no charset', '\xff\xfe\x00'],
  ])('makes do with %s', (_, text) => {
    expect(unread(Buffer.from(text, 'latin1'), 'rfc822', 'too late').mail.from).toBeNull();
  });

  it('takes no header from a body', () => {
    expect(unread(Buffer.from('Subject: hers\n\n'), 'text', 'too late').mail.subject).toBe('');
  });
});
