import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { holdsWithin } from '../chaos/until.js';
import { ALERT_SECRET, AlertReceiver } from '../support/alert-receiver.js';
import { ApiClient } from '../support/app.js';
import { insertCampaign, insertLead, insertRow, insertTemplate } from '../support/factories.js';
import { FakeResend } from '../support/fake-resend/fake-resend.mjs';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { CompiledService, type ServiceProcess } from './service-process.js';

const TIMEOUT_MS = 30_000;
const PATIENCE_MS = 15_000;

describe('The alert webhook of a process', () => {
  let compiled: CompiledService;
  let folder: string;
  let database: TestDatabase;
  let receiver: AlertReceiver;
  let resend: FakeResend;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeAll(async () => {
    compiled = await CompiledService.compile();
    folder = await mkdtemp(join(tmpdir(), 'cam-alerts-'));
  }, TIMEOUT_MS);

  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await AlertReceiver.start();
    resend = await FakeResend.start();
    service = compiled.run(folder, {
      DATABASE_URL: database.url,
      AICMO_RESEND_API_KEY: 're_test',
      AICMO_RESEND_BASE_URL: resend.baseUrl,
      AICMO_RESEND_FROM_EMAIL: 'grace@sender.test',
      AICMO_ALERT_WEBHOOK_URL: receiver.url,
      AICMO_ALERT_WEBHOOK_SECRET: ALERT_SECRET,
    });
    api = new ApiClient(new URL(await service.listening()).origin);
  }, TIMEOUT_MS);

  afterEach(async () => {
    await service.kill('SIGKILL');
    await resend.stop();
    await receiver.stop();
    await database.drop();
  }, TIMEOUT_MS);

  afterAll(async () => {
    await compiled.remove();
    await rm(folder, { recursive: true });
  });

  async function untilReceived(): Promise<void> {
    const isThere = await holdsWithin(PATIENCE_MS, () => receiver.received.length > 0);
    if (!isThere) throw new Error(`No alert came:\n${service.output}${service.errors}`);
  }

  async function raiseByHand(): Promise<void> {
    await insertRow(database, 'cam_alerts', {
      kind: 'campaign.paused',
      dedupe_key: 'campaign.paused:1',
      data: { campaign_id: 1 },
    });
  }

  async function outbox(): Promise<unknown[]> {
    return database.query('SELECT attempts, delivered_at IS NOT NULL AS delivered FROM cam_alerts');
  }

  it(
    'tells of a provider that refuses our key, and shows in no log where it tells it, or of whom',
    async () => {
      const campaignId = await insertCampaign(database);
      await insertLead(database, campaignId, { email: 'jane@lead.test' });
      await insertTemplate(database, { subject: 'Hello', body: '<p>Hello</p>' });
      resend.setMode('unauthorized');

      await api.post('email/send', { campaign_id: campaignId, lead_id: 1, template_type: 'intro' });
      await untilReceived();
      const isLogged = await holdsWithin(PATIENCE_MS, () => service.output.includes('alert.delivered'));

      expect(receiver.forged).toEqual([]);
      expect(receiver.received.map(({ body }) => body)).toEqual([
        {
          type: 'provider.shut',
          timestamp: expect.any(String) as unknown,
          data: { provider: 'Resend', cause: 'misconfigured' },
        },
      ]);
      expect(isLogged).toBe(true);
      const log = service.output + service.errors;
      for (const secret of ['s3cr3t', ALERT_SECRET, 'jane@lead.test']) expect(log).not.toContain(secret);
    },
    TIMEOUT_MS,
  );

  it(
    'ends what it is posting before the process ends',
    async () => {
      const answered = new Promise<ServerResponse>((resolve) => receiver.answerNext(resolve));
      await raiseByHand();
      const response = await answered;

      service.signal('SIGTERM');
      await holdsWithin(PATIENCE_MS, () => service.output.includes('shutdown.begun'));
      response.writeHead(204).end();

      expect(await service.end()).toEqual({ code: 0, signal: null });
      expect(await outbox()).toEqual([{ attempts: 1, delivered: true }]);
    },
    TIMEOUT_MS,
  );

  it(
    'does not keep the process past its deadline when the receiver is silent',
    async () => {
      receiver.answerNext(() => undefined);
      await raiseByHand();
      await untilReceived();

      expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(service.errors).not.toContain('shutdown.deadline');
      expect(await outbox()).toEqual([{ attempts: 1, delivered: false }]);
    },
    TIMEOUT_MS,
  );
});
