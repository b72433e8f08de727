import { describe, expect, it } from '@jest/globals';
import { deriveTextPart } from './text-part.js';

describe('deriveTextPart', () => {
  it.each([
    [
      'a link keeps its URL',
      '<a href="https://x.example/?a=1&amp;b=2">Book</a>',
      'Book [https://x.example/?a=1&b=2]',
    ],
    [
      'a link that shows its URL shows it once',
      '<a href="https://x.example">https://x.example</a>',
      'https://x.example',
    ],
    [
      'a mail link shows the address once',
      '<a href="mailto:ada@x.example">ada@x.example</a>',
      'ada@x.example',
    ],
    ['an image is skipped', 'a <img src="https://x.example/pixel" alt="logo"> b', 'a b'],
    [
      'styles, scripts, titles and comments are skipped',
      '<title>T</title><style>p{}</style><script>x</script><!-- c -->Hi',
      'Hi',
    ],
    ['headings keep their case', '<h1>Hello Zoë</h1>', 'Hello Zoë'],
    ['paragraphs are apart', '<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['list items have bullets', '<ul><li>one</li><li>two</li></ul>', ' * one\n * two'],
    ['table cells do not run together', '<table><tr><td>one</td><td>two</td></tr></table>', 'one\ntwo'],
    ['character references are read', '&lt;b&gt; &amp; &eacute;', '<b> & é'],
    [
      'only the body of a document is read',
      '<html><head><title>T</title></head><body>Hi</body></html>',
      'Hi',
    ],
  ])('%s', (_name, html, text) => {
    expect(deriveTextPart(html)).toBe(text);
  });

  it('does not wrap long lines', () => {
    const line = 'word '.repeat(400).trim();

    expect(deriveTextPart(`<p>${line}</p>`)).toBe(line);
  });

  it.each(['<div>', '<b>', '<table><tr><td>', '<ul><li>', '<blockquote>'])(
    'survives deep nesting of %s',
    (open) => {
      const levels = Math.floor(20_000 / (open.split('<').length - 1));

      expect(deriveTextPart(open.repeat(levels))).toContain('...');
    },
  );

  it('reads layout tables that nest thirty deep to the end', () => {
    const table = '<table><tbody><tr><td>'.repeat(30);

    expect(deriveTextPart(`${table}deep`)).toBe('deep');
  });

  it('gives up on more tags than a mail has', () => {
    expect(deriveTextPart('<b>'.repeat(20_000))).not.toBeNull();
    expect(deriveTextPart('<b>'.repeat(20_001))).toBeNull();
  });
});
