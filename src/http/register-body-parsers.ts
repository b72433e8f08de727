import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import { parseJsonBody, parseTextBody } from './json-body.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes as they came, on `/webhooks/` routes only: signatures are made over these. */
    rawBody?: Buffer;
  }
}

/** For every type; larger bodies answer 413. */
export const BODY_LIMIT_BYTES = 5 * 1024 * 1024;

const PARSERS: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  'application/json': parseJsonBody,
  'text/csv': parseTextBody,
};

/**
 * Makes the types of {@link PARSERS} the only ones that are read: all others, and bodies without a type, answer 415.
 * For an application created with `bodyParser: false`, before it listens.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();

  fastify.addHook('preParsing', (request, _reply, _payload, done) => {
    if (isBodyIgnored(request) || isPlainUtf8(request)) done();
    else {
      done(new DomainError('unsupported_media_type', 'Bodies are read as UTF-8 without a Content-Encoding.'));
    }
  });

  for (const [contentType, parse] of Object.entries(PARSERS)) {
    fastify.addContentTypeParser<Buffer>(
      contentType,
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
      (request, bytes, done) => {
        if (isBodyIgnored(request)) return done(null, undefined);

        if (!isSigned(request)) return done(null, parse(bytes));
        // Nothing of it is read before the route has found its signature good.
        request.rawBody = bytes;
        done(null, undefined);
      },
    );
  }

  fastify.addContentTypeParser('*', (request, payload, done) => {
    if (!isBodyIgnored(request)) {
      const known = Object.keys(PARSERS).join(' or ');
      return done(new DomainError('unsupported_media_type', `Send the body as ${known}.`));
    }
    payload.resume();
    done(null, undefined);
  });
}

function isSigned(request: FastifyRequest): boolean {
  return request.routeOptions.url?.startsWith('/webhooks/') ?? false;
}

/** One-click unsubscribe takes any body (RFC 8058 sends a form), and a route that does not exist has none to read. */
function isBodyIgnored(request: FastifyRequest): boolean {
  return request.is404 || (request.routeOptions.url?.startsWith('/u/') ?? false);
}

function isPlainUtf8({ headers }: FastifyRequest): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  const charsets = (headers['content-type'] ?? '').matchAll(/;\s*charset\s*=\s*"?([^";]*)"?/gi);

  return (
    encoding.trim().toLowerCase() === 'identity' &&
    [...charsets].every(([, charset = '']) => charset.trim().toLowerCase() === 'utf-8')
  );
}
