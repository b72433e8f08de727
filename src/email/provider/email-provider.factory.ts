import type { EmailProviderConfig } from '../../config/email-provider.config.js';
import { DryRunEmailProvider } from './dry-run-email-provider.js';
import type { EmailProvider } from './email-provider.js';
import { NoOpEmailProvider } from './noop/noop-email-provider.js';
import type { ResendAccount } from './resend/resend-client.js';
import { ResendEmailProvider } from './resend/resend-email-provider.js';
import { ResendSentMailArchive } from './resend/resend-sent-mail-archive.js';
import type { SentMailArchive } from './sent-mail-archive.js';

/** The provider that the configuration asks for: a key means Resend, none means that nothing leaves the house. */
export function createEmailProvider(config: EmailProviderConfig): EmailProvider {
  if (config.resendApiKey === null) return new NoOpEmailProvider();
  const resend = new ResendEmailProvider({
    ...accountOf(config, config.resendApiKey),
    fromEmail: config.fromEmail,
  });
  return config.dryRun ? new DryRunEmailProvider(resend) : resend;
}

/** Where that provider can be asked for what it accepted; null where nothing ever left. */
export function createSentMailArchive(config: EmailProviderConfig): SentMailArchive | null {
  if (config.resendApiKey === null || config.dryRun) return null;
  return new ResendSentMailArchive(accountOf(config, config.resendApiKey));
}

function accountOf({ resendBaseUrl }: EmailProviderConfig, apiKey: string): ResendAccount {
  return { apiKey, ...(resendBaseUrl !== null && { baseUrl: resendBaseUrl }) };
}
