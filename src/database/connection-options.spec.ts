import { describe, expect, it } from '@jest/globals';
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

describe('connectionOptions', () => {
  it('chooses by the kind of the connection, with the same guards for both', () => {
    const server = connectionOptions({ kind: 'url', url: 'postgres://db/cam' });
    const embedded = connectionOptions({ kind: 'embedded', socketFolder: '/run/cam' });

    expect(server).toEqual(postgresOptions('postgres://db/cam'));
    expect(embedded).toEqual(embeddedPostgresOptions('/run/cam'));
    expect(server.subscribers).toEqual(embedded.subscribers);
    for (const { extra } of [server, embedded]) {
      expect(extra).toMatchObject({
        connectionTimeoutMillis: expect.any(Number),
        query_timeout: expect.any(Number),
      });
    }
  });
});
