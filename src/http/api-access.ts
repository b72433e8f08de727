import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { ApiKey } from '../config/api-keys.js';
import { isLoopbackHost } from '../config/loopback.js';
import { pathOf } from './request-path.js';
import { isLocalOnlyWithoutKeys, requiredAccess } from './route-access.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the caller's API key; empty when the process has none or the route is open. */
    apiKeyName: string;
  }
}

/**
 * Refuses callers before anything of their body is read. To be called before routes exist.
 *
 * @param keys without any, `/api` answers local callers only
 */
export function registerApiAccess(fastify: FastifyInstance, keys: readonly ApiKey[]): void {
  fastify.decorateRequest('apiKeyName', '');

  fastify.addHook('onRequest', (request, _reply, done) => {
    if (keys.length === 0) requireLocalCaller(request);
    else request.apiKeyName = requireKey(request, keys);
    done();
  });
}

/** A page in a browser on this machine can reach the port too, but not under a loopback name of its own. */
function requireLocalCaller(request: FastifyRequest): void {
  if (!isLocalOnlyWithoutKeys(routeUrlOf(request), pathOf(request))) return;

  const isProxied = Object.keys(request.headers).some((name) => /^(?:forwarded$|x-forwarded-)/.test(name));
  if (isProxied || !hasLoopbackHost(request)) {
    throw new DomainError(
      'api_keys_required',
      'Set AICMO_API_KEYS to serve callers other than this machine.',
    );
  }
}

function hasLoopbackHost(request: FastifyRequest): boolean {
  const hosts = request.raw.headersDistinct['host'] ?? [];
  const [, host] = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(hosts[0] ?? '') ?? [];
  return hosts.length === 1 && host !== undefined && isLoopbackHost(host);
}

/** @returns the name of the caller's key, or '' where none is asked for */
function requireKey(request: FastifyRequest, keys: readonly ApiKey[]): string {
  const needed = requiredAccess(request.method, routeUrlOf(request), pathOf(request));
  if (needed === 'open') return '';

  const key = findKey(presentedKey(request), keys);
  if (key === undefined) {
    throw new DomainError('unauthorized', 'Send a known API key as `Authorization: Bearer <key>`.');
  }
  if (needed !== 'any_key' && !key.scopes.has(needed)) {
    throw new DomainError('insufficient_scope', `This call needs a key with the scope "${needed}".`);
  }
  return key.name;
}

/** The empty string stands for no key, or for what is not one. */
function presentedKey(request: FastifyRequest): string {
  const values = request.raw.headersDistinct['authorization'] ?? [];
  const [, key = ''] = /^Bearer +([\x21-\x7e]+)$/i.exec(values[0] ?? '') ?? [];
  return values.length === 1 ? key : '';
}

/** Compares with every key, so that the time taken tells nothing about any. */
function findKey(presented: string, keys: readonly ApiKey[]): ApiKey | undefined {
  const digest = createHash('sha256').update(presented).digest();
  const [match] = keys.filter((key) => timingSafeEqual(key.sha256, digest));
  return presented === '' ? undefined : match;
}

function routeUrlOf(request: FastifyRequest): string | undefined {
  return request.is404 ? undefined : request.routeOptions.url;
}
