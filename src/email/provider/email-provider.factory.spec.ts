import { describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { createEmailProvider, createSentMailArchive } from './email-provider.factory.js';

const SMTP_SERVER = { host: 'mail.acme.test', port: 587, tls: 'starttls', login: null } as const;

const describeProvider = (
  fields: Partial<Pick<EmailProviderConfig, 'resendApiKey' | 'smtpServer' | 'dryRun'>>,
) => {
  const provider = createEmailProvider(configOf(EmailProviderConfig, fields));
  return { name: provider.getName(), simulated: provider.simulated, configured: provider.isConfigured() };
};

describe('createEmailProvider', () => {
  it('lets nothing leave the house without a key', () => {
    expect(describeProvider({})).toEqual({ name: 'NoOp', simulated: true, configured: true });
  });

  it('sends through Resend with a key', () => {
    expect(describeProvider({ resendApiKey: 're_test' })).toEqual({
      name: 'Resend',
      simulated: false,
      configured: true,
    });
  });

  it('sends through a mail server that is named', () => {
    expect(describeProvider({ smtpServer: SMTP_SERVER })).toEqual({
      name: 'SMTP',
      simulated: false,
      configured: true,
    });
  });

  it('simulates a mail server in a dry run', () => {
    expect(describeProvider({ smtpServer: SMTP_SERVER, dryRun: true })).toEqual({
      name: 'SMTP',
      simulated: true,
      configured: true,
    });
  });

  it('simulates Resend in a dry run', () => {
    expect(describeProvider({ resendApiKey: 're_test', dryRun: true })).toEqual({
      name: 'Resend',
      simulated: true,
      configured: true,
    });
  });
});

describe('createSentMailArchive', () => {
  it.each([
    ['with a key', { resendApiKey: 're_test' }, true],
    ['without a key', {}, false],
    ['with a mail server', { smtpServer: SMTP_SERVER }, false],
    ['in a dry run', { resendApiKey: 're_test', dryRun: true }, false],
  ])('gives one where mail really leaves: %s', (_name, fields, expected) => {
    expect(createSentMailArchive(configOf(EmailProviderConfig, fields)) !== null).toBe(expected);
  });
});
