import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { ConfigError } from './config-error.js';
import { DatabaseConfig } from './database.config.js';
import { variablesOf } from './environment-variable.js';
import { CONFIG_CLASSES, loadConfig, loadFeature, type Environment } from './load-config.js';

const DIGEST = createHash('sha256').update('key').digest('hex');
const SIGNING_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** Turns a config into fields by variable name. */
function read(environment: Environment): Record<string, unknown> {
  const { database, http, emailProvider, sending, inbox, alerts, decisions } = loadConfig(environment);
  return Object.fromEntries(
    [database, http, emailProvider, sending, inbox, alerts, decisions].flatMap((config) => {
      const values = new Map<string, unknown>(Object.entries(config));
      return variablesOf(config.constructor).map(({ name, field }) => [name, values.get(field)]);
    }),
  );
}

function faultsOf(environment: Environment): ConfigError['faults'] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('needs no variable at all', () => {
    expect(read({})).toEqual({
      DATABASE_URL: null,
      NODE_ENV: 'development',
      PORT: 3000,
      HOST: '127.0.0.1',
      AICMO_API_KEYS: [],
      AICMO_RESEND_API_KEY: null,
      AICMO_RESEND_FROM_EMAIL: 'support@aicmo.example.com',
      AICMO_RESEND_BASE_URL: null,
      AICMO_SMTP_URL: null,
      AICMO_RESEND_WEBHOOK_SECRET: null,
      AICMO_RESEND_RATE_PER_SECOND: 2,
      AICMO_CAM_EMAIL_DRY_RUN: false,
      AICMO_CAM_EMAIL_DAILY_CAP: 500,
      AICMO_CAM_EMAIL_BATCH_CAP: 100,
      AICMO_CAM_EMAIL_MAX_RETRIES: 12,
      AICMO_CAM_TIMEZONE: 'UTC',
      AICMO_CAM_EMAIL_ALLOWLIST_REGEX: null,
      AICMO_REPLY_ADDRESS: null,
      AICMO_PUBLIC_URL: null,
      AICMO_POSTAL_ADDRESS: null,
      AICMO_IMAP_SERVER: 'imap.gmail.com',
      AICMO_IMAP_PORT: 993,
      AICMO_IMAP_EMAIL: null,
      AICMO_IMAP_PASSWORD: null,
      AICMO_IMAP_POLL_INTERVAL_MINUTES: 15,
      AICMO_IMAP_MAILBOXES: [],
      AICMO_IMAP_TLS: 'required',
      AICMO_ALERT_WEBHOOK_URL: null,
      AICMO_ALERT_WEBHOOK_SECRET: null,
      AICMO_CAM_AUTO_PAUSE_ENABLE: false,
      AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD: 0.1,
      AICMO_CAM_AUTO_PAUSE_MIN_SENDS_TO_EVALUATE: 50,
    });
  });

  it('takes an empty variable for an unset one', () => {
    const empty = Object.fromEntries(Object.keys(read({})).map((name) => [name, '']));

    expect(read(empty)).toEqual(read({}));
  });

  it.each<[string, string, unknown]>([
    ['DATABASE_URL', 'postgres://cam@db/cam', 'postgres://cam@db/cam'],
    [
      'DATABASE_URL',
      'postgresql://u:p%40ss@10.0.0.1:6432/cam?sslmode=require',
      'postgresql://u:p%40ss@10.0.0.1:6432/cam?sslmode=require',
    ],
    [
      'DATABASE_URL',
      'postgresql://u:p@/cam?host=/run/postgresql',
      'postgresql://u:p@/cam?host=/run/postgresql',
    ],
    ['DATABASE_URL', 'postgresql:///cam', 'postgresql:///cam'],
    ['NODE_ENV', 'production', 'production'],
    ['PORT', '0', 0],
    ['PORT', '65535', 65_535],
    ['PORT', ' 8080\n', 8080],
    ['HOST', '127.8.8.8', '127.8.8.8'],
    ['HOST', '::1', '::1'],
    ['HOST', 'localhost', 'localhost'],
    ['AICMO_RESEND_FROM_EMAIL', 'sales@acme.test', 'sales@acme.test'],
    ['AICMO_RESEND_FROM_EMAIL', 'Sales Team <sales@acme.test>', 'Sales Team <sales@acme.test>'],
    ['AICMO_RESEND_BASE_URL', 'https://resend.acme.test/v1/', 'https://resend.acme.test/v1'],
    ['AICMO_RESEND_BASE_URL', 'http://127.0.0.1:9999', 'http://127.0.0.1:9999'],
    ['AICMO_RESEND_BASE_URL', 'http://[::1]:9999/', 'http://[::1]:9999'],
    ['AICMO_RESEND_BASE_URL', 'http://localhost', 'http://localhost'],
    [
      'AICMO_RESEND_WEBHOOK_SECRET',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ],
    ['AICMO_RESEND_RATE_PER_SECOND', '0.5', 0.5],
    ['AICMO_RESEND_RATE_PER_SECOND', '1000000', 1_000_000],
    ['AICMO_CAM_EMAIL_DRY_RUN', 'true', true],
    ['AICMO_CAM_EMAIL_DRY_RUN', '1', true],
    ['AICMO_CAM_EMAIL_DRY_RUN', 'false', false],
    ['AICMO_CAM_EMAIL_DRY_RUN', '0', false],
    ['AICMO_CAM_EMAIL_DAILY_CAP', '0', 0],
    ['AICMO_CAM_EMAIL_DAILY_CAP', '2147483647', 2_147_483_647],
    ['AICMO_CAM_EMAIL_BATCH_CAP', '0', 0],
    ['AICMO_CAM_EMAIL_MAX_RETRIES', '0', 0],
    ['AICMO_CAM_EMAIL_MAX_RETRIES', '1000', 1_000],
    ['AICMO_CAM_TIMEZONE', 'GMT', 'GMT'],
    ['AICMO_CAM_TIMEZONE', 'Europe/Berlin', 'Europe/Berlin'],
    ['AICMO_CAM_TIMEZONE', 'America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['AICMO_CAM_TIMEZONE', 'America/Port-au-Prince', 'America/Port-au-Prince'],
    ['AICMO_REPLY_ADDRESS', 'replies@in.acme.test', 'replies@in.acme.test'],
    ['AICMO_REPLY_ADDRESS', `${'r'.repeat(37)}@in.acme.test`, `${'r'.repeat(37)}@in.acme.test`],
    ['AICMO_PUBLIC_URL', 'https://mail.acme.test/cam/', 'https://mail.acme.test/cam'],
    ['AICMO_PUBLIC_URL', 'http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['AICMO_POSTAL_ADDRESS', 'Acme Ltd, Łódź 1', 'Acme Ltd, Łódź 1'],
    ['AICMO_IMAP_SERVER', 'mail.acme.test', 'mail.acme.test'],
    ['AICMO_IMAP_SERVER', '::1', '::1'],
    ['AICMO_IMAP_PORT', '143', 143],
    ['AICMO_IMAP_EMAIL', 'replies@acme.test', 'replies@acme.test'],
    ['AICMO_IMAP_EMAIL', 'replies', 'replies'],
    ['AICMO_IMAP_PASSWORD', 'abcd efgh ijkl mnop', 'abcd efgh ijkl mnop'],
    ['AICMO_IMAP_PASSWORD', 'zażółć', 'zażółć'],
    ['AICMO_IMAP_POLL_INTERVAL_MINUTES', '0.05', 0.05],
    ['AICMO_IMAP_POLL_INTERVAL_MINUTES', '1440', 1_440],
    ['AICMO_IMAP_MAILBOXES', 'INBOX, Antworten/2026 ,Spam', ['INBOX', 'Antworten/2026', 'Spam']],
    ['AICMO_CAM_AUTO_PAUSE_ENABLE', 'true', true],
    ['AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD', '0', 0],
    ['AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD', '0.05', 0.05],
    ['AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD', '1', 1],
    ['AICMO_CAM_AUTO_PAUSE_MIN_SENDS_TO_EVALUATE', '1', 1],
  ])('%s accepts %j', (name, text, value) => {
    expect(read({ [name]: text })).toEqual({ ...read({}), [name]: value });
  });

  it.each<[string, unknown]>([
    [
      'smtp://cam%40acme:p%2Fss@mail.acme.test',
      {
        host: 'mail.acme.test',
        port: 587,
        tls: 'starttls',
        login: { user: 'cam@acme', password: 'p/ss' },
      },
    ],
    ['smtps://mail.acme.test/', { host: 'mail.acme.test', port: 465, tls: 'implicit', login: null }],
    ['smtp://127.0.0.1:1025', { host: '127.0.0.1', port: 1025, tls: 'none', login: null }],
    ['smtp://[::1]:25', { host: '::1', port: 25, tls: 'none', login: null }],
    ['smtps://localhost:465', { host: 'localhost', port: 465, tls: 'implicit', login: null }],
  ])('reads the mail server of AICMO_SMTP_URL %j', (url, server) => {
    const { emailProvider } = loadConfig({ AICMO_SMTP_URL: url, AICMO_RESEND_FROM_EMAIL: 'me@acme.test' });

    expect(emailProvider.smtpServer).toEqual(server);
  });

  it('refuses two live providers at once', () => {
    const both = {
      AICMO_RESEND_API_KEY: 're_live',
      AICMO_SMTP_URL: 'smtp://cam:hunter2@mail.acme.test',
      AICMO_RESEND_FROM_EMAIL: 'me@acme.test',
    };

    expect(faultsOf(both)).toEqual([
      {
        variable: 'AICMO_SMTP_URL',
        detail:
          'the value (not shown) is set beside AICMO_RESEND_API_KEY; allowed: one of the two: mail goes through one provider',
      },
    ]);
  });

  it.each([
    'https://hooks.acme.test/cam/',
    'https://hooks.acme.test/cam?sig=a%2Fb',
    'http://127.0.0.1:9999/',
    'http://localhost/cam',
  ])('calls the alert webhook %j as it is given', (url) => {
    const { alerts } = loadConfig({
      AICMO_ALERT_WEBHOOK_URL: url,
      AICMO_ALERT_WEBHOOK_SECRET: SIGNING_SECRET,
    });

    expect(alerts).toMatchObject({ webhookUrl: url, webhookSecret: SIGNING_SECRET });
  });

  it('refuses an alert webhook without its secret, and the other way round', () => {
    expect([
      ...faultsOf({ AICMO_ALERT_WEBHOOK_URL: 'https://hooks.acme.test/cam' }),
      ...faultsOf({ AICMO_ALERT_WEBHOOK_SECRET: SIGNING_SECRET }),
    ]).toEqual([
      {
        variable: 'AICMO_ALERT_WEBHOOK_SECRET',
        detail: expect.stringContaining(' is empty beside AICMO_ALERT_WEBHOOK_URL'),
      },
      {
        variable: 'AICMO_ALERT_WEBHOOK_URL',
        detail: expect.stringContaining(' is empty beside AICMO_ALERT_WEBHOOK_SECRET'),
      },
    ]);
  });

  it('compiles the allowlist', () => {
    const { sending } = loadConfig({ AICMO_CAM_EMAIL_ALLOWLIST_REGEX: '@acme\\.test$' });

    expect(sending.allowlist?.expression).toBe('@acme\\.test$');
  });

  it('opens a non-loopback host to holders of a key', () => {
    const { http } = loadConfig({ HOST: '0.0.0.0', AICMO_API_KEYS: `ci:${DIGEST}:read` });

    expect(http).toMatchObject({ host: '0.0.0.0', apiKeys: [{ name: 'ci', scopes: new Set(['read']) }] });
  });

  it.each([
    ['NODE_ENV', 'prod', 'is not the name of an environment'],
    ['DATABASE_URL', 'mysql://cam@db/cam', 'does not begin with postgresql://'],
    ['DATABASE_URL', 'db.acme.test', 'does not begin with postgresql://'],
    ['DATABASE_URL', 'postgres://cam@db:port/cam', 'is not a URL'],
    ['DATABASE_URL', 'postgres://cam:12#34@db/cam', 'holds a bare "#"'],
    ['PORT', '-1', 'is out of range'],
    ['PORT', '65536', 'is out of range'],
    ['PORT', '3000.5', 'is not an integer'],
    ['PORT', '0x50', 'is not an integer'],
    ['PORT', '3e3', 'is not an integer'],
    ['PORT', '080', 'is not an integer'],
    ['PORT', 'http', 'is not an integer'],
    ['PORT', ' \t', 'holds nothing but white space'],
    ['HOST', 'http://localhost', 'is neither an IP address nor a host name'],
    ['HOST', 'localhost:3000', 'is neither an IP address nor a host name'],
    ['HOST', '[::1]', 'is neither an IP address nor a host name'],
    ['HOST', '127.0.0.256', 'is neither an IP address nor a host name'],
    ['HOST', '0.0.0.0', 'is open to other machines while AICMO_API_KEYS is empty'],
    ['HOST', '::', 'is open to other machines while AICMO_API_KEYS is empty'],
    ['HOST', 'cam.internal', 'is open to other machines while AICMO_API_KEYS is empty'],
    ['AICMO_API_KEYS', 'ci', 'has faults (entry 1 has no name'],
    ['AICMO_API_KEYS', `ci:${DIGEST},ci:`, 'has faults (entry 2 has the name of an earlier one)'],
    ['AICMO_RESEND_API_KEY', 're_one re_two', 'holds a blank, a control or a non-ASCII character'],
    ['AICMO_RESEND_API_KEY', 're_“quoted”', 'holds a blank, a control or a non-ASCII character'],
    ['AICMO_RESEND_FROM_EMAIL', 'sales', 'is not a sender address'],
    ['AICMO_RESEND_FROM_EMAIL', 'Sales <sales@acme.test', 'is not a sender address'],
    ['AICMO_RESEND_BASE_URL', 'resend.acme.test', 'is not a URL'],
    ['AICMO_RESEND_BASE_URL', 'http://resend.acme.test', 'would send what it carries in clear text'],
    ['AICMO_RESEND_BASE_URL', 'http://127.0.0.1.acme.test', 'would send what it carries in clear text'],
    ['AICMO_RESEND_BASE_URL', 'ftp://localhost', 'would send what it carries in clear text'],
    ['AICMO_RESEND_BASE_URL', 'https://user:pass@resend.acme.test', 'holds credentials'],
    ['AICMO_RESEND_BASE_URL', 'https://resend.acme.test/?a=b', 'holds a query or fragment'],
    ['AICMO_SMTP_URL', 'mail.acme.test', 'is not a URL'],
    ['AICMO_SMTP_URL', 'https://mail.acme.test', 'does not begin with smtp:// or smtps://'],
    ['AICMO_SMTP_URL', 'smtp://', 'names no host'],
    ['AICMO_SMTP_URL', 'smtp://mail.acme.test/inbox', 'holds a path, query or fragment'],
    ['AICMO_SMTP_URL', 'smtp://cam@mail.acme.test', 'holds half of a login'],
    ['AICMO_SMTP_URL', 'smtp://cam:100%@mail.acme.test', 'holds a login that is not percent-encoded'],
    ['AICMO_RESEND_WEBHOOK_SECRET', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'is not whsec_ and base64'],
    ['AICMO_RESEND_WEBHOOK_SECRET', 'whsec_Mf-K', 'is not whsec_ and base64'],
    ['AICMO_RESEND_WEBHOOK_SECRET', 'whsec_MfKQ', 'holds too few or too many bytes'],
    ['AICMO_RESEND_RATE_PER_SECOND', '0', 'is out of range'],
    ['AICMO_RESEND_RATE_PER_SECOND', '0.0', 'is out of range'],
    ['AICMO_RESEND_RATE_PER_SECOND', '1000000.1', 'is out of range'],
    ['AICMO_RESEND_RATE_PER_SECOND', '-2', 'is not a decimal number'],
    ['AICMO_RESEND_RATE_PER_SECOND', '1e3', 'is not a decimal number'],
    ['AICMO_RESEND_RATE_PER_SECOND', 'Infinity', 'is not a decimal number'],
    ['AICMO_RESEND_RATE_PER_SECOND', '2/s', 'is not a decimal number'],
    ['AICMO_CAM_EMAIL_DRY_RUN', 'TRUE', 'is not a boolean'],
    ['AICMO_CAM_EMAIL_DRY_RUN', 'yes', 'is not a boolean'],
    ['AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD', '1.01', 'is out of range'],
    ['AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD', '-0.1', 'is not a decimal number'],
    ['AICMO_CAM_AUTO_PAUSE_REPLY_RATE_THRESHOLD', '5%', 'is not a decimal number'],
    ['AICMO_CAM_AUTO_PAUSE_MIN_SENDS_TO_EVALUATE', '0', 'is out of range'],
    ['AICMO_CAM_EMAIL_DAILY_CAP', '-1', 'is out of range'],
    ['AICMO_CAM_EMAIL_DAILY_CAP', '2147483648', 'is out of range'],
    ['AICMO_CAM_EMAIL_DAILY_CAP', '1,000', 'is not an integer'],
    ['AICMO_CAM_EMAIL_BATCH_CAP', '5OO', 'is not an integer'],
    ['AICMO_CAM_EMAIL_MAX_RETRIES', '1001', 'is out of range'],
    ['AICMO_CAM_TIMEZONE', 'Mars/Olympus', 'is a time zone that this system does not know'],
    ['AICMO_CAM_TIMEZONE', '+02:00', 'is not an Area/City name'],
    ['AICMO_CAM_TIMEZONE', 'UTC+2', 'is not an Area/City name'],
    ['AICMO_CAM_TIMEZONE', 'EST5EDT', 'is not an Area/City name'],
    ['AICMO_CAM_TIMEZONE', 'AST', 'is not an Area/City name'],
    ['AICMO_CAM_TIMEZONE', 'SystemV/EST5', 'is not an Area/City name'],
    [
      'AICMO_CAM_EMAIL_ALLOWLIST_REGEX',
      '(acme',
      'does not compile: error parsing regexp: missing closing ): `(acme`',
    ],
    [
      'AICMO_CAM_EMAIL_ALLOWLIST_REGEX',
      'a(?=cme)',
      'does not compile: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
    ['AICMO_CAM_EMAIL_ALLOWLIST_REGEX', '  ', 'holds nothing but white space'],
    ['AICMO_REPLY_ADDRESS', 'replies', 'is not a bare address'],
    ['AICMO_REPLY_ADDRESS', 'Replies <replies@in.acme.test>', 'is not a bare address'],
    ['AICMO_REPLY_ADDRESS', '<replies@in.acme.test>', 'is not a bare address'],
    ['AICMO_REPLY_ADDRESS', `${'r'.repeat(38)}@in.acme.test`, 'leaves no room for "+" and a token'],
    ['AICMO_PUBLIC_URL', 'http://mail.acme.test', 'would send what it carries in clear text'],
    ['AICMO_PUBLIC_URL', 'https://mail.acme.test/?x=1', 'holds a query or fragment'],
    ['AICMO_PUBLIC_URL', `https://mail.acme.test/${'x'.repeat(500)}`, 'is longer than 500 characters'],
    ['AICMO_POSTAL_ADDRESS', 'Acme Ltd\nMain Street 1', 'holds a line end or control character'],
    ['AICMO_POSTAL_ADDRESS', 'x'.repeat(301), 'is longer than 300 characters'],
    ['AICMO_IMAP_SERVER', 'imaps://mail.acme.test', 'is neither an IP address nor a host name'],
    ['AICMO_IMAP_PORT', '0', 'is out of range'],
    ['AICMO_IMAP_EMAIL', 'a b@acme.test', 'holds a blank or control character'],
    ['AICMO_IMAP_EMAIL', 'a'.repeat(256), 'holds a blank or control character, or is too long'],
    ['AICMO_IMAP_PASSWORD', 'one\ntwo', 'holds a control character'],
    ['AICMO_IMAP_POLL_INTERVAL_MINUTES', '0', 'is out of range'],
    ['AICMO_IMAP_POLL_INTERVAL_MINUTES', '1441', 'is out of range'],
    ['AICMO_IMAP_MAILBOXES', 'INBOX,,Spam', 'holds a name that no mailbox has'],
    ['AICMO_IMAP_MAILBOXES', 'INBOX,*', 'holds a name that no mailbox has'],
    ['AICMO_IMAP_MAILBOXES', 'INBOX,Spam,INBOX', 'lists a mailbox twice'],
    [
      'AICMO_IMAP_MAILBOXES',
      Array.from({ length: 51 }, (_, index) => `box${index}`).join(),
      'lists too many mailboxes',
    ],
    ['AICMO_IMAP_TLS', 'optional', 'is neither required nor none'],
    ['AICMO_IMAP_TLS', 'none', 'would send the password in clear text'],
    ['AICMO_ALERT_WEBHOOK_URL', 'hooks.acme.test', 'is not a URL'],
    ['AICMO_ALERT_WEBHOOK_URL', 'http://hooks.acme.test/cam', 'would send what it carries in clear text'],
    ['AICMO_ALERT_WEBHOOK_URL', 'https://u:p@hooks.acme.test/cam', 'holds credentials'],
    ['AICMO_ALERT_WEBHOOK_URL', 'https://hooks.acme.test/cam#x', 'holds a fragment'],
    ['AICMO_ALERT_WEBHOOK_URL', `https://acme.test/${'x'.repeat(2_000)}`, 'is longer than 2000 characters'],
    ['AICMO_ALERT_WEBHOOK_SECRET', `${SIGNING_SECRET}=`, 'is not whsec_ and base64'],
    ['AICMO_ALERT_WEBHOOK_SECRET', 'whsec_', 'is not whsec_ and base64'],
    ['AICMO_ALERT_WEBHOOK_SECRET', `whsec_${'A'.repeat(88)}`, 'holds too few or too many bytes'],
  ])('%s refuses %j', (name, text, problem) => {
    expect(faultsOf({ [name]: text })).toEqual([
      { variable: name, detail: expect.stringContaining(` ${problem}`) },
    ]);
  });

  it.each([undefined, 'me@example.com', 'Me <me@example.com>', 'me@mail.EXAMPLE.com'])(
    'refuses to send real mail from %s',
    (from) => {
      const live = { AICMO_RESEND_API_KEY: 're_live', AICMO_RESEND_FROM_EMAIL: from };

      expect(faultsOf(live)).toEqual([
        { variable: 'AICMO_RESEND_FROM_EMAIL', detail: expect.stringContaining(' is a placeholder ') },
      ]);
    },
  );

  it('refuses to send real mail from a placeholder through a mail server too', () => {
    expect(faultsOf({ AICMO_SMTP_URL: 'smtp://127.0.0.1:1025' })).toEqual([
      {
        variable: 'AICMO_RESEND_FROM_EMAIL',
        detail: expect.stringContaining('a placeholder while AICMO_SMTP_URL sends real mail'),
      },
    ]);
  });

  it.each([
    ['a domain of its own', { AICMO_RESEND_API_KEY: 're_live', AICMO_RESEND_FROM_EMAIL: 'me@acme.test' }],
    [
      'a name that only ends alike',
      { AICMO_RESEND_API_KEY: 're_live', AICMO_RESEND_FROM_EMAIL: 'me@anexample.com' },
    ],
    ['a dry run', { AICMO_RESEND_API_KEY: 're_live', AICMO_CAM_EMAIL_DRY_RUN: 'true' }],
    ['no key', { AICMO_RESEND_FROM_EMAIL: 'me@example.com' }],
  ])('lets %s pass the placeholder rule', (_case, environment) => {
    expect(faultsOf(environment)).toEqual([]);
  });

  it.each(['127.0.0.1', '::1', 'localhost'])('lets an IMAP server at %s go without TLS', (server) => {
    expect(faultsOf({ AICMO_IMAP_SERVER: server, AICMO_IMAP_TLS: 'none' })).toEqual([]);
  });

  it('lists every fault, one line each, with what is wrong and what is allowed', () => {
    const environment = {
      DATABASE_URL: 'mysql://db',
      PORT: '99999',
      HOST: '0.0.0.0',
      AICMO_RESEND_API_KEY: 're_live',
      AICMO_CAM_EMAIL_DAILY_CAP: 'many',
      AICMO_CAM_TIMEZONE: 'Berlin',
    };

    expect(() => loadConfig(environment)).toThrow(
      new ConfigError([
        {
          variable: 'DATABASE_URL',
          detail:
            'the value (not shown) does not begin with postgresql:// or postgres://; allowed: postgresql://user:password@host:5432/database, special characters percent-encoded',
        },
        { variable: 'PORT', detail: '"99999" is out of range; allowed: an integer from 0 to 65535' },
        {
          variable: 'HOST',
          detail:
            '"0.0.0.0" is open to other machines while AICMO_API_KEYS is empty; allowed: keys in AICMO_API_KEYS, or a loopback HOST (127.0.0.1, ::1, localhost)',
        },
        {
          variable: 'AICMO_RESEND_FROM_EMAIL',
          detail:
            '"support@aicmo.example.com" is a placeholder while AICMO_RESEND_API_KEY sends real mail; allowed: an address at a domain that the provider has verified as yours, or AICMO_CAM_EMAIL_DRY_RUN=true',
        },
        {
          variable: 'AICMO_CAM_EMAIL_DAILY_CAP',
          detail: '"many" is not an integer; allowed: an integer from 0 to 2147483647',
        },
        {
          variable: 'AICMO_CAM_TIMEZONE',
          detail:
            '"Berlin" is not an Area/City name; allowed: UTC, GMT or an IANA Area/City name such as Europe/Berlin',
        },
      ]),
    );
  });

  it('blames malformed keys alone when a rule needs them', () => {
    const faults = faultsOf({ HOST: '0.0.0.0', AICMO_API_KEYS: 'nonsense' });

    expect(faults.map(({ variable }) => variable)).toEqual(['AICMO_API_KEYS']);
  });

  it('shows a long or broken value on one short line', () => {
    const [fault] = faultsOf({ PORT: `1\n2${'x'.repeat(500)}` });

    expect(fault?.detail).toBe(
      `"1\\n2${'x'.repeat(76)}…" is not an integer; allowed: an integer from 0 to 65535`,
    );
  });

  it('cuts the credentials out of a URL in the wrong variable', () => {
    const [fault] = faultsOf({ HOST: 'postgres://cam:hunter2@db/cam' });

    expect(fault?.detail).toContain('"postgres://…@db/cam" is neither');
  });

  it('warns of unknown AICMO_ names and starts all the same', () => {
    const { warnings } = loadConfig({ AICMO_CAM_EMAIL_DRYRUN: 'true', EDITOR: 'vi' });

    expect(warnings).toEqual([
      '"AICMO_CAM_EMAIL_DRYRUN" is not a known variable; did you mean AICMO_CAM_EMAIL_DRY_RUN?',
    ]);
  });

  it('freezes what it hands out', () => {
    const configuration = loadConfig({
      AICMO_API_KEYS: `ci:${DIGEST}`,
      AICMO_CAM_EMAIL_ALLOWLIST_REGEX: 'a',
    });
    const { database, http, emailProvider, sending, inbox, alerts, warnings } = configuration;

    for (const part of [
      configuration,
      database,
      http,
      http.apiKeys,
      emailProvider,
      sending,
      sending.allowlist,
      inbox,
      inbox.mailboxes,
      alerts,
      warnings,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('gives each variable to one field only', () => {
    const names = CONFIG_CLASSES.flatMap((Feature) => variablesOf(Feature).map(({ name }) => name));

    expect(names).toEqual([...new Set(names)]);
  });
});

describe('loadFeature', () => {
  it('reads one class and does not mind faults of the others', () => {
    const database = loadFeature(DatabaseConfig, { DATABASE_URL: 'postgres://db/cam', PORT: 'nonsense' });

    expect(database).toBeInstanceOf(DatabaseConfig);
    expect(database.url).toBe('postgres://db/cam');
  });

  it('refuses a bad value of its own', () => {
    expect(() => loadFeature(DatabaseConfig, { DATABASE_URL: 'db' })).toThrow(ConfigError);
  });
});
