import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ResendReceivedMail } from './resend-received-mail.js';

const BYTES = 'Subject: Hello\r\n\r\nHello';

let server: Server;
let baseUrl: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/raw') response.end(BYTES);
    else if (request.url === '/moved') response.writeHead(302, { location: '/raw' }).end();
    else if (request.url === '/emails/receiving/moved') response.writeHead(302, { location: '/raw' }).end();
    else if (request.url === '/emails/receiving/bare') response.end('{"object":"email"}');
    else if (request.url === '/endless') response.write('x');
    else response.writeHead(500).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const download = (store: ResendReceivedMail, location: string, mostBytes = 1_000) =>
  store.download({ receivedAt: null, answeredIds: [], location }, mostBytes, 500);

describe('ResendReceivedMail.download', () => {
  it('reads no more than it was asked to', async () => {
    const store = new ResendReceivedMail({ apiKey: 're_x', baseUrl });

    const whole = await download(store, `${baseUrl}/raw`);
    const cut = await download(store, `${baseUrl}/raw`, 9);

    expect(whole).toEqual({ kind: 'told', value: { raw: Buffer.from(BYTES), cut: false } });
    expect(cut).toEqual({ kind: 'told', value: { raw: Buffer.from('Subject: '), cut: true } });
  });

  it.each(['/moved', '/endless', '/broken'])('fails, and does not throw: %s', async (path) => {
    const store = new ResendReceivedMail({ apiKey: 're_x', baseUrl });

    expect(await download(store, baseUrl + path)).toMatchObject({ kind: 'failed' });
  });

  it.each(['file:///etc/passwd', 'http://169.254.169.254/latest', 'ftp://x.test/', 'no url'])(
    'follows no link but https: %s',
    async (location) => {
      const store = new ResendReceivedMail({ apiKey: 're_x', baseUrl });

      expect(await download(store, location)).toEqual({
        kind: 'failed',
        reason: 'The link to the mail is not https',
      });
    },
  );

  it('follows no link to this machine unless Resend itself is its stand-in there', async () => {
    const store = new ResendReceivedMail({ apiKey: 're_x' });

    expect(await download(store, `${baseUrl}/raw`)).toMatchObject({ kind: 'failed' });
  });
});

describe('ResendReceivedMail.find', () => {
  it.each([
    ['an id that is a path', '../emails', 'gone'],
    ['a redirect', 'moved', 'failed'],
    ['an answer without a link', 'bare', 'failed'],
    ['an error', 'broken', 'failed'],
  ])('of %s', async (_name, id, kind) => {
    const store = new ResendReceivedMail({ apiKey: 're_x', baseUrl });

    expect(await store.find(id, 500)).toMatchObject({ kind });
  });
});
