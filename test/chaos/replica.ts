/** One replica: the service as `main.ts` starts it, but for scaled times and the places where it can be told to die. */
import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app.module.js';
import { APP_OPTIONS, setUpApp } from '../../src/app.setup.js';
import { DatabaseConfig } from '../../src/config/database.config.js';
import { EmailProviderConfig } from '../../src/config/email-provider.config.js';
import { SendingConfig } from '../../src/config/sending.config.js';
import { createDataSource } from '../../src/data-source.js';
import { type PostgresOptions, postgresOptions } from '../../src/database/connection-options.js';
import { DatabaseRuntime } from '../../src/database/database-runtime.js';
import { Database } from '../../src/database/database.js';
import { Dispatcher } from '../../src/email/dispatch/dispatcher.service.js';
import { DISPATCH_TIMING } from '../../src/email/dispatch/lease.js';
import { EMAIL_PROVIDER } from '../../src/email/provider/email-provider.js';
import { AcceptRepository } from '../../src/email/sending/accept.repository.js';
import { EmailComposer } from '../../src/email/sending/email-composer.service.js';
import { StepMailsRepository } from '../../src/email/steps/step-mails.repository.js';
import { StepSending } from '../../src/email/steps/step-sending.service.js';
import { FollowUpsTask } from '../../src/follow-ups/follow-ups.task.js';
import { createHttpAdapter } from '../../src/http/http-adapter.js';
import { limitShutdown } from '../../src/shutdown-deadline.js';
import { StartLogger } from '../../src/start-logger.js';
import {
  type KillOrder,
  KillPoints,
  MortalDatabase,
  MortalResendProvider,
  MortalStepSending,
} from './kill-points.js';
import {
  CHAOS_TIMING,
  CONNECT_TIMEOUT_MS,
  FOLLOW_UPS_PERIOD_MS,
  POOL_SIZE,
  QUERY_TIMEOUT_MS,
  SHUTDOWN_LIMITS,
} from './timing.js';
import { removeGuard, type Guard } from './without-guard.js';

export interface ReplicaNews {
  readonly url: string;
}

const [name = '', guard] = process.argv.slice(2);
const killPoints = new KillPoints();
process.on('message', (order: KillOrder) => killPoints.arm(order));
// Whoever started us is gone.
process.on('disconnect', () => process.exit(1));

const testing = Test.createTestingModule({ imports: [AppModule] })
  .overrideProvider(DISPATCH_TIMING)
  .useValue(CHAOS_TIMING)
  .overrideProvider(DatabaseRuntime)
  .useFactory({
    factory: (config: DatabaseConfig) =>
      DatabaseRuntime.open(config, (connection) => impatient(createDataSource(connection))),
    inject: [DatabaseConfig],
  })
  .overrideProvider(Database)
  .useFactory({
    factory: ({ dataSource }: DatabaseRuntime) => new MortalDatabase(dataSource, killPoints),
    inject: [DatabaseRuntime],
  })
  .overrideProvider(EMAIL_PROVIDER)
  .useFactory({
    factory: ({ resendApiKey, resendBaseUrl, fromEmail }: EmailProviderConfig) => {
      // The SDK reads its own variable, which our configuration has removed: the stand-in tells callers apart by it.
      process.env['RESEND_USER_AGENT'] = name;
      const settings = { apiKey: resendApiKey ?? '', baseUrl: resendBaseUrl ?? '', fromEmail };
      return new MortalResendProvider(settings, killPoints);
    },
    inject: [EmailProviderConfig],
  })
  .overrideProvider(StepSending)
  .useFactory({
    factory: (...parts: ConstructorParameters<typeof StepSending>) =>
      new MortalStepSending(killPoints, ...parts),
    inject: [EmailComposer, AcceptRepository, StepMailsRepository, Dispatcher, SendingConfig, EMAIL_PROVIDER],
  });
if (guard !== undefined) removeGuard(testing, guard as Guard);
const module = await testing.setLogger(new StartLogger(false)).compile();

const app = module.createNestApplication<NestFastifyApplication>(createHttpAdapter(), APP_OPTIONS);
await setUpApp(app);
limitShutdown(app, SHUTDOWN_LIMITS);
await app.listen(0, '127.0.0.1');
// Two replicas that started together would look for steps at the same moments for ever, and the later one find none.
const followUps = app.get(FollowUpsTask, { strict: false });
const periodMs = FOLLOW_UPS_PERIOD_MS.least + Math.random() * FOLLOW_UPS_PERIOD_MS.spread;
app.get(SchedulerRegistry, { strict: false }).addInterval(
  'chaos',
  setInterval(() => void followUps.run(), periodMs),
);
process.send?.({ url: await app.getUrl() } satisfies ReplicaNews);

/** The same data source, which waits less long for an answer. */
function impatient({ options }: DataSource): DataSource {
  const { extra } = postgresOptions('', {
    max: POOL_SIZE,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
  });
  return new DataSource({ ...(options as PostgresOptions), extra });
}
