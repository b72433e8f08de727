import { compile, type FormatCallback } from 'html-to-text';
import { UNSUBSCRIBE_LINK } from './own-footer.js';

/** As far as nested elements are walked: more than any mail program nests. */
const MAX_DEPTH = 128;

/** Tags that are read, a long thread's worth: paragraph for paragraph, the text is built slowly. */
const MAX_TAGS = 4_000;

/** Elements that hold quoted mail and nothing else. */
const QUOTES = [
  'blockquote',
  '[class*="yahoo_quoted"]',
  '.protonmail_quote',
  '.tutanota_quote',
  '.zmail_extra',
  '.moz-forward-container',
  '.moz-email-headers-table',
];

/** Elements at which quoted mail begins; it goes on behind them. */
const BEGIN_OF_QUOTE = [
  ...['#divRplyFwdMsg', '#x_divRplyFwdMsg', '#appendonsend', '#x_appendonsend', '#stopSpelling'],
  ...['#OLK_SRC_BODY_SECTION', '#mail-editor-reference-message-container', '.OutlookMessageHeader'],
  ...['div[style*="border-top:solid #B5C4DF"]', 'div[style*="border-top:solid #E1E1E1"]'],
];

/** Blockquotes that indent the writer's own words, as Gmail's button does. */
const INDENTS = ['blockquote[style*="margin:0 0 0 40px"]', 'blockquote[style*="margin: 0 0 0 40px"]'];

/** Not the marks of Apple Mail and Outlook on telephones: people write into those. */
const SIGNATURES = [
  '.gmail_signature',
  '.gmail_signature_prefix',
  '.moz-signature',
  '#Signature',
  '#x_Signature',
  '.protonmail_signature_block',
];

const BLOCKS = ['td', 'th', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'hr', 'dt', 'dd', ...INDENTS];
const TWO_LINES = ['ul', 'ol', 'table'];

const beginOfQuote: FormatCallback = (element, walk, builder) => {
  builder.openBlock();
  builder.addLiteral('-----Original Message-----');
  builder.closeBlock();
  walk(element.children, builder);
};

/** The words of a link, and its address only where that is what tells our own footer. */
const link: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  const { href } = (element.attribs ?? {}) as { href?: string };
  if (href !== undefined && UNSUBSCRIBE_LINK.test(href)) builder.addInline(` ${href}`);
};

const block = (lines: number): { format: string; options: object } => ({
  format: 'block',
  options: { leadingLineBreaks: lines, trailingLineBreaks: lines },
});

const toText = compile({
  wordwrap: false,
  limits: { maxDepth: MAX_DEPTH, ellipsis: '' },
  formatters: { beginOfQuote, link },
  selectors: [
    { selector: 'a', format: 'link' },
    ...['img', 'title', 'style', 'script', 'head', ...SIGNATURES].map((selector) => ({
      selector,
      format: 'skip',
    })),
    ...BLOCKS.map((selector) => ({ selector, ...block(1) })),
    ...TWO_LINES.map((selector) => ({ selector, ...block(2) })),
    // A mark instead of the quoted words: nobody reads them, and marks around marks would cost much to write.
    ...QUOTES.map((selector) => ({
      selector,
      format: 'blockString',
      options: { string: '> …', leadingLineBreaks: 1, trailingLineBreaks: 1 },
    })),
    ...BEGIN_OF_QUOTE.map((selector) => ({ selector, format: 'beginOfQuote' })),
  ],
});

/**
 * An HTML mail as the text that {@link visibleText} reads: where its program marks quoted mail, a `>` stands for it; no
 * images, no addresses of links but of our own footer's. What comes after {@link MAX_TAGS} tags is left out.
 */
export function htmlToReplyText(html: string): string {
  return toText(html.slice(0, endOfTags(html)));
}

function endOfTags(html: string): number {
  let at = html.indexOf('<');
  for (let tags = 0; at !== -1 && tags < MAX_TAGS; tags++) at = html.indexOf('<', at + 1);
  return at === -1 ? html.length : at;
}
