import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { ConfigError } from './config-error.js';
import { variablesOf } from './environment-variable.js';
import { CONFIG_CLASSES, loadConfig } from './load-config.js';

const DIGEST = createHash('sha256').update('key').digest('hex');

describe('secrets', () => {
  const SECRETS = [
    'DATABASE_URL',
    'AICMO_API_KEYS',
    'AICMO_RESEND_API_KEY',
    'AICMO_SMTP_URL',
    'AICMO_RESEND_WEBHOOK_SECRET',
    'AICMO_IMAP_PASSWORD',
    'AICMO_ALERT_WEBHOOK_URL',
    'AICMO_ALERT_WEBHOOK_SECRET',
  ];

  it('are the variables that hold credentials', () => {
    const variables = CONFIG_CLASSES.flatMap((Feature) => variablesOf(Feature));

    expect(variables.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual(SECRETS);
  });

  it.each(SECRETS)('%s is not shown when it is malformed', (name) => {
    expect.assertions(2);
    try {
      loadConfig({ [name]: 'hunter2 \u0000 hunter2' });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(inspect(error, { showHidden: true })).not.toContain('hunter2');
    }
  });

  it.each([
    ['JSON', JSON.stringify],
    ['inspect', (value: unknown) => inspect(value, { depth: null, showHidden: true })],
    ['a template literal', (value: object) => Object.values(value).map(String).join()],
  ])('do not show in %s of a configuration', (_case, dump) => {
    const configuration = loadConfig({
      DATABASE_URL: 'postgres://cam:hunter2@db/cam',
      AICMO_API_KEYS: `hunter2:${DIGEST}`,
      AICMO_RESEND_API_KEY: 're_hunter2',
      AICMO_IMAP_PASSWORD: 'hunter2',
      AICMO_RESEND_WEBHOOK_SECRET: `whsec_hunter2${'A'.repeat(41)}`,
      AICMO_RESEND_FROM_EMAIL: 'me@acme.test',
      AICMO_ALERT_WEBHOOK_URL: 'https://hooks.acme.test/hunter2',
      AICMO_ALERT_WEBHOOK_SECRET: `whsec_hunter2${'A'.repeat(41)}`,
    });

    expect(dump(configuration)).not.toContain('hunter2');
    expect(dump(configuration)).not.toContain(DIGEST);
  });

  it('do not show when they are the login of a mail server', () => {
    const { emailProvider } = loadConfig({
      AICMO_SMTP_URL: 'smtp://cam:hunter2@mail.acme.test',
      AICMO_RESEND_FROM_EMAIL: 'me@acme.test',
    });

    expect(inspect(emailProvider, { depth: null, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify(emailProvider)).not.toContain('hunter2');
  });

  it('tell that they are set, and everything else is shown', () => {
    const { database, emailProvider } = loadConfig({
      AICMO_RESEND_API_KEY: 're_x',
      AICMO_CAM_EMAIL_DRY_RUN: '1',
    });

    expect(inspect(database)).toBe("DatabaseConfig { url: null, environment: 'development' }");
    expect(emailProvider.toJSON()).toEqual({
      resendApiKey: '[secret]',
      fromEmail: 'support@aicmo.example.com',
      resendBaseUrl: null,
      smtpServer: null,
      resendWebhookSecret: null,
      ratePerSecond: 2,
      dryRun: true,
    });
  });
});
