import { Module } from '@nestjs/common';
import { Alerts } from './alert.js';
import { AlertDeliveryService } from './alert-delivery.service.js';
import { ALERT_TIMING, DEFAULT_ALERT_TIMING } from './alert-timing.js';
import { AlertsRepository } from './alerts.repository.js';
import { AlertsService } from './alerts.service.js';
import { AlertsTask } from './alerts.task.js';

/** Tells the operator's webhook what needs a person. */
@Module({
  providers: [
    { provide: ALERT_TIMING, useValue: DEFAULT_ALERT_TIMING },
    { provide: Alerts, useExisting: AlertsService },
    AlertDeliveryService,
    AlertsRepository,
    AlertsService,
    AlertsTask,
  ],
  exports: [Alerts, AlertsService],
})
export class AlertsModule {}
