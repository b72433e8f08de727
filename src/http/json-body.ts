import { DomainError } from '../common/domain-error.js';
import { formatFieldPath } from './field-path.js';

/** Deeper than any body of ours, and shallow enough for every recursion that meets it later. */
const MAX_JSON_DEPTH = 32;

/**
 * Bounds on the time that validation can take: members of one object or list (class-transformer compares every name of
 * an object with every other), and values in all.
 */
const MAX_JSON_MEMBERS = 2_000;
const MAX_JSON_VALUES = 300_000;

/**
 * Names that mean something to every JavaScript object (`__proto__`, `constructor`, `toString` …). Libraries on the way
 * either act on such a property or drop it in silence, so a caller must not use them.
 */
export function isReservedName(name: string): boolean {
  return name === 'prototype' || Object.hasOwn(Object.prototype, name);
}

/**
 * Reads UTF-8 text.
 *
 * @throws DomainError `malformed_json`
 */
export function parseTextBody(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DomainError('malformed_json', 'The body is not UTF-8 text.', { cause: error });
  }
  if (text.includes('\0')) throw new DomainError('malformed_json', 'The body holds a NUL character.');
  return text;
}

/**
 * Reads JSON that PostgreSQL can store and that no later step can trip over. Nothing of the input but the path of the
 * fault comes back in an error. Of equal keys in one object the last one counts.
 *
 * @throws DomainError `malformed_json` or `invalid_request`
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = parseTextBody(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DomainError('malformed_json', 'The body is not valid JSON.', { cause: error });
  }
  new JsonChecker().check(value);
  return value;
}

/** Walks one parsed body and stops at its first fault. */
class JsonChecker {
  private readonly path: (string | number)[] = [];
  private valuesSeen = 0;

  check(value: unknown): void {
    this.valuesSeen += 1;
    if (this.valuesSeen > MAX_JSON_VALUES) {
      this.fail('too_many_values', `Holds more than ${MAX_JSON_VALUES} values.`);
    }

    if (typeof value === 'string' && !isStorable(value)) {
      this.fail('invalid_text', 'Holds a NUL character or half of a surrogate pair.');
    }
    if (typeof value !== 'object' || value === null) return;

    if (this.path.length >= MAX_JSON_DEPTH) {
      this.fail('too_deep', `Is nested deeper than ${MAX_JSON_DEPTH} levels.`);
    }
    if (Object.keys(value).length > MAX_JSON_MEMBERS) {
      this.fail('too_many_values', `Holds more than ${MAX_JSON_MEMBERS} members.`);
    }
    if (Array.isArray(value)) value.forEach((item, index) => this.checkChild(index, item));
    else this.checkObject(value);
  }

  private checkObject(value: object): void {
    for (const [key, child] of Object.entries(value)) {
      if (!isStorable(key)) {
        this.fail('invalid_text', 'Has a key with a NUL character or half of a surrogate pair.');
      }
      if (isReservedName(key)) this.fail('forbidden_key', 'Has a key that is reserved in JavaScript.');
      this.checkChild(key, child);
    }
  }

  private checkChild(key: string | number, child: unknown): void {
    this.path.push(key);
    this.check(child);
    this.path.pop();
  }

  private fail(code: string, detail: string): never {
    throw new DomainError('invalid_request', 'The body holds what cannot be read safely.', {
      errors: [{ field: formatFieldPath(this.path), code, detail }],
    });
  }
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
