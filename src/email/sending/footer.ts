import { escapeHtml } from '../../common/escape-html.js';

/** What every mail ends with, and the header fields that go with it. */
export interface Footer {
  appendTo(body: MailBody, publicToken: string): MailBody;
  /** Of one mail: `List-Unsubscribe` (RFC 2369) and `List-Unsubscribe-Post` (RFC 8058); empty without a public URL. */
  headers(publicToken: string): Readonly<Record<string, string>>;
}

export interface MailBody {
  readonly html: string;
  readonly text: string;
}

/**
 * Postal address and unsubscribe link, each when it is configured.
 *
 * @param publicUrl no trailing slash; the link is `<publicUrl>/u/<token>`
 * @param postalAddress one line
 */
export function createFooter(publicUrl: string | null, postalAddress: string | null): Footer {
  const linkOf = (token: string): string | null => (publicUrl === null ? null : `${publicUrl}/u/${token}`);
  return {
    appendTo(body, token) {
      const link = linkOf(token);
      if (link === null && postalAddress === null) return body;
      const html = [
        ...(postalAddress === null ? [] : [escapeHtml(postalAddress)]),
        ...(link === null ? [] : [`<a href="${escapeHtml(link)}">Unsubscribe</a>`]),
      ].join('<br>');
      const text = [
        ...(postalAddress === null ? [] : [postalAddress]),
        ...(link === null ? [] : [`Unsubscribe: ${link}`]),
      ].join('\n');
      return {
        html: beforeEndOfBody(body.html, `<p style="color:#666;font-size:12px">${html}</p>`),
        // The delimiter of signatures (RFC 3676, 4.3): programs that quote a mail leave out what follows it.
        text: `${body.text.trimEnd()}\n\n-- \n${text}\n`,
      };
    },
    headers(token) {
      const link = linkOf(token);
      if (link === null) return {};
      const header = { 'List-Unsubscribe': `<${link}>` };
      // One click must go over https (RFC 8058, 3.1): a loopback URL of a test is offered as a page alone.
      return link.startsWith('https:')
        ? { ...header, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
        : header;
    },
  };
}

function beforeEndOfBody(html: string, addition: string): string {
  const end = [...html.matchAll(/<\/body/gi)].at(-1)?.index ?? html.length;
  return html.slice(0, end) + addition + html.slice(end);
}
