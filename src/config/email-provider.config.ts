import { parseSender } from '../common/email-address.js';
import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig, type Rule } from './feature-config.js';
import { httpsUrl } from './https-url.js';
import { boolean, invalid, positiveNumber, secretText, valid, type Parser } from './parser.js';
import { type SmtpServer, smtpServer } from './smtp-server.js';
import { webhookSecret } from './webhook-secret.js';

const sender: Parser<string> = {
  allowed: 'address@domain or Name <address@domain>',
  parse: (text) => {
    const parsed = parseSender(text);
    return parsed.kind === 'valid'
      ? valid(parsed.header)
      : invalid(`is not a sender address (${parsed.detail})`);
  },
};

/** Who carries the mail out of the house, and how fast. */
export class EmailProviderConfig extends FeatureConfig {
  static readonly rules: readonly Rule<EmailProviderConfig>[] = [
    {
      blames: 'fromEmail',
      fields: ['resendApiKey', 'smtpServer', 'fromEmail', 'dryRun'],
      problem: ({ resendApiKey, smtpServer: server, fromEmail, dryRun }) => {
        if (dryRun || (resendApiKey === null && server === null)) return null;
        const live = resendApiKey === null ? 'AICMO_SMTP_URL' : 'AICMO_RESEND_API_KEY';
        return /[@.]example\.com>?$/i.test(fromEmail)
          ? `is a placeholder while ${live} sends real mail`
          : null;
      },
      allowed:
        'an address at a domain that the provider has verified as yours, or AICMO_CAM_EMAIL_DRY_RUN=true',
    },
    {
      blames: 'smtpServer',
      fields: ['resendApiKey', 'smtpServer'],
      problem: ({ resendApiKey, smtpServer: server }) =>
        resendApiKey !== null && server !== null ? 'is set beside AICMO_RESEND_API_KEY' : null,
      allowed: 'one of the two: mail goes through one provider',
    },
  ];

  @EnvironmentVariable('AICMO_RESEND_API_KEY', secretText, {
    doc: 'API key of Resend; set: mail goes through Resend. Without it and AICMO_SMTP_URL nothing is sent.',
    secret: true,
  })
  readonly resendApiKey: string | null;

  /** Ready for the From header. */
  @EnvironmentVariable('AICMO_RESEND_FROM_EMAIL', sender, {
    default: 'support@aicmo.example.com',
    doc: 'Sender of all mail, address or Name <address>; sending real mail refuses an example.com address.',
  })
  readonly fromEmail: string;

  /** No trailing slash; null: the SDK's own. */
  @EnvironmentVariable('AICMO_RESEND_BASE_URL', httpsUrl, {
    doc: "Base URL of Resend's API, https, or http to a loopback host; empty: the SDK's own.",
  })
  readonly resendBaseUrl: string | null;

  @EnvironmentVariable('AICMO_SMTP_URL', smtpServer, {
    doc: 'smtp://user:password@host:587, or smtps://; set: mail goes through that server, by TLS unless on loopback.',
    secret: true,
  })
  readonly smtpServer: SmtpServer | null;

  @EnvironmentVariable('AICMO_RESEND_WEBHOOK_SECRET', webhookSecret, {
    doc: "Signing secret (whsec_…) of Resend's webhook; empty: POST /webhooks/resend answers 503.",
    secret: true,
  })
  readonly resendWebhookSecret: string | null;

  @EnvironmentVariable('AICMO_RESEND_RATE_PER_SECOND', positiveNumber({ max: 1_000_000 }), {
    default: '2',
    doc: 'Provider requests per second over all replicas together; fractions are allowed.',
  })
  readonly ratePerSecond: number;

  @EnvironmentVariable('AICMO_CAM_EMAIL_DRY_RUN', boolean, {
    default: 'false',
    doc: 'True does everything but the call of the provider; such mail is marked as simulated.',
  })
  readonly dryRun: boolean;
}
