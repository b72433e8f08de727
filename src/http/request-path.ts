import type { FastifyRequest } from 'fastify';

/** Path of the request as it came, without the query: that may hold addresses. */
export function pathOf(request: Pick<FastifyRequest, 'url'>): string {
  return request.url.split('?', 1).join('');
}
