import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { EmailModule } from '../email/email.module.js';
import { DatabaseHealth } from './database.health.js';
import { HealthController } from './health.controller.js';
import { ProviderHealth } from './provider.health.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), EmailModule],
  controllers: [HealthController],
  providers: [DatabaseHealth, ProviderHealth],
})
export class HealthModule {}
