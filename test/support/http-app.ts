import { request as sendRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoggerService, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { ApiKey } from '../../src/config/api-keys.js';
import { createHttpAdapter } from '../../src/http/http-adapter.js';
import { HttpModule } from '../../src/http/http.module.js';
import { IdempotencyKeysRepository } from '../../src/http/idempotency-keys.repository.js';
import { registerHttp } from '../../src/http/register-http.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed text; undefined when it is empty. */
  readonly json: unknown;
}

export interface Ask {
  /** A list keeps duplicates and order: `['Host', 'a', 'Host', 'b']`. */
  readonly headers?: Readonly<Record<string, string>> | readonly string[];
  readonly body?: string | Uint8Array;
}

/** The HTTP layer of the service around a few controllers, on a port of its own. */
export class HttpApp {
  private constructor(private readonly app: NestFastifyApplication) {}

  static async start(options: {
    readonly controllers: readonly Type[];
    readonly apiKeys?: readonly ApiKey[];
    /** Nothing is logged without one. */
    readonly logger?: LoggerService;
    /** Stands in for the repository; calls with an Idempotency-Key need one. */
    readonly idempotencyKeys?: Partial<IdempotencyKeysRepository>;
  }): Promise<HttpApp> {
    const module = await Test.createTestingModule({
      imports: [HttpModule],
      controllers: [...options.controllers],
    })
      .overrideProvider(IdempotencyKeysRepository)
      .useValue(options.idempotencyKeys ?? {})
      .compile();
    const app = module.createNestApplication<NestFastifyApplication>(createHttpAdapter(), {
      bodyParser: false,
      logger: options.logger ?? false,
    });
    registerHttp(app.getHttpAdapter().getInstance(), options.apiKeys ?? []);
    await app.listen(0, '127.0.0.1');
    return new HttpApp(app);
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  /** Node's client, not `fetch`: that one hides or forbids half of what a hostile caller sends. */
  ask(method: string, path: string, { headers = {}, body }: Ask = {}): Promise<Answer> {
    const { port } = this.app.getHttpServer().address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const outgoing = sendRequest(
        { method, path, port, host: '127.0.0.1', agent: false, headers: withHost(headers, port) },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = (incoming.headers['content-type'] ?? '').includes('json') && text !== '';
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text,
              json: isJson ? (JSON.parse(text) as unknown) : undefined,
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  postJson(path: string, value: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask('POST', path, {
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(value),
    });
  }
}

function withHost(
  headers: Readonly<Record<string, string>> | readonly string[],
  port: number,
): Record<string, string> | string[] {
  return isList(headers) ? [...headers] : { Host: `127.0.0.1:${port}`, ...headers };
}

function isList(headers: NonNullable<Ask['headers']>): headers is readonly string[] {
  return Array.isArray(headers);
}
