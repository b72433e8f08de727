import { convert } from 'html-to-text';

/** An HTML mail as the text that {@link visibleText} reads. */
export function htmlToReplyText(html: string): string {
  return convert(html, { wordwrap: false });
}
