import { RequestMethod } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { HttpConfig } from './config/http.config.js';
import { registerHttp } from './http/register-http.js';
import { ShutdownNotice } from './http/shutdown-notice.js';
import { closeUnusedConnections } from './http/unused-connections.js';
import { createOpenApi } from './openapi-document.js';

/** Nest options that go with {@link setUpApp}. */
export const APP_OPTIONS = { bodyParser: false, abortOnError: false } as const;

/** What the process and the e2e tests share: initialises the application, which then only has to `listen()`. */
export async function setUpApp(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  registerHttp(fastify, app.get(HttpConfig).apiKeys);
  closeUnusedConnections(fastify, app.get(ShutdownNotice));
  prefixRoutes(app);
  // Asked to end, it ends well: without this, Nest repeats the signal and the process reports a death by it.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.init();
  // Fastify gives a route the error handler of its moment: before `init()` that is not ours, and a refusal answers 500.
  SwaggerModule.setup('api/docs', app, () => createOpenApi(app), { jsonDocumentUrl: 'api/openapi.json' });
}

/** Everything but the probes, the unsubscribe links and the providers' webhooks lives below `/api/cam`. */
export function prefixRoutes(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api/cam', {
    exclude: [
      ...['health', 'health/live', 'health/ready'].map((path) => ({ path, method: RequestMethod.GET })),
      { path: 'u/:token', method: RequestMethod.GET },
      { path: 'u/:token', method: RequestMethod.POST },
      { path: 'webhooks/resend', method: RequestMethod.POST },
    ],
  });
}
