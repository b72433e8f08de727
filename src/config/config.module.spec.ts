import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationOf } from '../../test/support/config.js';
import { ConfigError } from './config-error.js';
import { ConfigModule } from './config.module.js';
import { DatabaseConfig } from './database.config.js';
import { EmailProviderConfig } from './email-provider.config.js';
import { HttpConfig } from './http.config.js';
import { InboxConfig } from './inbox.config.js';
import { Configuration } from './load-config.js';
import { SendingConfig } from './sending.config.js';

@Injectable()
class Consumer {
  constructor(
    readonly database: DatabaseConfig,
    readonly http: HttpConfig,
    readonly emailProvider: EmailProviderConfig,
    readonly sending: SendingConfig,
    readonly inbox: InboxConfig,
  ) {}
}

/** Does not import ConfigModule: it is global. */
@Module({ providers: [Consumer] })
class FeatureModule {}

class WarningsLogger implements LoggerService {
  readonly warnings: unknown[] = [];
  log(): void {}
  error(): void {}
  warn(message: unknown): void {
    this.warnings.push(message);
  }
}

describe('ConfigModule', () => {
  const home = process.cwd();
  let directory: string;
  let environment: Record<string, string>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cam-config-'));
    process.chdir(directory);
    environment = {};
    jest.replaceProperty(process, 'env', environment);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    process.chdir(home);
    await rm(directory, { recursive: true });
  });

  const testing = () => Test.createTestingModule({ imports: [ConfigModule, FeatureModule] });

  it('takes the switches of the provider SDK out of the environment, lest they print mail or override us', async () => {
    environment['RESEND_DEBUG'] = 'true';
    environment['RESEND_BASE_URL'] = 'https://elsewhere.example';
    environment['PATH'] = '/bin';

    await testing().compile();

    expect(environment).toEqual({ PATH: '/bin' });
  });

  it('injects each config class by its type', async () => {
    environment['AICMO_CAM_EMAIL_DAILY_CAP'] = '7';

    const consumer = (await testing().compile()).get(Consumer);

    expect(consumer.database).toBeInstanceOf(DatabaseConfig);
    expect(consumer.http).toBeInstanceOf(HttpConfig);
    expect(consumer.emailProvider).toBeInstanceOf(EmailProviderConfig);
    expect(consumer.sending).toBeInstanceOf(SendingConfig);
    expect(consumer.inbox).toBeInstanceOf(InboxConfig);
    expect(consumer.sending.dailyCap).toBe(7);
  });

  it('reads .env of the working directory under the process environment', async () => {
    await writeFile('.env', 'PORT=4000\nAICMO_CAM_EMAIL_DAILY_CAP=5\nAICMO_CAM_EMAIL_BATCH_CAP=6\n');
    environment['AICMO_CAM_EMAIL_DAILY_CAP'] = '7';
    environment['AICMO_CAM_EMAIL_BATCH_CAP'] = '';

    const { http, sending } = (await testing().compile()).get(Consumer);

    expect({ port: http.port, dailyCap: sending.dailyCap, batchCap: sending.batchCap }).toEqual({
      port: 4000,
      dailyCap: 7,
      batchCap: 100,
    });
  });

  it('keeps .env out of the process environment', async () => {
    await writeFile('.env', 'AICMO_RESEND_API_KEY=re_x\nAICMO_CAM_EMAIL_DRY_RUN=true\n');

    await testing().compile();

    expect(environment).toEqual({});
  });

  it('refuses to start on a fault', async () => {
    await writeFile('.env', 'PORT=nonsense\n');

    await expect(testing().compile()).rejects.toThrow(ConfigError);
  });

  it('logs the warnings', async () => {
    environment['AICMO_API_KEY'] = 'x';
    const logger = new WarningsLogger();

    await (await testing().setLogger(logger).compile()).init();

    expect(logger.warnings).toEqual([
      '"AICMO_API_KEY" is not a known variable; did you mean AICMO_API_KEYS?',
    ]);
  });

  it('reads no environment when a test overrides the configuration', async () => {
    environment['PORT'] = 'nonsense';
    const configuration = configurationOf({ sending: { dailyCap: 3 } });

    const module = await testing().overrideProvider(Configuration).useValue(configuration).compile();

    expect(module.get(Consumer).sending).toBe(configuration.sending);
    expect(module.get(Consumer).sending.dailyCap).toBe(3);
  });
});
