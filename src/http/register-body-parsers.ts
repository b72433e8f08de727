import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import { parseJsonBody, parseTextBody } from './json-body.js';
import { RawMailBody } from './raw-mail-body.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes as they came, on `/webhooks/` routes only: signatures are made over these. */
    rawBody?: Buffer;
  }
}

/** For every type but mail; larger bodies answer 413. */
export const BODY_LIMIT_BYTES = 5 * 1024 * 1024;

/** What most mailboxes take in. A request holds this much memory at most, twice while it is read. */
const MAIL_LIMIT_BYTES = 25 * 1024 * 1024;

const MAIL = 'message/rfc822';
const MAIL_ROUTE = '/api/cam/emails/inbound';

interface BodyParser {
  readonly limit: number;
  readonly parse: (bytes: Buffer) => unknown;
}

const PARSERS: Readonly<Record<string, BodyParser>> = {
  'application/json': { limit: BODY_LIMIT_BYTES, parse: parseJsonBody },
  'text/csv': { limit: BODY_LIMIT_BYTES, parse: parseTextBody },
  [MAIL]: { limit: MAIL_LIMIT_BYTES, parse: (bytes) => new RawMailBody(bytes) },
};

/**
 * Makes the types of {@link PARSERS} the only ones that are read: all others, and bodies without a type, answer 415.
 * For an application created with `bodyParser: false`, before it listens.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();

  fastify.addHook('preParsing', (request, _reply, _payload, done) => {
    if (isBodyIgnored(request)) done();
    else if (isMail(request) !== takesMail(request)) {
      done(
        new DomainError('unsupported_media_type', `POST emails/inbound, and nothing else, reads ${MAIL}.`),
      );
    } else if (isPlainUtf8(request)) done();
    else {
      done(new DomainError('unsupported_media_type', 'Bodies are read as UTF-8 without a Content-Encoding.'));
    }
  });

  for (const [contentType, { limit, parse }] of Object.entries(PARSERS)) {
    fastify.addContentTypeParser<Buffer>(
      contentType,
      { parseAs: 'buffer', bodyLimit: limit },
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

function isMail({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === MAIL;
}

function takesMail({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'POST' && routeOptions.url === MAIL_ROUTE;
}

function isPlainUtf8({ headers }: FastifyRequest): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  const charsets = (headers['content-type'] ?? '').matchAll(/;\s*charset\s*=\s*"?([^";]*)"?/gi);

  return (
    encoding.trim().toLowerCase() === 'identity' &&
    [...charsets].every(([, charset = '']) => charset.trim().toLowerCase() === 'utf-8')
  );
}
