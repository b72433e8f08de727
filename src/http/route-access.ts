import type { ApiScope } from '../config/api-keys.js';

/** What a caller needs: nothing, any valid key, or a key with a scope. */
export type RequiredAccess = 'open' | 'any_key' | ApiScope;

const UNDER_API = /^\/+api(?:\/|$)/i;
const OPEN_ROUTES = /^\/(?:health|u|webhooks)(?:\/|$)/;
const POST_ROUTES_OF_SENDERS = /^\/api\/cam\/emails?\//;

/**
 * Access by the pattern of the route that serves the request, never by its path: what the router made of slashes,
 * case and percent-encoding is all that counts.
 *
 * @param routeUrl pattern such as `/api/cam/leads/:id`; undefined when no route matched
 * @param path path as the caller wrote it; only looked at when no route matched
 */
export function requiredAccess(method: string, routeUrl: string | undefined, path: string): RequiredAccess {
  // Nothing is served there, but strangers need not learn what is not.
  if (routeUrl === undefined) return UNDER_API.test(path) ? 'any_key' : 'open';
  if (OPEN_ROUTES.test(routeUrl)) return 'open';
  if (method === 'GET' || method === 'HEAD') return 'read';
  return method === 'POST' && POST_ROUTES_OF_SENDERS.test(routeUrl) ? 'send' : 'manage';
}

/** Routes that a process without API keys serves to local callers alone. */
export function isLocalOnlyWithoutKeys(routeUrl: string | undefined, path: string): boolean {
  return UNDER_API.test(routeUrl ?? path);
}
