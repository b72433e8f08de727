import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js';
import { IdempotencyKeysTask } from './idempotency-keys.task.js';
import { IdempotencyPurge } from './idempotency-purge.service.js';
import { ProblemFilter } from './problem.filter.js';
import { ShutdownNotice } from './shutdown-notice.js';
import { RequestValidationPipe } from './validation.pipe.js';

/** What holds for every route: errors, validation, idempotency keys. Needs the `Database` of a global module. */
@Module({
  providers: [
    IdempotencyKeysRepository,
    IdempotencyKeysTask,
    IdempotencyPurge,
    ShutdownNotice,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: RequestValidationPipe },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  ],
  exports: [IdempotencyKeysRepository, ShutdownNotice],
})
export class HttpModule {}
