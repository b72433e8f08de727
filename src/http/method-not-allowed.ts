import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import { pathOf } from './request-path.js';

/**
 * Answers 405 with `Allow` where the path is known under other methods; Nest and Fastify answer 404. To be called
 * before routes exist and after {@link registerApiAccess}, so that strangers learn nothing from it.
 */
export function registerMethodNotAllowed(fastify: FastifyInstance): void {
  const methodsByPattern = new Map<string, Set<string>>();

  fastify.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPattern.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsByPattern.set(url, methods);
  });

  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();

    const path = pathOf(request);
    const allowed = [...methodsByPattern].flatMap(([pattern, methods]) =>
      matchesPattern(pattern, path) ? [...methods] : [],
    );
    if (allowed.length === 0) return done();

    void reply.header('Allow', [...new Set(allowed)].sort().join(', '));
    throw new DomainError('method_not_allowed', 'The path is known, but not with this method.');
  });
}

/** Knows whole-segment parameters and a last `*`, which are all the patterns we write. */
function matchesPattern(pattern: string, path: string): boolean {
  const expected = pattern.split('/');
  const actual = path.split('/');

  return (
    (expected.length === actual.length || (expected.at(-1) === '*' && expected.length < actual.length)) &&
    expected.every((segment, index) => {
      const part = actual[index] ?? '';
      return segment === '*' || (segment.startsWith(':') ? part !== '' : segment === part);
    })
  );
}
