import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toProblem } from './problem.js';
import { pathOf } from './request-path.js';
import { sendProblem } from './send-problem.js';

/** Fastify for Nest, with our answers also where the router itself refuses a URL, which no filter of Nest hears of. */
export function createHttpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(reply, toProblem(error, pathOf(request)));
    },
  });
}
