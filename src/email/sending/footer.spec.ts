import { describe, expect, it } from '@jest/globals';
import { createFooter } from './footer.js';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz';
const BODY = { html: '<p>Hello</p>', text: 'Hello\n' };

describe('The footer', () => {
  it('ends both parts with address and link', () => {
    const footer = createFooter('https://mail.ours.test', 'Ours & Sons, 1 Main Street');

    const { html, text } = footer.appendTo(BODY, TOKEN);

    expect(html).toMatch(
      /^<p>Hello<\/p><p [^>]*>Ours &amp; Sons, 1 Main Street<br><a href="https:\/\/mail\.ours\.test\/u\/[a-z]{26}">/,
    );
    expect(text).toBe(
      `Hello\n\n-- \nOurs & Sons, 1 Main Street\nUnsubscribe: https://mail.ours.test/u/${TOKEN}\n`,
    );
  });

  it.each([
    ['<html><body><p>İ</p></body></html>', /<p>İ<\/p><p [^<]+<\/p><\/body><\/html>$/],
    ['<BODY><!-- </body> --><p>Hi</p></BODY >', /<p>Hi<\/p><p [^<]+<\/p><\/BODY >$/],
    ['<p>Hi</p>', /<p>Hi<\/p><p [^<]+<\/p>$/],
  ])('stands inside the body of %s', (html, expected) => {
    const footer = createFooter(null, 'Ours Ltd');

    expect(footer.appendTo({ html, text: '' }, TOKEN).html).toMatch(expected);
  });

  it('offers one click over https', () => {
    expect(createFooter('https://mail.ours.test/mail', null).headers(TOKEN)).toEqual({
      'List-Unsubscribe': `<https://mail.ours.test/mail/u/${TOKEN}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
  });

  it('offers a page alone over the http of a test', () => {
    expect(createFooter('http://127.0.0.1:3000', null).headers(TOKEN)).toEqual({
      'List-Unsubscribe': `<http://127.0.0.1:3000/u/${TOKEN}>`,
    });
  });

  it('is nothing without both', () => {
    const footer = createFooter(null, null);

    expect(footer.appendTo(BODY, TOKEN)).toBe(BODY);
    expect(footer.headers(TOKEN)).toEqual({});
  });
});
