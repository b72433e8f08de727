import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig, type Rule } from './feature-config.js';
import { hostName } from './host-name.js';
import { isLoopbackHost } from './loopback.js';
import { integer, invalid, positiveNumber, valid, type Parser } from './parser.js';

/** RFC 9051 sets no limit; servers do, and far lower. */
const LONGEST_TEXT = 255;

/** More than anybody configures by intent: each costs round trips in every poll. */
const MOST_MAILBOXES = 50;

const loginName: Parser<string> = {
  allowed: `an address or user name of at most ${LONGEST_TEXT} characters, without blanks`,
  parse: (text) =>
    text.length <= LONGEST_TEXT && !/[\s\p{C}]/u.test(text)
      ? valid(text)
      : invalid('holds a blank or control character, or is too long'),
};

/** Google shows its app passwords in groups, with blanks between them. */
const password: Parser<string> = {
  allowed: `at most ${LONGEST_TEXT} characters, no control characters`,
  parse: (text) =>
    text.length <= LONGEST_TEXT && !/[\p{Cc}\p{Cs}]/u.test(text)
      ? valid(text)
      : invalid('holds a control character, or is too long'),
};

const mailboxNames: Parser<readonly string[]> = {
  allowed: `at most ${MOST_MAILBOXES} names, separated by commas, each once`,
  parse: (text) => {
    if (text === '') return valid(Object.freeze([]));

    const names = text.split(',').map((name) => name.trim());
    if (names.length > MOST_MAILBOXES) return invalid('lists too many mailboxes');
    if (names.some((name) => name === '' || name.length > LONGEST_TEXT || /[\p{Cc}\p{Cs}*%]/u.test(name))) {
      return invalid('holds a name that no mailbox has');
    }
    return new Set(names).size === names.length
      ? valid(Object.freeze(names))
      : invalid('lists a mailbox twice');
  },
};

const tlsPolicy: Parser<'required' | 'none'> = {
  allowed: 'required or none',
  parse: (text) =>
    text === 'required' || text === 'none' ? valid(text) : invalid('is neither required nor none'),
};

/** Where replies and bounces are read. */
export class InboxConfig extends FeatureConfig {
  static readonly rules: readonly Rule<InboxConfig>[] = [
    {
      blames: 'tls',
      fields: ['server', 'tls'],
      problem: ({ server, tls }) =>
        tls === 'none' && !isLoopbackHost(server) ? 'would send the password in clear text' : null,
      allowed: 'required, or a loopback AICMO_IMAP_SERVER (127.0.0.1, ::1, localhost)',
    },
  ];

  @EnvironmentVariable('AICMO_IMAP_SERVER', hostName, {
    default: 'imap.gmail.com',
    doc: 'Host name or address of the IMAP server that gets the answers to our mail.',
  })
  readonly server: string;

  @EnvironmentVariable('AICMO_IMAP_PORT', integer({ min: 1, max: 65_535 }), {
    default: '993',
    doc: 'TCP port of the IMAP server; on 143, TLS begins with STARTTLS.',
  })
  readonly port: number;

  @EnvironmentVariable('AICMO_IMAP_EMAIL', loginName, {
    doc: 'User name at the IMAP server, mostly an address; polling is off until it and the password are set.',
  })
  readonly email: string | null;

  @EnvironmentVariable('AICMO_IMAP_PASSWORD', password, {
    doc: 'Password, or app password, of that user.',
    secret: true,
  })
  readonly password: string | null;

  @EnvironmentVariable('AICMO_IMAP_POLL_INTERVAL_MINUTES', positiveNumber({ max: 1_440 }), {
    default: '15',
    doc: 'Minutes from the end of one poll to the next, over all replicas together; fractions are allowed.',
  })
  readonly pollIntervalMinutes: number;

  /** Empty: INBOX and the mailbox whose special use is `\Junk`. */
  @EnvironmentVariable('AICMO_IMAP_MAILBOXES', mailboxNames, {
    default: '',
    doc: 'Comma-separated mailboxes to read; empty: INBOX and the one for junk.',
  })
  readonly mailboxes: readonly string[];

  @EnvironmentVariable('AICMO_IMAP_TLS', tlsPolicy, {
    default: 'required',
    doc: 'required: TLS with a verified certificate (NODE_EXTRA_CA_CERTS adds yours); none: loopback only.',
  })
  readonly tls: 'required' | 'none';
}
