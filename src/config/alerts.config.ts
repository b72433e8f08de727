import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig, type Rule } from './feature-config.js';
import { webhookUrl } from './https-url.js';
import { webhookSecret } from './webhook-secret.js';

/** Where the operator hears of what needs a person. */
export class AlertsConfig extends FeatureConfig {
  static readonly rules: readonly Rule<AlertsConfig>[] = [
    {
      blames: 'webhookSecret',
      fields: ['webhookUrl', 'webhookSecret'],
      problem: ({ webhookUrl: url, webhookSecret: secret }) =>
        url !== null && secret === null ? 'is empty beside AICMO_ALERT_WEBHOOK_URL' : null,
      allowed: 'both or none: the receiver knows our alerts by their signature',
    },
    {
      blames: 'webhookUrl',
      fields: ['webhookUrl', 'webhookSecret'],
      problem: ({ webhookUrl: url, webhookSecret: secret }) =>
        url === null && secret !== null ? 'is empty beside AICMO_ALERT_WEBHOOK_SECRET' : null,
      allowed: 'both or none',
    },
  ];

  @EnvironmentVariable('AICMO_ALERT_WEBHOOK_URL', webhookUrl, {
    doc: 'URL that alerts are posted to, https, or http to a loopback host; empty: there are no alerts.',
    secret: true,
  })
  readonly webhookUrl: string | null;

  @EnvironmentVariable('AICMO_ALERT_WEBHOOK_SECRET', webhookSecret, {
    doc: 'Secret that signs alerts, as of Standard Webhooks: whsec_ and 24 to 64 bytes in base64.',
    secret: true,
  })
  readonly webhookSecret: string | null;
}
