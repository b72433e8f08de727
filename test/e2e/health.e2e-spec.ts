import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { TestApp } from '../support/app.js';
import { FakeImap, PASSWORD } from '../support/fake-imap/fake-imap.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Health {
  readonly status: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly provider?: Readonly<Record<string, unknown>>;
  readonly inbox?: Readonly<Record<string, unknown>>;
}

describe('health', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  it('says plainly that NoOp lets nothing leave', async () => {
    const { status, body } = await ask('/health');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { provider: { status: 'up', message: 'Nothing leaves the house: mail is only simulated' } },
      provider: { name: 'NoOp', configured: true, dry_run: false, delivers: false },
    });
  });

  it('says so at boot too', async () => {
    const warnings: unknown[] = [];
    const ignore = (): void => undefined;
    const logger: LoggerService = { log: ignore, error: ignore, warn: (message) => warnings.push(message) };

    await ask('/health/live', { logger });

    expect(warnings).toEqual([
      {
        event: 'provider.simulates',
        provider: 'NoOp',
        message: 'Nothing leaves the house: mail is only simulated',
      },
    ]);
  });

  it('reminds a provider that delivers of what the templates must carry', async () => {
    const emailProvider = { resendApiKey: 're_e2e', fromEmail: 'grace@sender.test' };

    const { body } = await ask('/health', { emailProvider });

    expect(body.details['provider']).toMatchObject({
      status: 'up',
      message: expect.stringContaining('without postal address (AICMO_POSTAL_ADDRESS) and unsubscribe link'),
    });
  });

  it.each([
    ['a provider that delivers', { dryRun: false }, { dry_run: false, delivers: true }],
    ['a dry run', { dryRun: true }, { dry_run: true, delivers: false }],
  ])('tells of %s', async (_name, settings, told) => {
    const emailProvider = { resendApiKey: 're_e2e', fromEmail: 'grace@sender.test', ...settings };

    const { body } = await ask('/health', { emailProvider });

    expect(body.provider).toEqual({ name: 'Resend', configured: true, ...told });
  });

  it('says that no mailbox is read when none is configured', async () => {
    const { body } = await ask('/health');

    expect(body.details['inbox']).toEqual({
      status: 'up',
      message: 'No mailbox is read: AICMO_IMAP_EMAIL and _PASSWORD are not set',
    });
    expect(body.inbox).toEqual({
      configured: false,
      last_success_at: null,
      lag_seconds: null,
      failures: 0,
      last_error: null,
    });
  });

  it('tells how reading the mailbox goes, and is ready whatever that is', async () => {
    const mailServer = await FakeImap.start();
    const inbox = {
      server: '127.0.0.1',
      port: mailServer.port,
      email: 'replies@cam.test',
      password: PASSWORD,
      tls: 'none',
    } as const;
    const app = await TestApp.start({ databaseUrl: database.url, inbox });
    try {
      await app.poll();
      const good = await app.api.get<Health>('/health');
      await database.query(
        "UPDATE cam_mailbox_polls SET last_success_at = cam_now() - interval '50 minutes'",
      );
      const late = await app.api.get<Health>('/health');
      await database.query("UPDATE cam_mailbox_polls SET poll_after = '-infinity'");
      mailServer.failNext('EXAMINE', 'drop');
      await app.poll();
      const failing = await app.api.get<Health>('/health');
      const ready = await app.api.get<Health>('/health/ready');

      expect(good.body.details['inbox']).toEqual({ status: 'up' });
      expect(good.body.inbox).toMatchObject({
        configured: true,
        last_success_at: expect.any(String),
        lag_seconds: expect.any(Number),
        failures: 0,
      });
      expect(late.body.details['inbox']).toMatchObject({
        status: 'degraded',
        message: expect.stringMatching(/^The mailbox was last read 30\d\d seconds ago$/),
      });
      expect(failing).toMatchObject({
        status: 200,
        body: {
          details: { inbox: { status: 'degraded' } },
          inbox: { failures: 1, last_error: 'unreachable: noconnection' },
        },
      });
      expect(ready.status).toBe(200);
      expect(JSON.stringify(failing.body)).not.toContain('cam.test');
    } finally {
      await app.close();
      await mailServer.stop();
    }
  });

  it('is ready when the database answers and is migrated', async () => {
    const { status, body } = await ask('/health/ready');

    expect(status).toBe(200);
    expect(body.details).toEqual({
      shutdown: { status: 'up' },
      database: { status: 'up' },
      migrations: { status: 'up' },
    });
  });

  it('is alive, and not ready until the last migration has run', async () => {
    await database.dataSource.undoLastMigration();
    const app = await TestApp.start({ databaseUrl: database.url });
    try {
      const live = await app.api.get<Health>('/health/live');
      const before = await app.api.get<Health>('/health/ready');
      await database.dataSource.runMigrations();
      const after = await app.api.get<Health>('/health/ready');

      expect(live).toMatchObject({ status: 200, body: { status: 'ok' } });
      expect(before).toMatchObject({
        status: 503,
        body: { status: 'error', details: { database: { status: 'up' }, migrations: { status: 'down' } } },
      });
      expect(after.status).toBe(200);
    } finally {
      await app.close();
    }
  });

  it('is alive without its database, refuses work for now, and tells strangers nothing of it', async () => {
    const { hostname: host, port } = new URL(database.url);
    const network = await TcpFaultProxy.start({ host, port: Number(port) });
    const url = new URL(database.url);
    url.port = String(network.port);
    const app = await TestApp.start({ databaseUrl: url.href });
    try {
      await network.stop();

      const live = await app.api.get('/health/live');
      const ready = await app.api.get<Health>('/health/ready');
      const list = await app.api.get('campaigns');
      const send = await app.api.post('email/send', { campaign_id: 1, lead_id: 1, template_type: 'x' });

      expect(live.status).toBe(200);
      expect(ready.status).toBe(503);
      expect(ready.body.details).toEqual({
        shutdown: { status: 'up' },
        database: { status: 'down', message: 'The database does not answer' },
        migrations: { status: 'down', message: 'The migrations cannot be read' },
      });
      for (const answer of [list, send]) {
        expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
    } finally {
      await app.close();
    }
  });

  async function ask(path: string, settings: Partial<Parameters<typeof TestApp.start>[0]> = {}) {
    const app = await TestApp.start({ databaseUrl: database.url, ...settings });
    try {
      return await app.api.get<Health>(path);
    } finally {
      await app.close();
    }
  }
});
