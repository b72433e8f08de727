import { isLoopbackHost } from './loopback.js';
import { invalid, valid, type Parser } from './parser.js';

/** Header lines that carry it must stay under 998 octets (RFC 5322, 2.1.1). */
const LONGEST_URL = 500;

/** The URL of a server that paths are appended to; its value has no trailing slash. */
export const httpsUrl: Parser<string> = {
  allowed: 'an https URL, or http to a loopback host, without credentials, query and fragment',
  parse: (text) => {
    if (!URL.canParse(text)) return invalid('is not a URL');

    const url = new URL(text);
    if (url.username !== '' || url.password !== '') return invalid('holds credentials');
    if (url.search !== '' || url.hash !== '') return invalid('holds a query or fragment');
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
      return invalid('would send what it carries in clear text');
    }
    const href = url.href.replace(/\/+$/, '');
    return href.length > LONGEST_URL ? invalid(`is longer than ${LONGEST_URL} characters`) : valid(href);
  },
};
