import { isIP } from 'node:net';
import { invalid, valid, type Parser } from './parser.js';

/** Labels of letters, digits and inner dashes; a last label of digits alone would be a mistyped IPv4 address. */
const HOST_NAME = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*(?!\d+$)[a-z\d](?:[a-z\d-]*[a-z\d])?$/i;

export const hostName: Parser<string> = {
  allowed: 'an IP address or host name, without brackets and port',
  parse: (text) =>
    isIP(text) !== 0 || HOST_NAME.test(text)
      ? valid(text)
      : invalid('is neither an IP address nor a host name'),
};
