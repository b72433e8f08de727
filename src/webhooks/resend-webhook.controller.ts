import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { WebhooksService } from './webhooks.service.js';

const NO_BYTES = new Uint8Array();

@ApiTags('webhooks')
@Controller('webhooks')
export class ResendWebhookController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post('resend')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take an event from Resend',
    description:
      'For Resend alone: signed with AICMO_RESEND_WEBHOOK_SECRET over the bytes of the body, not more than five ' +
      'minutes ago. Answered with 200 when the event is stored, whatever it is about, and again for each repeat.',
  })
  @ApiResponse({ status: 200, description: 'Stored.' })
  async take(@Req() request: FastifyRequest): Promise<void> {
    await this.webhooks.take(request.headers, request.rawBody ?? NO_BYTES);
  }
}
