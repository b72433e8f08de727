import { Injectable } from '@nestjs/common';
import { AlertsConfig } from '../config/alerts.config.js';
import type { Transaction } from '../database/database.js';
import { Alerts, type NewAlert } from './alert.js';
import { AlertsRepository } from './alerts.repository.js';

/** Raises alerts for the operator. Without a webhook there is nobody to tell, and nothing is stored. */
@Injectable()
export class AlertsService extends Alerts {
  constructor(
    private readonly config: AlertsConfig,
    private readonly alerts: AlertsRepository,
  ) {
    super();
  }

  async raise(tx: Transaction, alert: NewAlert): Promise<void> {
    if (this.config.webhookUrl === null) return;
    await this.alerts.insert(tx, alert);
  }
}
