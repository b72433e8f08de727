import { Module } from '@nestjs/common';
import { EmailModule } from '../email/email.module.js';
import { InboxModule } from '../inbox/inbox.module.js';
import { ReceivedMailService } from './received-mail.service.js';
import { ResendWebhookController } from './resend-webhook.controller.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [EmailModule, InboxModule],
  controllers: [ResendWebhookController],
  providers: [ReceivedMailService, WebhooksService],
})
export class WebhooksModule {}
