/**
 * The same plain data with every string as PostgreSQL can hold it, in `text` and in `jsonb`: NUL and lone surrogates
 * (half a character that a cut left) become U+FFFD.
 */
export function storable<T>(data: T): T {
  return storableValue(data) as T;
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').toWellFormed();
  if (Array.isArray(value)) return value.map(storableValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, storableValue(inner)]));
}
