import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { APP_OPTIONS, setUpApp } from '../../src/app.setup.js';
import { createHttpAdapter } from '../../src/http/http-adapter.js';
import { limitShutdown } from '../../src/shutdown-deadline.js';
import { StartLogger } from '../../src/start-logger.js';

/** The service as `main.ts` starts it, but that its shutdown waits for a second only. */
const app = await NestFactory.create<NestFastifyApplication>(AppModule, createHttpAdapter(), {
  ...APP_OPTIONS,
  logger: new StartLogger(false),
});
await setUpApp(app);
limitShutdown(app, { deadlineMs: 1_000, graceMs: 500 });
await app.listen(0, '127.0.0.1');
new Logger('Main').log({ event: 'http.listening', url: await app.getUrl() });
