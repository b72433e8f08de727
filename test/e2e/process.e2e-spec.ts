import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { OutboundEmailView } from '../../src/email/api/dto/outbound-email.dto.js';
import type { LeadView } from '../../src/leads/dto/lead.dto.js';
import { ApiClient } from '../support/app.js';
import { FakeResend } from '../support/fake-resend/fake-resend.mjs';
import { CompiledService, type ServiceProcess } from './service-process.js';

/** First boot, with a new database to make, on a busy machine. */
const BOOT_TIMEOUT_MS = 60_000;

describe('the service as a process', () => {
  let service: CompiledService;
  const folders: string[] = [];

  beforeAll(async () => {
    service = await CompiledService.compile();
  }, BOOT_TIMEOUT_MS);

  afterAll(async () => {
    await service.remove();
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  async function newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'cam-process-'));
    folders.push(folder);
    return folder;
  }

  it(
    'refuses a bad configuration: names every bad variable, shows no secret, and touches nothing',
    async () => {
      const folder = await newFolder();

      const refused = service.run(folder, {
        PORT: 'eighty',
        AICMO_API_KEYS: 'pasted-key',
        AICMO_CAM_TIMEZONE: 'UTC+5',
        AICMO_CAM_EMAIL_DAILY_CAP: '-1',
        AICMO_CAM_EMAIL_ALLOWLIST_REGEX: '(',
      });

      expect(await refused.end()).toEqual({ code: 1, signal: null });
      const named = [...refused.errors.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
      expect(named).toEqual([
        'PORT',
        'AICMO_API_KEYS',
        'AICMO_CAM_EMAIL_DAILY_CAP',
        'AICMO_CAM_TIMEZONE',
        'AICMO_CAM_EMAIL_ALLOWLIST_REGEX',
      ]);
      expect(refused.output + refused.errors).not.toContain('pasted-key');
      expect(refused.errors).not.toMatch(/^ +at /m);
      // Said once, and not by Nest as well.
      expect((refused.output + refused.errors).match(/AICMO_CAM_TIMEZONE/g)).toHaveLength(1);
      expect(await readdir(folder)).toEqual([]);
    },
    BOOT_TIMEOUT_MS,
  );

  it(
    'refuses to serve other machines without API keys',
    async () => {
      const refused = service.run(await newFolder(), { HOST: '0.0.0.0' });

      expect(await refused.end()).toEqual({ code: 1, signal: null });
      expect(refused.errors).toContain('HOST: "0.0.0.0" is open to other machines');
    },
    BOOT_TIMEOUT_MS,
  );

  /** From an empty folder through a crash to an orderly end: each test goes on where the one before ended. */
  describe('on its embedded database', () => {
    const secrets = {
      apiKey: 're_SecretOfTheProvider',
      address: 'secret-recipient@lead.test',
      name: 'SecretName',
      subject: 'SecretSubject',
      body: 'SecretBody',
      idempotencyKey: 'SecretIdempotencyKey',
    };
    let folder: string;
    let resend: FakeResend;
    let onRequest = (): void => undefined;
    let current: ServiceProcess;
    let api: ApiClient;
    const processes: ServiceProcess[] = [];

    beforeAll(async () => {
      folder = await newFolder();
      resend = await FakeResend.start({
        apiKeys: [secrets.apiKey],
        // Looks at its clock first thing when a request arrives.
        now: () => {
          onRequest();
          return Date.now();
        },
      });
      await boot();
    }, BOOT_TIMEOUT_MS);

    afterAll(async () => {
      for (const one of processes) await one.kill('SIGKILL');
      await resend.stop();
    });

    it('starts in an empty folder, migrated, and says whether mail leaves', async () => {
      const ready = await api.get('/health/ready');

      expect(ready.status).toBe(200);
      expect(current.output).toContain('"event":"provider.delivers","provider":"Resend"');
      expect(await readdir(folder)).toEqual(['.data']);
    });

    it('sends, and is refused in every way, without a word of it in the log', async () => {
      await api.post('campaigns', { name: 'Spring' });
      await api.post('campaigns/1/leads', { leads: [{ email: secrets.address, first_name: secrets.name }] });
      await api.post('templates', {
        template_type: 'intro',
        subject: `${secrets.subject} {first_name}`,
        body: `<p>${secrets.body}</p>`,
      });
      const statuses: number[] = [];
      const send = async (fields: object, headers: Record<string, string> = {}): Promise<void> => {
        const request = { campaign_id: 1, lead_id: 1, template_type: 'intro', ...fields };
        statuses.push((await api.post('email/send', request, headers)).status);
      };
      const telltale = JSON.stringify({
        statusCode: 422,
        name: 'validation_error',
        message: `${secrets.address} is not known to ${secrets.apiKey}: ${secrets.subject}`,
      });

      await send({}, { 'Idempotency-Key': secrets.idempotencyKey });
      resend.setMode({ mode: 'answer', status: 422, body: telltale }, { times: 1 });
      await send({ sequence_number: 2 });
      resend.setMode('accept-then-reset', { times: 1 });
      await send({ sequence_number: 3 });
      await send({ to_email: `${secrets.address}\r\n` });
      await send({
        template: { subject: secrets.subject, body: `{% if ${secrets.body} %}` },
        template_type: undefined,
      });
      await api.post('email/send', `{"to_email":"${secrets.address}"`);
      await api.get(`leads?email=${secrets.address}`);
      await api.get(`no/such/route/${secrets.address}`);

      expect(statuses).toEqual([201, 201, 202, 400, 422]);
      expect(resend.history.mails.map(({ body }) => body['to'])).toEqual([secrets.address, secrets.address]);
    });

    it(
      'lets no second process into its folder, and names the first',
      async () => {
        const second = service.run(folder, settings());

        expect(await second.end()).toEqual({ code: 1, signal: null });
        expect(second.errors).toContain(`is held by process ${current.pid} on this host`);
        expect(second.errors).not.toMatch(/^ +at /m);
        expect((await api.get('/health/ready')).status).toBe(200);
      },
      BOOT_TIMEOUT_MS,
    );

    it(
      'keeps everything through kill -9',
      async () => {
        // The mail in doubt goes on by itself: a comparison needs it at its end.
        let before = await readAll();
        while (before.mails.some(({ sent_at, error_code }) => sent_at === null && error_code === null)) {
          await delay(100);
          before = await readAll();
        }

        await current.kill('SIGKILL');
        await boot();

        expect(await readAll()).toEqual(before);
        expect(before.mails.map(({ status }) => status)).toEqual(['SENT', 'FAILED', 'SENT']);
      },
      BOOT_TIMEOUT_MS,
    );

    it(
      'settles after its restart what a lost answer had left open, without sending it again',
      async () => {
        resend.setMode('accept-then-reset', { times: 1 });
        const sent = await api.post<OutboundEmailView>('email/send', {
          campaign_id: 1,
          lead_id: 1,
          template_type: 'intro',
          sequence_number: 5,
        });
        await current.kill('SIGKILL');
        await boot();

        let open = await openMails();
        while (open.length > 0) {
          await delay(100);
          open = await openMails();
        }

        const { mails } = await readAll();
        expect(sent).toMatchObject({ status: 202, body: { status: 'QUEUED' } });
        expect(mails.map(({ status }) => status)).toEqual(['SENT', 'SENT', 'FAILED', 'SENT']);
        expect([...resend.history.accepted.values()].map(({ count }) => count)).toEqual([1, 1, 1]);
      },
      BOOT_TIMEOUT_MS,
    );

    it(
      'ends well when asked to: the mail on the wire is settled and answered for, and the exit code is 0',
      async () => {
        const onTheWire = new Promise<void>((resolve) => (onRequest = resolve));
        resend.setMode({ mode: 'slow', delayMs: 500 }, { times: 1 });
        const sending = api.post<OutboundEmailView>('email/send', {
          campaign_id: 1,
          lead_id: 1,
          template_type: 'intro',
          sequence_number: 4,
        });
        await onTheWire;

        const end = await current.kill('SIGTERM');

        expect(await sending).toMatchObject({ status: 201, body: { status: 'SENT' } });
        expect(end).toEqual({ code: 0, signal: null });
      },
      BOOT_TIMEOUT_MS,
    );

    it.each(Object.entries(secrets))('never wrote the %s', (_name, secret) => {
      const written = processes.map(({ output, errors }) => output + errors).join('');

      expect(written).toContain('outbound.settled');
      expect(written).not.toContain(secret);
    });

    function settings(): Record<string, string> {
      return {
        AICMO_RESEND_API_KEY: secrets.apiKey,
        AICMO_RESEND_BASE_URL: resend.baseUrl,
        AICMO_RESEND_FROM_EMAIL: 'grace@sender.test',
        AICMO_RESEND_RATE_PER_SECOND: '1000',
      };
    }

    async function boot(): Promise<void> {
      current = service.run(folder, settings());
      processes.push(current);
      api = new ApiClient(await current.listening());
    }

    async function openMails() {
      const { mails } = await readAll();
      return mails.filter(({ status }) => status === 'QUEUED' || status === 'SENDING');
    }

    async function readAll() {
      const { body: mails } = await api.get<OutboundEmailView[]>('emails/outbound');
      const { body: leads } = await api.get<LeadView[]>('leads');
      const { body: template } = await api.get('templates/1');
      return { mails, leads, template };
    }
  });
});
