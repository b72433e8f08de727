import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { describeFault } from '../common/fault-report.js';
import { AlertDeliveryService } from './alert-delivery.service.js';

/** How late the operator may hear of something. */
const PERIOD_MS = 2_000;

/** Every replica runs it; a tick that finds the last one still at work joins it. */
@Injectable()
export class AlertsTask {
  private readonly logger = new Logger(AlertsTask.name);

  constructor(private readonly delivery: AlertDeliveryService) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    try {
      await this.delivery.runOnce();
    } catch (error) {
      // The database, most likely: leases end by themselves.
      this.logger.error({ event: 'alerts.run_interrupted', fault: describeFault(error) });
    }
  }
}
