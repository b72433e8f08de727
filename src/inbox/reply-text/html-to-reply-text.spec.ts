import { describe, expect, it } from '@jest/globals';
import { htmlToReplyText } from './html-to-reply-text.js';
import { visibleText } from './visible-text.js';

const own = (html: string): string => visibleText(htmlToReplyText(html));
const TOKEN = 'abcdefghijklmnopqrstuvwxyz';

describe('htmlToReplyText', () => {
  it.each([
    ['paragraphs are apart', '<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['lines end', '<div>one<br>two</div><div>three</div>', 'one\ntwo\nthree'],
    [
      'cells and items have lines of their own',
      '<table><tr><td>a<td>b</table><ul><li>c<li>d</ul>',
      'a\nb\n\nc\nd',
    ],
    ['headings keep their case', '<h1>Hello</h1>', 'Hello'],
    ['a link shows its words', '<a href="https://example.com/offer">Offer</a>', 'Offer'],
    [
      'our own link shows its address',
      `<a href="https://x.test/u/${TOKEN}">Stop</a>`,
      `Stop https://x.test/u/${TOKEN}`,
    ],
    ['pictures, styles and scripts are skipped', '<style>p{}</style><script>x</script>a<img alt="b">', 'a'],
    ['references are read', '&lt;b&gt; &amp; &eacute;', '<b> & é'],
    ['the words of a quote are not', 'a<blockquote>b<blockquote>c</blockquote></blockquote>d', 'a\n> …\nd'],
  ])('%s', (_name, html, text) => {
    expect(htmlToReplyText(html)).toBe(text);
  });

  it('reads no more than a part of what has tags without end', () => {
    expect(htmlToReplyText('a<br>'.repeat(20_000)).split('a')).toHaveLength(4_002);
    expect(htmlToReplyText('<div>'.repeat(20_000) + 'a')).toBe('');
  });
});

describe('visibleText of an HTML mail', () => {
  it.each([
    [
      'Gmail',
      '<div dir="ltr">Yes</div><br><div class="gmail_quote"><div class="gmail_attr">On Thu, Jan 2, 2020 at 10:00 AM Joe &lt;<a href="mailto:joe@example.com">joe@example.com</a>&gt; wrote:<br></div><blockquote class="gmail_quote"><div>Offer</div></blockquote></div>',
    ],
    [
      'Gmail in a language we do not know',
      '<div>Yes</div><div class="gmail_quote"><div class="gmail_attr">Xyz 2020 &lt;joe@example.com&gt; abc:<br></div><blockquote>Offer</blockquote></div>',
    ],
    [
      'a mail forwarded by Gmail',
      '<div>Yes</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: <b>Joe</b><br></div><p>Offer</p></div>',
    ],
    [
      'Apple Mail',
      '<div>Yes</div><div><blockquote type="cite">Am 02.01.2020 um 10:00 schrieb Joe &lt;joe@example.com&gt;:<br></blockquote></div><blockquote type="cite">Offer</blockquote>',
    ],
    [
      'Thunderbird',
      '<p>Yes</p><div class="moz-cite-prefix">On 02/01/2020 10:00, Joe wrote:<br></div><blockquote type="cite">Offer</blockquote><div class="moz-signature">Jane</div>',
    ],
    [
      'Outlook',
      "<p>Yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>Xyz:</b> Joe</p></div><p>Offer</p>",
    ],
    [
      'Outlook on the web',
      '<div>Yes</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Joe</div><p>Offer</p>',
    ],
    ['Outlook with a signature', '<div>Yes</div><div id="Signature">Jane, Offer Ltd</div>'],
    [
      'Hotmail',
      '<div>Yes<br><hr id="stopSpelling">Date: Thu, 2 Jan 2020<br>From: joe@example.com<br>Offer</div>',
    ],
    [
      'Yahoo',
      '<div>Yes</div><div class="ydp1a2byahoo_quoted"><div>On Thursday, Joe wrote:</div><div>Offer</div></div>',
    ],
    [
      'Proton',
      '<div>Yes</div><div class="protonmail_signature_block">Jane</div><div class="protonmail_quote">Offer</div>',
    ],
    [
      'Yandex',
      '<p>Yes<br><br>02.01.2020, 10:00, "Joe" &lt;joe@example.com&gt;:</p><blockquote>Offer</blockquote>',
    ],
  ])('holds only what was written in %s', (_program, html) => {
    expect(own(html)).toBe('Yes');
  });

  it('finds the answers between and below quotes', () => {
    const quote = (text: string): string => `<blockquote type="cite">${text}</blockquote>`;
    expect(
      own(`<p>On 2 Jan 2020, at 10:00, Joe wrote:</p>${quote('a')}<p>one</p>${quote('b')}<p>two</p>`),
    ).toBe('one\n\ntwo');
  });

  it('keeps what was written into the signature of a telephone', () => {
    expect(own('<div id="AppleMailSignature">Yes<br><br>Sent from my iPhone</div>')).toBe('Yes');
  });

  it('keeps what its writer indented', () => {
    expect(own('<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Yes</blockquote>')).toBe('Yes');
  });
});
