import {
  Injectable,
  Logger,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { PARAMTYPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { assertNever } from '../common/assert-never.js';
import { DomainError } from '../common/domain-error.js';
import { describeFault } from '../common/fault-report.js';
import { fingerprintOf, isFinalStatus, parseIdempotencyKey } from './idempotency-key.js';
import { IdempotencyKeysRepository, type IdempotencyKeyId } from './idempotency-keys.repository.js';
import { toProblem } from './problem.js';
import { pathOf } from './request-path.js';
import { RequestValidationPipe } from './validation.pipe.js';

/**
 * Runs a POST with an `Idempotency-Key` once and repeats its answer for 24 h.
 *
 * A process that dies between the handler's commit and the stored answer leaves a claim that falls after 60 s, and the
 * handler then runs again: what must not happen twice is made safe by the handler's own constraints.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger(IdempotencyInterceptor.name);
  private readonly validation = new RequestValidationPipe();

  constructor(private readonly keys: IdempotencyKeysRepository) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const header = request.headers['idempotency-key'];
    const routeUrl = request.routeOptions.url ?? '';
    if (header === undefined || request.method !== 'POST' || !routeUrl.startsWith('/api/cam/')) {
      return next.handle();
    }

    const id = { scope: scopeOf(request, routeUrl), key: parseIdempotencyKey(header) };
    const fingerprint = fingerprintOf(await this.validBody(context, request.body));
    const reply = context.switchToHttp().getResponse<FastifyReply>();

    const claim = await this.keys.claim(id, fingerprint);
    switch (claim.kind) {
      case 'claimed':
        return of(await this.run(next, request, reply, id, claim.lock));
      case 'answered':
        return of(replay(reply, claim.statusCode, claim.body));
      case 'running':
        throw new DomainError('idempotency_key_in_use', 'Ask again for its answer.', {
          retryAfterS: claim.retryAfterS,
        });
      case 'reused_with_other_body':
        throw new DomainError('idempotency_key_reused', 'Take a new key for another request.');
      default:
        return assertNever(claim);
    }
  }

  /** Interceptors run before pipes. An invalid body must not take the key, and equal ones must look equal. */
  private async validBody(context: ExecutionContext, body: unknown): Promise<unknown> {
    const metatype = bodyTypeOf(context);
    return metatype === undefined ? body : this.validation.transform(body, { type: 'body', metatype });
  }

  private async run(
    next: CallHandler,
    request: FastifyRequest,
    reply: FastifyReply,
    id: IdempotencyKeyId,
    lock: string,
  ): Promise<unknown> {
    let value: unknown;
    try {
      value = await lastValueFrom(next.handle());
    } catch (error) {
      const { status, body } = toProblem(error, pathOf(request));
      await this.end(id, lock, status, JSON.stringify(body));
      throw error;
    }
    await this.end(id, lock, reply.statusCode, value === undefined ? '' : JSON.stringify(value));
    return value;
  }

  /** What the handler did stands, whether or not its answer can be kept: so a failure here is logged and no more. */
  private async end(id: IdempotencyKeyId, lock: string, status: number, body: string): Promise<void> {
    try {
      if (!isFinalStatus(status)) {
        await this.keys.release(id, lock);
      } else if (!(await this.keys.settle(id, lock, status, body))) {
        this.logger.warn({ event: 'idempotency.claim_lost', status });
      }
    } catch (error) {
      this.logger.error({ event: 'idempotency.answer_not_kept', status, fault: describeFault(error) });
    }
  }
}

/** Built from the route and its decoded parameters: one resource has one scope however its path is spelled. */
function scopeOf(request: FastifyRequest, routeUrl: string): string {
  const parameters = request.params as Readonly<Record<string, string>>;
  const path = routeUrl.replaceAll(/:(\w+)/g, (_match, name: string) =>
    encodeURIComponent(parameters[name] ?? ''),
  );
  return `${request.apiKeyName} ${request.method} ${path}`;
}

/** The stored text goes out byte for byte. */
function replay(reply: FastifyReply, statusCode: number, body: string): string {
  void reply.status(statusCode).header('Idempotency-Replayed', 'true');
  if (body !== '') {
    void reply.type(statusCode >= 400 ? 'application/problem+json' : 'application/json; charset=utf-8');
  }
  return body;
}

/** Class of the handler's whole-body parameter, as Nest itself finds it; undefined when it takes none. */
function bodyTypeOf(context: ExecutionContext): Type | undefined {
  const controller = context.getClass();
  const method = context.getHandler().name;
  const parameters = Object.entries(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Readonly<
      Record<string, { readonly index: number; readonly data?: unknown }>
    >,
  );
  const body = parameters.find(
    ([name, { data }]) => name.startsWith(`${RouteParamtypes.BODY}:`) && data === undefined,
  );
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, controller.prototype as object, method) as
    readonly Type[] | undefined;
  return body === undefined ? undefined : types?.[body[1].index];
}
