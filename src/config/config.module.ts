import { Global, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { AlertsConfig } from './alerts.config.js';
import { DatabaseConfig } from './database.config.js';
import { DecisionsConfig } from './decisions.config.js';
import { EmailProviderConfig } from './email-provider.config.js';
import { readEnvironment } from './environment.js';
import { HttpConfig } from './http.config.js';
import { InboxConfig } from './inbox.config.js';
import { CONFIG_CLASSES, Configuration, loadConfig } from './load-config.js';
import { SendingConfig } from './sending.config.js';

/**
 * Provides each config class by its own type. The environment is read when Nest creates the providers, not on
 * import: a test that overrides `Configuration` replaces every class and depends on nobody's `.env`.
 */
@Global()
@Module({
  providers: [
    { provide: Configuration, useFactory: async () => loadConfig(await readEnvironment()) },
    { provide: DatabaseConfig, useFactory: (all: Configuration) => all.database, inject: [Configuration] },
    { provide: HttpConfig, useFactory: (all: Configuration) => all.http, inject: [Configuration] },
    {
      provide: EmailProviderConfig,
      useFactory: (all: Configuration) => all.emailProvider,
      inject: [Configuration],
    },
    { provide: SendingConfig, useFactory: (all: Configuration) => all.sending, inject: [Configuration] },
    { provide: InboxConfig, useFactory: (all: Configuration) => all.inbox, inject: [Configuration] },
    { provide: AlertsConfig, useFactory: (all: Configuration) => all.alerts, inject: [Configuration] },
    { provide: DecisionsConfig, useFactory: (all: Configuration) => all.decisions, inject: [Configuration] },
  ],
  exports: [...CONFIG_CLASSES],
})
export class ConfigModule implements OnModuleInit {
  private readonly logger = new Logger(ConfigModule.name);

  constructor(private readonly configuration: Configuration) {}

  onModuleInit(): void {
    for (const warning of this.configuration.warnings) this.logger.warn(warning);
  }
}
