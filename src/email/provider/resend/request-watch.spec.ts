import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { FakeResend } from '../../../../test/support/fake-resend/fake-resend.mjs';
import { RequestWatch } from './request-watch.js';

const LIMIT_MS = 500;

/** Posts a small body and reads the answer; answers the error, as a caller of the SDK never sees it. */
async function post(watch: RequestWatch, url: string): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    return await watch.run(async () => (await fetch(url, { method: 'POST', body: '{}', signal })).text());
  } catch (error) {
    return error;
  }
}

describe('RequestWatch', () => {
  let fake: FakeResend;
  let watch: RequestWatch;
  let servers: Server[] = [];
  let sockets: Socket[] = [];

  /** Starts a TCP server and answers its host and port. */
  async function listen(serve: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      sockets.push(socket);
      serve(socket);
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeEach(async () => {
    fake = await FakeResend.start();
    watch = new RequestWatch();
  });

  afterEach(async () => {
    await fake.stop();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    sockets = [];
    servers = [];
  });

  it('sees an answered request as written, with the status of its answer', async () => {
    await post(watch, `${fake.baseUrl}/emails`);

    expect(watch).toMatchObject({ mayBeWritten: true, httpStatus: 401, errorCode: null });
  });

  it('sees a request that nobody answers in time as written', async () => {
    const host = await listen((socket) => socket.resume());

    await post(watch, `http://${host}/emails`);

    expect(watch).toMatchObject({ mayBeWritten: true, httpStatus: null });
  });

  it('sees a request as written when the connection is reset under it', async () => {
    const host = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));

    await post(watch, `http://${host}/emails`);

    expect(watch).toMatchObject({ mayBeWritten: true, httpStatus: null });
    expect(watch.errorCode).not.toBeNull();
  });

  it('knows that a refused connection carried nothing', async () => {
    const { baseUrl } = fake;
    await fake.stop();
    fake = await FakeResend.start();

    await post(watch, `${baseUrl}/emails`);

    expect(watch).toMatchObject({ mayBeWritten: false, httpStatus: null, errorCode: 'ECONNREFUSED' });
  });

  it('knows that a name without an address carried nothing', async () => {
    await post(watch, 'http://resend.invalid/emails');

    expect(watch).toMatchObject({ mayBeWritten: false, httpStatus: null });
  });

  it('knows that a failed TLS handshake carried nothing', async () => {
    await post(watch, `${fake.baseUrl.replace('http:', 'https:')}/emails`);

    expect(watch).toMatchObject({ mayBeWritten: false, httpStatus: null });
  });

  it('knows that a TLS handshake cut off by the time limit carried nothing', async () => {
    const host = await listen((socket) => socket.resume());

    await post(watch, `https://${host}/emails`);

    expect(watch).toMatchObject({ mayBeWritten: false, httpStatus: null });
  });

  it('presumes the worst when it saw no request at all', async () => {
    await watch.run(() => Promise.resolve());

    expect(watch.mayBeWritten).toBe(true);
  });

  it('keeps requests that run at once apart', async () => {
    const other = new RequestWatch();

    await Promise.all([post(watch, `${fake.baseUrl}/emails`), post(other, 'http://resend.invalid/emails')]);

    expect(watch).toMatchObject({ mayBeWritten: true, httpStatus: 401 });
    expect(other).toMatchObject({ mayBeWritten: false, httpStatus: null });
  });
});
