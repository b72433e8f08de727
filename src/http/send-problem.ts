import type { FastifyReply } from 'fastify';
import type { Problem } from './problem.js';

export function sendProblem(reply: FastifyReply, { status, headers, body }: Problem): void {
  void reply.status(status).headers(headers).type('application/problem+json').send(body);
}
