import { Module } from '@nestjs/common';
import { EmailModule } from '../email/email.module.js';
import { ResendWebhookController } from './resend-webhook.controller.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [EmailModule],
  controllers: [ResendWebhookController],
  providers: [WebhooksService],
})
export class WebhooksModule {}
