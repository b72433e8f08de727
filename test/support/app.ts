import type { AddressInfo } from 'node:net';
import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { APP_OPTIONS, setUpApp } from '../../src/app.setup.js';
import { Configuration } from '../../src/config/load-config.js';
import { Dispatcher } from '../../src/email/dispatch/dispatcher.service.js';
import {
  DEFAULT_DISPATCH_TIMING,
  DISPATCH_TIMING,
  type DispatchTiming,
} from '../../src/email/dispatch/lease.js';
import { EMAIL_PROVIDER, type EmailProvider } from '../../src/email/provider/email-provider.js';
import { FollowUps } from '../../src/follow-ups/follow-ups.service.js';
import { MailboxPoller, type PollReport } from '../../src/inbox/sources/polling/mailbox-poller.service.js';
import { MailReader } from '../../src/inbox/reading/mail-reader.service.js';
import { createHttpAdapter } from '../../src/http/http-adapter.js';
import type { ProblemBody } from '../../src/http/problem.js';
import { configurationOf } from './config.js';
import { InProcessMailReader } from './in-process-mail-reader.js';
import { stopTimers } from './timers.js';

const HOUR_MS = 3_600_000;

type Settings = NonNullable<Parameters<typeof configurationOf>[0]>;

export interface TestAppOptions extends Settings {
  /** Of a migrated database, `TestDatabase.url`. */
  readonly databaseUrl: string;
  /** Stands in for the provider that the settings ask for. */
  readonly provider?: EmailProvider;
  readonly timing?: Partial<DispatchTiming>;
  /** Nothing is logged without one. */
  readonly logger?: LoggerService;
}

/** What a view of ours looks like after its way over HTTP. */
export type OnWire<Value> = Value extends Date
  ? string
  : Value extends readonly (infer Item)[]
    ? OnWire<Item>[]
    : Value extends object
      ? { [Name in keyof Value]: OnWire<Value[Name]> }
      : Value;

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed text; undefined when it is no JSON. */
  readonly body: OnWire<Body>;
}

export interface ApiCall {
  /** Sent as JSON unless it is a string, which goes as it is, as JSON too unless `headers` say otherwise. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the REST API as its users do. Paths are below `/api/cam/` unless they begin with a slash. */
export class ApiClient {
  constructor(
    readonly baseUrl: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** The same API for a caller who always sends these headers. */
  as(headers: Readonly<Record<string, string>>): ApiClient {
    return new ApiClient(this.baseUrl, { ...this.headers, ...headers });
  }

  async call<Body = ProblemBody>(
    method: string,
    path: string,
    { body, headers }: ApiCall = {},
  ): Promise<ApiAnswer<Body>> {
    const url = path.startsWith('/') ? path : `/api/cam/${path}`;
    const response = await fetch(this.baseUrl + url, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...this.headers,
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as OnWire<Body>,
    };
  }

  get<Body = ProblemBody>(path: string, headers: ApiCall['headers'] = {}): Promise<ApiAnswer<Body>> {
    return this.call('GET', path, { headers });
  }

  post<Body = ProblemBody>(
    path: string,
    body?: unknown,
    headers: ApiCall['headers'] = {},
  ): Promise<ApiAnswer<Body>> {
    return this.call('POST', path, { body, headers });
  }

  put<Body = ProblemBody>(path: string, body?: unknown): Promise<ApiAnswer<Body>> {
    return this.call('PUT', path, { body });
  }

  patch<Body = ProblemBody>(path: string, body: unknown): Promise<ApiAnswer<Body>> {
    return this.call('PATCH', path, { body });
  }

  delete<Body = ProblemBody>(path: string): Promise<ApiAnswer<Body>> {
    return this.call('DELETE', path);
  }
}

/**
 * The whole service, as `main.ts` starts it, on a free port of loopback; several may share one database. Its timers stand
 * still: a tick that falls between two steps of a test would take the work that the test calls for.
 */
export class TestApp {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly api: ApiClient,
  ) {}

  static async start({
    databaseUrl,
    provider,
    timing,
    logger,
    ...settings
  }: TestAppOptions): Promise<TestApp> {
    const testing = Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(Configuration)
      .useValue(configurationOf({ ...settings, database: { url: databaseUrl, ...settings.database } }))
      // The thread of the real one wants compiled code.
      .overrideProvider(MailReader)
      .useValue(new InProcessMailReader())
      .overrideProvider(DISPATCH_TIMING)
      // Nothing is sent by the clock: tests drain, or their own accepting wakes the loop.
      .useValue({ ...DEFAULT_DISPATCH_TIMING, pollMs: HOUR_MS, ...timing });
    if (provider !== undefined) testing.overrideProvider(EMAIL_PROVIDER).useValue(provider);
    const module = await testing.compile();

    const app = module.createNestApplication<NestFastifyApplication>(createHttpAdapter(), {
      ...APP_OPTIONS,
      logger: logger ?? false,
    });
    await setUpApp(app);
    stopTimers(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new TestApp(app, new ApiClient(`http://127.0.0.1:${port}`));
  }

  /** Sends what is due, now instead of at the retry task's next tick. */
  async drain(): Promise<void> {
    await this.app.get(Dispatcher).drain();
  }

  /** Makes mail of the steps that are due, now instead of at the next tick, and sends what is due. */
  async advance(): Promise<void> {
    await this.app.get(FollowUps).runOnce();
    await this.drain();
    // What became of these mails decides what comes next.
    await this.app.get(FollowUps).runOnce();
  }

  /** Reads the mailbox if a poll is due, now instead of at the poll task's next tick. */
  async poll(): Promise<PollReport> {
    return this.app.get(MailboxPoller).runOnce();
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
