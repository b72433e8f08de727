import type { FastifyInstance } from 'fastify';
import type { ApiKey } from '../config/api-keys.js';
import { registerApiAccess } from './api-access.js';
import { registerMethodNotAllowed } from './method-not-allowed.js';
import { registerBodyParsers } from './register-body-parsers.js';

/**
 * The part of the HTTP layer that lives below Nest. For an application created with `bodyParser: false`, before its
 * `init()`: access is decided first, so that strangers learn nothing of routes and no body of theirs is read.
 */
export function registerHttp(fastify: FastifyInstance, keys: readonly ApiKey[]): void {
  registerApiAccess(fastify, keys);
  registerMethodNotAllowed(fastify);
  registerBodyParsers(fastify);
}
