import { parseSender } from '../common/email-address.js';
import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig, type Rule } from './feature-config.js';
import { httpsUrl } from './https-url.js';
import { boolean, invalid, positiveNumber, secretText, valid, type Parser } from './parser.js';

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
      fields: ['resendApiKey', 'fromEmail', 'dryRun'],
      problem: ({ resendApiKey, fromEmail, dryRun }) =>
        resendApiKey !== null && !dryRun && /[@.]example\.com>?$/i.test(fromEmail)
          ? 'is a placeholder while AICMO_RESEND_API_KEY sends real mail'
          : null,
      allowed:
        'an address at a domain that the provider has verified as yours, or AICMO_CAM_EMAIL_DRY_RUN=true',
    },
  ];

  @EnvironmentVariable('AICMO_RESEND_API_KEY', secretText, {
    doc: 'API key of Resend; set: mail goes through Resend, empty: the NoOp provider sends nothing.',
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
