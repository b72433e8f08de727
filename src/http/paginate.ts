import type { FastifyReply, FastifyRequest } from 'fastify';
import { DEFAULT_PAGE_SIZE, type PageQuery } from './page.dto.js';
import { decodeCursor, encodeCursor, nextLink } from './pagination.js';

/**
 * Answers one page of a list, newest (highest id) first, and says in `Link` where the next one is.
 *
 * @param read rows below `beforeId`, at most `limit` of them
 */
export async function paginate<Row extends { readonly id: number }>(
  request: FastifyRequest,
  reply: FastifyReply,
  query: PageQuery,
  read: (limit: number, beforeId: number | null) => Promise<Row[]>,
): Promise<Row[]> {
  const limit = query.limit ?? DEFAULT_PAGE_SIZE;
  const beforeId = query.cursor === undefined ? null : decodeCursor(query.cursor);
  // One more than asked for tells whether there is a next page.
  const rows = await read(limit + 1, beforeId);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length > limit && last !== undefined) {
    const path = request.url.split('?', 1)[0] ?? request.url;
    // The validation pipe has refused everything but single texts by now.
    const filters = request.query as Readonly<Record<string, string>>;
    void reply.header('Link', nextLink(path, filters, encodeCursor(last.id)));
  }
  return page;
}
