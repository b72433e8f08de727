import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ShutdownNotice } from './http/shutdown-notice.js';

/** How long the end of the process may take, in milliseconds. */
export interface ShutdownLimits {
  /** For mail on the wire and for requests under way; then connections are cut. */
  readonly deadlineMs: number;
  /** From there to the end by force. */
  readonly graceMs: number;
}

/** Together less than the 30 seconds that Kubernetes waits before it kills. */
export const SHUTDOWN_LIMITS: ShutdownLimits = { deadlineMs: 25_000, graceMs: 2_000 };

/**
 * Bounds the shutdown of a process: at the deadline every connection is cut, and what still hangs after the grace ends
 * with exit code 1. Nothing is lost by it that a crash would not spare: mail on the wire is due again when its lease
 * ends.
 */
export function limitShutdown(app: NestFastifyApplication, limits = SHUTDOWN_LIMITS): void {
  const logger = new Logger('Shutdown');
  app.get(ShutdownNotice).onBegin(() => {
    setTimeout(() => {
      logger.error({ event: 'shutdown.deadline', waited_ms: limits.deadlineMs });
      app.getHttpServer().closeAllConnections();
      setTimeout(() => process.exit(1), limits.graceMs).unref();
    }, limits.deadlineMs).unref();
  });
}
