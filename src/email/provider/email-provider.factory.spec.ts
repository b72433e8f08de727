import { describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { EmailProviderConfig } from '../../config/email-provider.config.js';
import { createEmailProvider } from './email-provider.factory.js';

const describeProvider = (fields: Partial<Pick<EmailProviderConfig, 'resendApiKey' | 'dryRun'>>) => {
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

  it('simulates Resend in a dry run', () => {
    expect(describeProvider({ resendApiKey: 're_test', dryRun: true })).toEqual({
      name: 'Resend',
      simulated: true,
      configured: true,
    });
  });
});
