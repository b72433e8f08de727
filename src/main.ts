import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { APP_OPTIONS, setUpApp } from './app.setup.js';
import { ConfigError } from './config/config-error.js';
import { HttpConfig } from './config/http.config.js';
import { DataFolderLockedError } from './database/embedded/data-folder-lock.js';
import { createHttpAdapter } from './http/http-adapter.js';
import { limitShutdown } from './shutdown-deadline.js';
import { StartLogger } from './start-logger.js';

/** Faults that a person mends by reading one message: a stack would hide it. */
const EXPECTED = [ConfigError, DataFolderLockedError];

try {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, createHttpAdapter(), {
    ...APP_OPTIONS,
    logger: new StartLogger(process.stdout.isTTY),
  });
  await setUpApp(app);
  limitShutdown(app);
  const { port, host } = app.get(HttpConfig);
  await app.listen(port, host);
  new Logger('Main').log({ event: 'http.listening', url: await app.getUrl() });
} catch (error) {
  const isExpected = EXPECTED.some((kind) => error instanceof kind);
  const text =
    error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
