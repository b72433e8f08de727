import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';

/** For routes that take no body: what a caller sends along is refused, so that she does not think it was heeded. */
@Injectable()
export class NoBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body === undefined) return true;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new DomainError('invalid_request', 'This route takes no body.');
    }
    const names = Object.keys(body);
    if (names.length === 0) return true;
    throw new DomainError('invalid_request', 'This route takes no body.', {
      errors: names.map((field) => ({
        field,
        code: 'unknown_property',
        detail: 'There is no such property.',
      })),
    });
  }
}
