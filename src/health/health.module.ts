import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { EmailModule } from '../email/email.module.js';
import { HttpModule } from '../http/http.module.js';
import { InboxModule } from '../inbox/inbox.module.js';
import { DatabaseHealth } from './database.health.js';
import { HealthController } from './health.controller.js';
import { InboxHealth } from './inbox.health.js';
import { ProviderHealth } from './provider.health.js';
import { ShutdownHealth } from './shutdown.health.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), EmailModule, HttpModule, InboxModule],
  controllers: [HealthController],
  providers: [DatabaseHealth, InboxHealth, ProviderHealth, ShutdownHealth],
})
export class HealthModule {}
