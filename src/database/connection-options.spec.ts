import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Pool, type PoolConfig } from 'pg';
import { connectionOptions, embeddedPostgresOptions, postgresOptions } from './connection-options.js';

const LIMITS = { max: 3, connectTimeoutMs: 20, queryTimeoutMs: 80 };

describe('postgresOptions', () => {
  it('hands on the URL as it is, and an end for every wait', () => {
    const url = 'postgres://cam:secret@db.example.com:6432/cam?sslmode=require';

    expect(postgresOptions(url, LIMITS)).toMatchObject({
      type: 'postgres',
      url,
      extra: { max: 3, connectionTimeoutMillis: 20, query_timeout: 80, keepAlive: true },
    });
  });

  it.each(['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'options'])(
    'sends no %s at start-up, which PgBouncer would refuse',
    (parameter) => {
      expect(postgresOptions('postgres://db/cam').extra).not.toHaveProperty(parameter);
    },
  );
});

describe('a new connection', () => {
  const READY = Buffer.from([...message('R', '\0\0\0\0'), ...message('Z', 'I')]);
  const FAREWELL = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0');

  it('that the server ends in the packet that greets it does not end the process', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(Buffer.concat([READY, FAREWELL])));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { url, extra } = postgresOptions(`postgres://cam@127.0.0.1:${port}/cam`);
    const pool = new Pool({ connectionString: url, ...(extra as PoolConfig) });
    pool.on('error', () => undefined); // as TypeORM does

    await expect(pool.connect()).rejects.toThrow();

    await pool.end();
    server.close();
  });

  function message(type: string, body: string): Buffer {
    const head = Buffer.alloc(5, type);
    head.writeInt32BE(4 + Buffer.byteLength(body), 1);
    return Buffer.concat([head, Buffer.from(body)]);
  }
});

describe('connectionOptions', () => {
  it('chooses by the kind of the connection, with the same guards for both', () => {
    const server = connectionOptions({ kind: 'url', url: 'postgres://db/cam' });
    const embedded = connectionOptions({ kind: 'embedded', socketFolder: '/run/cam' });

    const extra = expect.anything();
    expect(server).toEqual({ ...postgresOptions('postgres://db/cam'), extra });
    expect(embedded).toEqual({ ...embeddedPostgresOptions('/run/cam'), extra });
    expect(server.subscribers).toEqual(embedded.subscribers);
    for (const options of [server, embedded]) {
      expect(options.extra).toMatchObject({
        connectionTimeoutMillis: expect.any(Number),
        query_timeout: expect.any(Number),
      });
    }
  });
});
