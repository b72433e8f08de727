import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { WebhooksService } from './webhooks.service.js';

const NO_BYTES = new Uint8Array();

/**
 * For Resend alone. 200 when the event is stored, whatever it is about, and again for each repeat; 401 for what Resend
 * did not sign in the last five minutes; 503 without its secret, or without a database, so that it calls again.
 */
@ApiExcludeController()
@Controller('webhooks')
export class ResendWebhookController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post('resend')
  @HttpCode(200)
  async take(@Req() request: FastifyRequest): Promise<void> {
    await this.webhooks.take(request.headers, request.rawBody ?? NO_BYTES);
  }
}
