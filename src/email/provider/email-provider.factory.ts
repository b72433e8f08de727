import type { EmailProviderConfig } from '../../config/email-provider.config.js';
import { DryRunEmailProvider } from './dry-run-email-provider.js';
import type { EmailProvider } from './email-provider.js';
import { NoOpEmailProvider } from './noop/noop-email-provider.js';
import { ResendEmailProvider } from './resend/resend-email-provider.js';

/** The provider that the configuration asks for: a key means Resend, none means that nothing leaves the house. */
export function createEmailProvider(config: EmailProviderConfig): EmailProvider {
  if (config.resendApiKey === null) return new NoOpEmailProvider();
  const resend = new ResendEmailProvider({
    apiKey: config.resendApiKey,
    fromEmail: config.fromEmail,
    ...(config.resendBaseUrl !== null && { baseUrl: config.resendBaseUrl }),
  });
  return config.dryRun ? new DryRunEmailProvider(resend) : resend;
}
