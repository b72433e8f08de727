import { isLoopbackHost } from './loopback.js';
import { invalid, type Parser, valid } from './parser.js';

/** A mail server that takes mail for others (RFC 6409), and how it is reached. */
export interface SmtpServer {
  /** Name or IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `implicit`: from the first byte (RFC 8314); `starttls`: before anything is said; `none`: on loopback only. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** null: the server takes our mail without a login. */
  readonly login: { readonly user: string; readonly password: string } | null;
}

const SUBMISSION_PORT = 587;
const SUBMISSIONS_PORT = 465;

/** `smtp://user:password@host:587` or `smtps://user:password@host:465`; clear text goes to loopback alone. */
export const smtpServer: Parser<SmtpServer> = {
  allowed:
    'smtp://user:password@host:587 or smtps://user:password@host:465, special characters percent-encoded',
  parse: (text) => {
    if (!URL.canParse(text)) return invalid('is not a URL');

    const url = new URL(text);
    if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
      return invalid('does not begin with smtp:// or smtps://');
    }
    if (!/^(?:[A-Za-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) return invalid('names no host');
    if (/^\/./.test(url.pathname) || url.search !== '' || url.hash !== '') {
      return invalid('holds a path, query or fragment');
    }
    if ((url.username === '') !== (url.password === '')) return invalid('holds half of a login');

    const login = readLogin(url);
    if (login === 'malformed') return invalid('holds a login that is not percent-encoded');
    const isImplicit = url.protocol === 'smtps:';
    const clear = isLoopbackHost(url.hostname) ? 'none' : 'starttls';
    return valid({
      host: url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase(),
      port: url.port === '' ? (isImplicit ? SUBMISSIONS_PORT : SUBMISSION_PORT) : Number(url.port),
      tls: isImplicit ? 'implicit' : clear,
      login,
    });
  },
};

function readLogin({ username, password }: URL): SmtpServer['login'] | 'malformed' {
  if (username === '') return null;
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch (error) {
    if (error instanceof URIError) return 'malformed';
    throw error;
  }
}
