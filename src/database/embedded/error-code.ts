import { isNativeError } from 'node:util/types';

/** Code of a system error, such as ENOENT; undefined for any other. */
export function errorCode(error: unknown): string | undefined {
  return isNativeError(error) && 'code' in error ? String(error.code) : undefined;
}
