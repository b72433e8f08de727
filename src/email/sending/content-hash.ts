import { createHash } from 'node:crypto';

/** The content that makes two mails the same mail, before footer, links and tokens. */
export interface HashedContent {
  readonly toEmail: string;
  readonly subject: string;
  readonly html: string;
  /** The template's own text part; null when the text was generated from the HTML. */
  readonly text: string | null;
}

/**
 * Lower-case hex SHA-256 of the UTF-8 JSON array `["v1", to_email, subject, html, text]`, the address lower-cased.
 *
 * `v1` names this rule: a later rule must not match hashes that are stored already. A generated text counts as `""`,
 * so that a new version of the generator does not make old mail new.
 */
export function contentHash(content: HashedContent): string {
  const canonical = ['v1', content.toEmail.toLowerCase(), content.subject, content.html, content.text ?? ''];
  return createHash('sha256').update(JSON.stringify(canonical), 'utf8').digest('hex');
}
