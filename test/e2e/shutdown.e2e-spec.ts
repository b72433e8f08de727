import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import { type ApiAnswer, ApiClient } from '../support/app.js';
import { insertCampaign, insertLead, insertTemplate } from '../support/factories.js';
import { FakeResend } from '../support/fake-resend/fake-resend.mjs';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { CompiledService, type ServiceProcess } from './service-process.js';

const TIMEOUT_MS = 60_000;

describe('a process that is asked to end', () => {
  let compiled: CompiledService;
  let folder: string;
  let database: TestDatabase;
  let resend: FakeResend;
  let onRequest: () => void;
  let service: ServiceProcess;
  let url: URL;
  let api: ApiClient;
  let sockets: Socket[];

  beforeAll(async () => {
    compiled = await CompiledService.compile();
    folder = await mkdtemp(join(tmpdir(), 'cam-shutdown-'));
  }, TIMEOUT_MS);

  beforeEach(async () => {
    sockets = [];
    onRequest = () => undefined;
    database = await createTestDatabase();
    const campaignId = await insertCampaign(database);
    await insertLead(database, campaignId);
    await insertTemplate(database, { subject: 'Hello', body: '<p>Hello</p>' });
    resend = await FakeResend.start({
      // Looks at its clock first thing when a request arrives.
      now: () => {
        onRequest();
        return Date.now();
      },
    });
  }, TIMEOUT_MS);

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await service.kill('SIGKILL');
    await resend.stop();
    await database.drop();
  }, TIMEOUT_MS);

  afterAll(async () => {
    await compiled.remove();
    await rm(folder, { recursive: true });
  });

  async function boot({ impatient = false } = {}): Promise<void> {
    const environment = {
      DATABASE_URL: database.url,
      AICMO_RESEND_API_KEY: 're_test',
      AICMO_RESEND_BASE_URL: resend.baseUrl,
      AICMO_RESEND_FROM_EMAIL: 'grace@sender.test',
      AICMO_RESEND_RATE_PER_SECOND: '1000',
    };
    service = impatient ? compiled.runImpatient(folder, environment) : compiled.run(folder, environment);
    url = new URL(await service.listening());
    api = new ApiClient(url.origin);
  }

  /** A connection of a caller who has written so much. */
  async function connect(written = ''): Promise<Socket> {
    const socket = createConnection(Number(url.port), url.hostname);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (written !== '') socket.write(written);
    return socket;
  }

  /** Sends a mail, and resolves while the provider has it in hand. */
  async function putOnTheWire(): Promise<Promise<ApiAnswer<OutboundEmailView>>[]> {
    const onTheWire = new Promise<void>((resolve) => (onRequest = resolve));
    const answer = api.post<OutboundEmailView>('email/send', {
      campaign_id: 1,
      lead_id: 1,
      template_type: 'intro',
    });
    await onTheWire;
    // In a list, because a promise of a promise would wait for both.
    return [answer];
  }

  interface Readiness {
    readonly error: { readonly shutdown?: { readonly status: string; readonly message: string } };
  }

  /** A busy machine may make it not ready for other reasons, too. */
  async function untilEnding(): Promise<ApiAnswer<Readiness>> {
    for (;;) {
      const ready = await api.get<Readiness>('/health/ready', { Connection: 'close' });
      if (ready.body.error.shutdown !== undefined) return ready;
      await delay(5);
    }
  }

  /** By itself, and not because its time was up. */
  async function expectGoodEnd(): Promise<void> {
    expect(await service.end()).toEqual({ code: 0, signal: null });
    expect(service.errors).not.toContain('shutdown.deadline');
  }

  const HALF_A_REQUEST =
    'POST /api/cam/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';

  it(
    'closes connections on which nothing goes on: idle ones, and those that never spoke',
    async () => {
      await boot();
      const silent = await connect();
      const halfAHead = await connect('GET /health/live HT');
      const idle = await connect('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(idle, 'data');

      service.signal('SIGTERM');
      await Promise.all([silent, halfAHead, idle].map((socket) => once(socket, 'close')));

      await expectGoodEnd();
    },
    TIMEOUT_MS,
  );

  it(
    'is not kept alive by half of a request',
    async () => {
      await boot({ impatient: true });
      await connect(HALF_A_REQUEST);
      await api.get('/health/live');

      expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(service.errors).toContain('shutdown.deadline');
    },
    TIMEOUT_MS,
  );

  it(
    'says at once that it is not ready, and ends the mail on the wire',
    async () => {
      await boot();
      resend.setMode({ mode: 'slow', delayMs: 2_000 }, { times: 1 });
      const [answer] = await putOnTheWire();

      service.signal('SIGTERM');
      const ready = await untilEnding();
      const live = await api.get('/health/live', { Connection: 'close' });

      expect(ready).toMatchObject({
        status: 503,
        body: { error: { shutdown: { status: 'down', message: 'The process is about to end' } } },
      });
      expect(live.status).toBe(200);
      expect(await answer).toMatchObject({ status: 201, body: { status: 'SENT' } });
      await expectGoodEnd();
    },
    TIMEOUT_MS,
  );

  it(
    'claims nothing more',
    async () => {
      await boot();
      resend.setMode({ mode: 'slow', delayMs: 2_000 }, { times: 1 });
      const [answer] = await putOnTheWire();

      service.signal('SIGTERM');
      await untilEnding();
      const batch = await api.post('email/batch-send', {
        campaign_id: 1,
        template_type: 'intro',
        sequence_number: 2,
        leads: [{ lead_id: 1 }],
      });
      await answer;
      await expectGoodEnd();

      expect(batch.status).toBe(202);
      expect(resend.history.mails).toHaveLength(1);
      expect(await database.query('SELECT status FROM cam_outbound_emails ORDER BY sequence_number')).toEqual(
        [{ status: 'SENT' }, { status: 'QUEUED' }],
      );
    },
    TIMEOUT_MS,
  );

  it.each<[NodeJS.Signals, NodeJS.Signals]>([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ])(
    'ends once, and well: %s and then %s',
    async (first, second) => {
      await boot();
      resend.setMode({ mode: 'slow', delayMs: 2_000 }, { times: 1 });
      const [answer] = await putOnTheWire();

      service.signal(first);
      await untilEnding();
      service.signal(second);

      expect(await answer).toMatchObject({ status: 201, body: { status: 'SENT' } });
      await expectGoodEnd();
      expect(service.output.match(/"event":"shutdown\.begun"/g)).toHaveLength(1);
      expect(service.output + service.errors).not.toContain('"level":"error"');
    },
    TIMEOUT_MS,
  );

  it(
    'ends by its deadline, with an error, when a provider keeps it; the mail is due again later',
    async () => {
      await boot({ impatient: true });
      resend.setMode('accept-then-hang');
      const [answer] = await putOnTheWire();
      const cut = expect(answer).rejects.toThrow();

      expect(await service.kill('SIGTERM')).toEqual({ code: 1, signal: null });
      await cut;
      expect(
        await database.query(
          'SELECT lease_token IS NOT NULL AS leased, maybe_sent_since IS NOT NULL AS maybe_sent FROM cam_dispatch_queue',
        ),
      ).toEqual([{ leased: true, maybe_sent: true }]);
    },
    TIMEOUT_MS,
  );
});
