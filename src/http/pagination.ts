import { DomainError } from '../common/domain-error.js';

/** Bumped when cursors come to mean something else: older ones are then refused instead of misread. */
const VERSION = 'v1';

/** Largest value of PostgreSQL's `integer`. */
const MAX_ID = 2_147_483_647;

/** Opaque text for "rows with a smaller id than this one". */
export function encodeCursor(id: number): string {
  return Buffer.from(`${VERSION}:${id}`).toString('base64url');
}

/** @throws DomainError `invalid_request` for anything that {@link encodeCursor} did not make */
export function decodeCursor(cursor: string): number {
  const [, digits = ''] =
    /^v1:([1-9]\d{0,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const id = Number(digits);

  // Node decodes leniently: only the exact text is ours.
  if (id === 0 || id > MAX_ID || encodeCursor(id) !== cursor) {
    throw new DomainError('invalid_request', 'The cursor is not one of ours.', {
      errors: [
        { field: 'cursor', code: 'invalid_cursor', detail: 'Use the `next` link of an earlier answer.' },
      ],
    });
  }
  return id;
}

/**
 * Value of the `Link` header that leads to the next page under the same filters.
 *
 * @param path path of the list, e.g. `/api/cam/leads`
 * @param query the validated query: scalars and dates; absent ones and an older cursor are left out
 */
export function nextLink(path: string, query: object, nextCursor: string): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(
    query as Readonly<Record<string, string | number | boolean | Date | null | undefined>>,
  )) {
    if (value === undefined || value === null || name === 'cursor') continue;
    parameters.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  parameters.set('cursor', nextCursor);
  return `<${path}?${parameters.toString()}>; rel="next"`;
}
