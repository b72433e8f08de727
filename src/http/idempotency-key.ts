import { createHash } from 'node:crypto';
import { DomainError } from '../common/domain-error.js';

const KEY = /^[A-Za-z0-9._:/-]{1,255}$/;

/**
 * Reads the `Idempotency-Key` header: bare, or in the quotes of a structured field, which mean the same key.
 *
 * @param header two headers arrive joined by a comma, which no key holds
 * @throws DomainError `invalid_request`
 */
export function parseIdempotencyKey(header: string | readonly string[]): string {
  const text = String(header);
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (KEY.test(key)) return key;

  throw new DomainError('invalid_request', 'The Idempotency-Key is not one.', {
    errors: [
      {
        field: 'Idempotency-Key',
        code: 'wrong_format',
        detail: 'Must be one key of 1 to 255 letters, digits and the characters . _ : / -',
      },
    ],
  });
}

/**
 * Hex SHA-256 of what was asked for: equal for bodies that mean the same, whatever the order of their properties.
 *
 * @param body validated body, or its text
 */
export function fingerprintOf(body: unknown): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex');
}

/** True for answers that the same request would only get again. All others leave the key free for another try. */
export function isFinalStatus(status: number): boolean {
  return (status >= 200 && status < 300) || status === 404 || status === 422;
}

function canonicalJson(value: unknown): string {
  // `JSON.stringify` has no text for undefined, whatever its type says.
  if (value === undefined) return '';

  return JSON.stringify(value, (_name, child: unknown) => {
    const isRecord = typeof child === 'object' && child !== null && !Array.isArray(child);
    return isRecord ? sortedByName(child) : child;
  });
}

function sortedByName(record: object): object {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
