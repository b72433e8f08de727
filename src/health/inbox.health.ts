import { Inject, Injectable, Logger } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { describeFault } from '../common/fault-report.js';
import { InboxConfig } from '../config/inbox.config.js';
import { MAILBOX_ACCOUNT, type MailboxAccount } from '../inbox/sources/mailbox.js';
import { MailboxPollsReadModel } from '../inbox/sources/polling/mailbox-polls.view.js';

/** So many intervals without a good poll are no delay any more. */
const LATE_AFTER_INTERVALS = 3;

/** And never less, in seconds: one poll may take so long by itself. */
const LATE_AFTER_AT_LEAST = 900;

/** How reading the answers goes. Codes, no texts of the server and no addresses. */
export interface InboxState {
  /** False: nothing is polled. */
  readonly configured: boolean;
  /** When everything that was there had been read. */
  readonly last_success_at: string | null;
  readonly lag_seconds: number | null;
  /** Polls that failed in a row. */
  readonly failures: number;
  readonly last_error: string | null;
}

const UNKNOWN = { last_success_at: null, lag_seconds: null, failures: 0, last_error: null };

@Injectable()
export class InboxHealth {
  private readonly logger = new Logger(InboxHealth.name);

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly polls: MailboxPollsReadModel,
    private readonly config: InboxConfig,
    @Inject(MAILBOX_ACCOUNT) private readonly account: MailboxAccount,
  ) {}

  /** Never rejects; what cannot be read is null, and `last_error` says so. */
  async readState(): Promise<InboxState> {
    if (!this.account.isConfigured()) return { configured: false, ...UNKNOWN };
    try {
      const state = await this.polls.find(this.account.fingerprint);
      return {
        configured: true,
        last_success_at: state.lastSuccessAt?.toISOString() ?? null,
        lag_seconds: state.lagSeconds,
        failures: state.failures,
        last_error: state.lastError,
      };
    } catch (error) {
      this.logger.warn({ event: 'health.inbox_unknown', fault: describeFault(error) });
      return { configured: true, ...UNKNOWN, last_error: 'unknown' };
    }
  }

  /** Never down: mail is sent and the API serves while answers wait in the mailbox. */
  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('inbox');
    const { configured, lag_seconds: lagSeconds, last_error: lastError } = await this.readState();
    if (!configured) {
      return indicator.up({ message: 'No mailbox is read: AICMO_IMAP_EMAIL and _PASSWORD are not set' });
    }
    if (lastError !== null) {
      return indicator.degraded({ message: `The mailbox cannot be read (${lastError})` });
    }
    return lagSeconds !== null && lagSeconds > this.lateAfterSeconds
      ? indicator.degraded({ message: `The mailbox was last read ${lagSeconds} seconds ago` })
      : indicator.up();
  }

  private get lateAfterSeconds(): number {
    return Math.max(LATE_AFTER_AT_LEAST, this.config.pollIntervalMinutes * 60 * LATE_AFTER_INTERVALS);
  }
}
