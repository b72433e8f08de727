import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AlertsModule } from './alerts/alerts.module.js';
import { CampaignsModule } from './campaigns/campaigns.module.js';
import { ConfigModule } from './config/config.module.js';
import { createDataSource } from './data-source.js';
import { DatabaseModule } from './database/database.module.js';
import { DecisionsModule } from './decisions/decisions.module.js';
import { EmailModule } from './email/email.module.js';
import { FollowUpsModule } from './follow-ups/follow-ups.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { InboxModule } from './inbox/inbox.module.js';
import { LeadsModule } from './leads/leads.module.js';
import { SuppressionsModule } from './suppressions/suppressions.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

@Module({
  imports: [
    ConfigModule,
    DatabaseModule.forRoot(createDataSource),
    ScheduleModule.forRoot(),
    HttpModule,
    AlertsModule,
    CampaignsModule,
    LeadsModule,
    SuppressionsModule,
    EmailModule,
    FollowUpsModule,
    InboxModule,
    DecisionsModule,
    WebhooksModule,
    HealthModule,
  ],
})
export class AppModule {}
