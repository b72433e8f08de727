/**
 * The service of the demo: as `main.ts` starts it, but its timers stand still. Whoever started it says over IPC what time
 * it is ({@link ServiceOrder}), and is told when all that was due then has been done.
 */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AlertDeliveryService } from '../../src/alerts/alert-delivery.service.js';
import { AppModule } from '../../src/app.module.js';
import { APP_OPTIONS, setUpApp } from '../../src/app.setup.js';
import { Database } from '../../src/database/database.js';
import { DecisionLoop } from '../../src/decisions/decision-loop.service.js';
import { Dispatcher } from '../../src/email/dispatch/dispatcher.service.js';
import { FollowUps } from '../../src/follow-ups/follow-ups.service.js';
import { createHttpAdapter } from '../../src/http/http-adapter.js';
import { limitShutdown } from '../../src/shutdown-deadline.js';
import { stopTimers } from '../support/timers.js';

export interface ServiceOrder {
  /** ISO 8601. */
  readonly time: string;
}

export type ServiceNews =
  | { readonly kind: 'listening'; readonly url: string }
  /** All that was due is done; the next thing is due at that time, ISO 8601, unless somebody writes before. */
  | { readonly kind: 'rested'; readonly nextAt: string | null }
  | { readonly kind: 'failed'; readonly reason: string };

const app = await NestFactory.create<NestFastifyApplication>(AppModule, createHttpAdapter(), {
  ...APP_OPTIONS,
  logger: ['error', 'fatal'],
});
await setUpApp(app);
limitShutdown(app);
stopTimers(app);
await app.listen(0, '127.0.0.1');

let working = Promise.resolve();
process.on('message', ({ time }: ServiceOrder) => {
  working = working
    .then(() => liveAt(time))
    .then(tell, (error: unknown) => {
      tell({
        kind: 'failed',
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    });
});
// Whoever started us is gone.
process.on('disconnect', () => process.exit(1));
tell({ kind: 'listening', url: await app.getUrl() });

async function liveAt(time: string): Promise<ServiceNews> {
  const database = app.get(Database);
  await database.query(
    'UPDATE cam_clock SET clock_offset = make_interval(secs => EXTRACT(EPOCH FROM $1::timestamptz - clock_timestamp())::float8)',
    [time],
  );
  await app.get(DecisionLoop).runOnce();
  await app.get(FollowUps).runOnce();
  await app.get(Dispatcher).drain();
  // What became of these mails decides what comes next.
  await app.get(FollowUps).runOnce();
  await app.get(AlertDeliveryService).runOnce();
  const [row] = await database.query<{ next_at: Date | null }>(
    `SELECT min(at) AS next_at
       FROM (SELECT next_run_at AS at FROM cam_enrolments UNION ALL SELECT due_at FROM cam_dispatch_queue) AS due
      WHERE at > cam_now()`,
  );
  return { kind: 'rested', nextAt: row?.next_at?.toISOString() ?? null };
}

function tell(news: ServiceNews): void {
  process.send?.(news);
}
