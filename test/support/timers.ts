import type { INestApplicationContext } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';

/** After its bootstrap: what the service does every few seconds is done when its caller calls for it, and only then. */
export function stopTimers(app: INestApplicationContext): void {
  const timers = app.get(SchedulerRegistry);
  for (const name of timers.getIntervals()) timers.deleteInterval(name);
  for (const name of timers.getTimeouts()) timers.deleteTimeout(name);
  for (const name of timers.getCronJobs().keys()) timers.deleteCronJob(name);
}
