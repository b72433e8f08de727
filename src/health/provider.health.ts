import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { EmailProviderConfig } from '../config/email-provider.config.js';
import { SendingConfig } from '../config/sending.config.js';
import { EMAIL_PROVIDER, type EmailProvider, type ProviderName } from '../email/provider/email-provider.js';
import { ProviderGateReadModel } from '../email/provider/provider-gate.view.js';

const NOTHING_LEAVES = 'Nothing leaves the house: mail is only simulated';

const MAIL_LEAVES = 'Mail leaves the house';

export interface ProviderState {
  readonly name: ProviderName;
  readonly configured: boolean;
  readonly dry_run: boolean;
  /** True when accepted mail really leaves the house. */
  readonly delivers: boolean;
}

@Injectable()
export class ProviderHealth implements OnApplicationBootstrap {
  private readonly logger = new Logger(ProviderHealth.name);

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly gates: ProviderGateReadModel,
    private readonly config: EmailProviderConfig,
    private readonly sending: SendingConfig,
    @Inject(EMAIL_PROVIDER) private readonly provider: EmailProvider,
  ) {}

  /** Whoever starts the process must learn it without asking. */
  onApplicationBootstrap(): void {
    const { name: provider, delivers } = this.state;
    if (delivers) this.logger.warn({ event: 'provider.delivers', provider, message: this.delivering });
    else this.logger.warn({ event: 'provider.simulates', provider, message: NOTHING_LEAVES });
  }

  get state(): ProviderState {
    return {
      name: this.provider.getName(),
      configured: this.provider.isConfigured(),
      dry_run: this.config.dryRun,
      delivers: !this.provider.simulated,
    };
  }

  /** Law and the providers' policies ask for both in every mail. */
  private get delivering(): string {
    const missing = [
      ...(this.sending.postalAddress === null ? ['postal address (AICMO_POSTAL_ADDRESS)'] : []),
      ...(this.sending.publicUrl === null ? ['unsubscribe link (AICMO_PUBLIC_URL)'] : []),
    ];
    return missing.length === 0
      ? MAIL_LEAVES
      : `${MAIL_LEAVES} without ${missing.join(' and ')}: the templates must hold what is missing`;
  }

  /** Never down: the API serves and stores whatever the provider does. Mail that waits for it is said plainly. */
  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('provider');
    if (!this.state.delivers) return indicator.up({ message: NOTHING_LEAVES });
    try {
      const gate = await this.gates.findShut(this.provider.getName());
      if (gate === null) return indicator.up({ message: this.delivering });
      return indicator.degraded({ message: gate.reason, shut_until: gate.until.toISOString() });
    } catch (error) {
      // The driver's message names hosts and users, and the probes are open to everybody.
      this.logger.warn({
        event: 'health.gate_unknown',
        reason: error instanceof Error ? error.message : String(error),
      });
      return indicator.degraded({ message: 'The gate cannot be read' });
    }
  }
}
