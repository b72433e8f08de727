import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ShutdownNotice } from './shutdown-notice.js';

/**
 * Lets no caller keep the process alive who asks it for nothing. A server that closes ends connections between two
 * requests, but waits for those on which no request has come yet, and leaves a caller her connection whose request was
 * under way. To be called before the server listens.
 */
export function closeUnusedConnections(fastify: FastifyInstance, shutdown: ShutdownNotice): void {
  const unused = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  fastify.server.on('request', ({ socket }) => unused.delete(socket));

  shutdown.onBegin(() => {
    fastify.server.closeIdleConnections();
  });
  // Not before it stops to listen: the first request of a new connection may be on its way, and would be answered.
  fastify.addHook('preClose', (done) => {
    for (const socket of unused) socket.destroy();
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (shutdown.hasBegun) void reply.header('Connection', 'close');
    done(null, payload);
  });
}
