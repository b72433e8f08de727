import { setMaxListeners } from 'node:events';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { within } from '../common/within.js';
import { AlertsConfig } from '../config/alerts.config.js';
import { alertRetryDelayMs } from './alert-retry-policy.js';
import { ALERT_TIMING, type AlertTiming } from './alert-timing.js';
import { AlertWebhook } from './alert-webhook.js';
import { AlertsRepository, type DueAlert } from './alerts.repository.js';

/** Alerts posted at once by one process: one receiver gets them all. */
const MOST_AT_ONCE = 20;

/** How many alerts a run ended so. */
export interface DeliveryReport {
  readonly delivered: number;
  readonly postponed: number;
  readonly gaveUp: number;
  /** Cut by the end of the process: due again when their lease ends. */
  readonly cut: number;
}

type Ending = keyof DeliveryReport;

/**
 * Posts the outbox to the operator's webhook, at least once each: a crash between the receiver's answer and our record
 * of it repeats the alert, under the same id. Any number of processes may run it at once. Alerts that wait for a retry
 * let later ones pass: their order is that of their `timestamp`, not of their arrival.
 */
@Injectable()
export class AlertDeliveryService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(AlertDeliveryService.name);
  private readonly webhook: AlertWebhook | null;
  private running: Promise<DeliveryReport> | null = null;
  private isStopping = false;
  /** Ends the requests under way. */
  private cut = new AbortController();

  constructor(
    { webhookUrl, webhookSecret }: AlertsConfig,
    private readonly alerts: AlertsRepository,
    @Inject(ALERT_TIMING) private readonly timing: AlertTiming,
  ) {
    this.webhook =
      webhookUrl === null || webhookSecret === null ? null : new AlertWebhook(webhookUrl, webhookSecret);
  }

  /** Posts what is due, a bounded number. A call while one is under way joins it. Rejects when the database fails. */
  runOnce(): Promise<DeliveryReport> {
    this.running ??= this.deliverDue().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Takes no more, and leaves the receiver little time for what is on the wire. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    const { running } = this;
    if (running === null) return;
    await within(this.timing.shutdownWithinMs, running);
    this.cut.abort();
    await Promise.allSettled([running]);
  }

  private async deliverDue(): Promise<DeliveryReport> {
    const report: Record<Ending, number> = { delivered: 0, postponed: 0, gaveUp: 0, cut: 0 };
    const { webhook } = this;
    if (webhook === null || this.isStopping) return report;

    // Not AbortSignal.any: Node 20 may collect one that only fetch refers to, and then nothing ends the request.
    const cut = new AbortController();
    this.cut = cut;
    // Every request of the run listens; Node takes more than ten for a leak.
    setMaxListeners(0, cut.signal);
    const due = await this.alerts.takeDue(MOST_AT_ONCE, this.timing.leaseMs);
    const timer = setTimeout(() => cut.abort(), this.timing.requestTimeoutMs);
    const endings = await Promise.allSettled(due.map((alert) => this.deliver(webhook, alert, cut.signal)));
    clearTimeout(timer);
    for (const ending of endings) {
      if (ending.status === 'rejected') {
        throw new Error('What became of an alert was not recorded', { cause: ending.reason });
      }
      report[ending.value] += 1;
    }
    return report;
  }

  private async deliver(webhook: AlertWebhook, alert: DueAlert, signal: AbortSignal): Promise<Ending> {
    const { id, kind, attempts } = alert;
    const message = { id: `alert_${id}`, type: kind, timestamp: alert.created_at, data: alert.data };
    const result = await webhook.post(message, signal);

    const line = { alert_id: id, kind, attempt: attempts };
    if (result.kind === 'delivered') {
      await this.alerts.markDelivered(alert);
      this.logger.log({ event: 'alert.delivered', ...line });
      return 'delivered';
    }
    if (this.isStopping && signal.aborted) return 'cut';
    const { error } = result;
    const retryInMs = result.kind === 'gone' ? null : alertRetryDelayMs(attempts, Math.random());
    if (retryInMs === null) {
      await this.alerts.giveUp(alert, error);
      this.logger.error({ event: 'alert.given_up', ...line, error });
      return 'gaveUp';
    }
    await this.alerts.postpone(alert, retryInMs, error);
    this.logger.warn({ event: 'alert.postponed', ...line, error, retry_in_ms: retryInMs });
    return 'postponed';
  }
}
