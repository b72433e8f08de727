const HEADER =
  'From: Eve <eve@example.com>\r\nTo: us+token@example.org\r\nMessage-ID: <hostile@example.com>\r\n';
const MEGABYTE = 1024 * 1024;

/** A mail that costs a careless parser or rule time or memory without bounds. */
export interface HostileMail {
  readonly name: string;
  readonly raw: () => Uint8Array;
  /** False: the parser rejects it, so that its header alone is known. */
  readonly isReadable: boolean;
}

/** All have the From, To and Message-ID of `HEADER`; most of them are of 10 MB. */
export const HOSTILE_MAILS: readonly HostileMail[] = [
  mail('1 MB of bare newlines', () => `\r\n${'\n'.repeat(MEGABYTE)}`),
  mail('10 MB of bare newlines', () => `\r\n${'\n'.repeat(10 * MEGABYTE)}`),
  mail('10 MB of empty lines', () => `\r\n${'\r\n'.repeat(5 * MEGABYTE)}`),
  mail('10 MB of carriage returns', () => `\r\n${'\r'.repeat(10 * MEGABYTE)}`),
  mail('10 MB in one line', () => `\r\n${'long '.repeat(2 * MEGABYTE)}`),
  mail('10 MB of blanks in one line', () => `\r\n${' '.repeat(10 * MEGABYTE)}x`),
  mail('10 MB of quotes', () => `\r\n${'>'.repeat(10 * MEGABYTE)}`),
  mail('10 MB of short quoted lines', () => `\r\n${'> a\n'.repeat((10 * MEGABYTE) / 4)}`),
  mail('10 MB of lines that look like boundaries', () => `\r\n${'--\n'.repeat((10 * MEGABYTE) / 3)}`),
  mail('10 MB of HTML tags', () => `Content-Type: text/html\r\n\r\n${'<p>a</p>'.repeat(1.25 * MEGABYTE)}`),
  mail('10 MB of nested HTML tags', () => `Content-Type: text/html\r\n\r\n${'<div>'.repeat(2 * MEGABYTE)}`),
  mail(
    '10 MB of open angle brackets in HTML',
    () => `Content-Type: text/html\r\n\r\n${'<'.repeat(10 * MEGABYTE)}`,
  ),
  { ...mail('10,000 nested multiparts', nestedMultiparts), isReadable: false },
  mail('10,000 empty parts', () => `${multipart('b')}${'--b\r\n\r\n\r\n'.repeat(10_000)}--b--\r\n`),
  mail('3,000 nested message/rfc822', nestedMessages),
  mail('100,000 headers', () => `${numbered(100_000, (n) => `X-${n}: value\r\n`)}\r\nHello\r\n`),
  mail('a header of 10 MB in one line', () => `Subject: ${'word '.repeat(2 * MEGABYTE)}\r\n\r\nHello\r\n`),
  mail(
    'a header of 10 MB in folded lines',
    () => `Subject: x${'\r\n y'.repeat(2.5 * MEGABYTE)}\r\n\r\nHello\r\n`,
  ),
  mail('10 MB of recipients', () => `Cc: ${'a@example.com, '.repeat((10 * MEGABYTE) / 15)}\r\n\r\nHello\r\n`),
  mail(
    '10 MB of references',
    () => `References: ${'<a@example.com> '.repeat((10 * MEGABYTE) / 16)}\r\n\r\nHello\r\n`,
  ),
  mail(
    '10 MB of encoded words',
    () => `Subject: ${'=?utf-8?Q?a?= '.repeat((10 * MEGABYTE) / 14)}\r\n\r\nHello\r\n`,
  ),
  mail(
    'an open comment of 10 MB',
    () => `Content-Type: text/plain; ${'('.repeat(10 * MEGABYTE)}\r\n\r\nHello\r\n`,
  ),
  mail('10 MB of header without a body', () => 'X: y\r\n'.repeat((10 * MEGABYTE) / 6)),
  mail('an unknown charset', () => 'Content-Type: text/plain; charset=klingon\r\n\r\nHello\r\n'),
  mail('10 MB of NULs', () => `\r\n${'\0'.repeat(10 * MEGABYTE)}`),
  mail('NULs everywhere', () => 'Sub\0ject: a\0b\r\nSubject: a\0b\r\n\r\nHel\0lo\r\n'),
  mail('10 MB of no Base64', () => `Content-Transfer-Encoding: base64\r\n\r\n${'=\n'.repeat(5 * MEGABYTE)}`),
];

function mail(name: string, rest: () => string): HostileMail {
  return { name, raw: () => new TextEncoder().encode(`${HEADER}${rest()}`), isReadable: true };
}

function multipart(boundary: string): string {
  return `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n`;
}

function nestedMultiparts(): string {
  return numbered(10_000, (n) => `${multipart(`b${n}`)}--b${n}\r\n`);
}

function nestedMessages(): string {
  return numbered(3000, () => 'Content-Type: message/rfc822\r\n\r\nFrom: eve@example.com\r\n');
}

function numbered(count: number, text: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => text(n)).join('');
}
