import { compile } from 'html-to-text';

/** Opening tags above which no text is derived: the parser's time grows with the square of the nesting depth. */
const MAX_TAGS = 20_000;

/** Nested elements that are walked, several times what table layouts need; a stack overflow is far beyond. */
const MAX_DEPTH = 256;

const toText = compile({
  wordwrap: false,
  limits: { maxDepth: MAX_DEPTH },
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    { selector: 'img', format: 'skip' },
    // Outside a body, where a template without one leaves it, it would be read as a first line.
    { selector: 'title', format: 'skip' },
    // Mail is laid out with tables: side by side on the screen, one below the other in text.
    ...['td', 'th'].map((selector) => ({
      selector,
      format: 'block',
      options: { leadingLineBreaks: 1, trailingLineBreaks: 1 },
    })),
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/**
 * The plain text of an HTML mail: links as `text [url]`, no images, no wrapping, what is nested absurdly deep as `...`.
 * Null when the HTML has too many tags to be read in reasonable time; its author should write the text then.
 */
export function deriveTextPart(html: string): string | null {
  let tags = 0;
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at + 1)) {
    if (++tags > MAX_TAGS) return null;
  }
  return toText(html);
}
