import { isLoopbackHost } from './loopback.js';
import { invalid, valid, type Parser } from './parser.js';

/** Header lines that carry it must stay under 998 octets (RFC 5322, 2.1.1). */
const LONGEST_URL = 500;

/** What is wrong with a URL that secrets travel to, whatever its path; null: nothing. */
function findRisk(url: URL): string | null {
  if (url.username !== '' || url.password !== '') return 'holds credentials';
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
    ? null
    : 'would send what it carries in clear text';
}

/** The URL of a server that paths are appended to; its value has no trailing slash. */
export const httpsUrl: Parser<string> = {
  allowed: 'an https URL, or http to a loopback host, without credentials, query and fragment',
  parse: (text) => {
    if (!URL.canParse(text)) return invalid('is not a URL');

    const url = new URL(text);
    if (url.search !== '' || url.hash !== '') return invalid('holds a query or fragment');
    const risk = findRisk(url);
    if (risk !== null) return invalid(risk);
    const href = url.href.replace(/\/+$/, '');
    return href.length > LONGEST_URL ? invalid(`is longer than ${LONGEST_URL} characters`) : valid(href);
  },
};

/** Receivers put long signatures into a query; servers take no more than about 8,000. */
const LONGEST_WEBHOOK_URL = 2_000;

/** The one URL that is called, path and query as they are given: they may be what lets the caller in. */
export const webhookUrl: Parser<string> = {
  allowed: 'an https URL, or http to a loopback host, without credentials and fragment',
  parse: (text) => {
    if (!URL.canParse(text)) return invalid('is not a URL');

    const url = new URL(text);
    if (url.hash !== '') return invalid('holds a fragment');
    const risk = findRisk(url);
    if (risk !== null) return invalid(risk);
    return url.href.length > LONGEST_WEBHOOK_URL
      ? invalid(`is longer than ${LONGEST_WEBHOOK_URL} characters`)
      : valid(url.href);
  },
};
