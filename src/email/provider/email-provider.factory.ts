import type { EmailProviderConfig } from '../../config/email-provider.config.js';
import { DryRunEmailProvider } from './dry-run-email-provider.js';
import type { EmailProvider } from './email-provider.js';
import { NoOpEmailProvider } from './noop/noop-email-provider.js';
import type { ProviderWebhook } from './provider-webhook.js';
import type { ReceivedMailStore } from './received-mail-store.js';
import type { ResendAccount } from './resend/resend-client.js';
import { ResendEmailProvider } from './resend/resend-email-provider.js';
import { ResendReceivedMail } from './resend/resend-received-mail.js';
import { ResendSentMailArchive } from './resend/resend-sent-mail-archive.js';
import { SmtpEmailProvider } from './smtp/smtp-email-provider.js';
import { ResendWebhook } from './resend/resend-webhook.js';
import type { SentMailArchive } from './sent-mail-archive.js';

/** The provider that the configuration asks for: Resend, a mail server, or none, so that nothing leaves the house. */
export function createEmailProvider(config: EmailProviderConfig): EmailProvider {
  const live = createLiveProvider(config);
  if (live === null) return new NoOpEmailProvider();
  return config.dryRun ? new DryRunEmailProvider(live) : live;
}

function createLiveProvider(config: EmailProviderConfig): EmailProvider | null {
  const { resendApiKey, smtpServer, fromEmail } = config;
  if (resendApiKey !== null) {
    return new ResendEmailProvider({ ...accountOf(config, resendApiKey), fromEmail });
  }
  return smtpServer === null ? null : new SmtpEmailProvider(smtpServer);
}

/** Where that provider can be asked for what it accepted; null where nothing ever left, or nobody remembers. */
export function createSentMailArchive(config: EmailProviderConfig): SentMailArchive | null {
  if (config.resendApiKey === null || config.dryRun) return null;
  return new ResendSentMailArchive(accountOf(config, config.resendApiKey));
}

/** Who reads what Resend calls us with; null without the secret that tells its calls from a stranger's. */
export function createProviderWebhook({ resendWebhookSecret }: EmailProviderConfig): ProviderWebhook | null {
  return resendWebhookSecret === null ? null : new ResendWebhook(resendWebhookSecret);
}

/** Where mail that reached that provider for us can be had; null where there is no such place. */
export function createReceivedMailStore(config: EmailProviderConfig): ReceivedMailStore | null {
  if (config.resendApiKey === null) return null;
  return new ResendReceivedMail(accountOf(config, config.resendApiKey));
}

function accountOf({ resendBaseUrl }: EmailProviderConfig, apiKey: string): ResendAccount {
  return { apiKey, ...(resendBaseUrl !== null && { baseUrl: resendBaseUrl }) };
}
