import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeFault } from '../common/fault-report.js';
import { toProblem } from './problem.js';
import { pathOf } from './request-path.js';
import { sendProblem } from './send-problem.js';

/** Answers everything thrown as `application/problem+json`, and logs once what is our own fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error, pathOf(request));

    if (problem.reportable) {
      // The route's pattern, not the path: ids and tokens of a path stay out of the log.
      const route = request.is404 ? null : (request.routeOptions.url ?? null);
      this.logger.error({
        event: 'http.request_failed',
        method: request.method,
        route,
        code: problem.body.code,
        fault: describeFault(error),
      });
    }
    if (!reply.sent) sendProblem(reply, problem);
  }
}
