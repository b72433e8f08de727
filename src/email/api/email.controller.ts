import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../../common/domain-error.js';
import { BatchSendingService } from '../sending/batch-sending.service.js';
import { EmailSendingService } from '../sending/email-sending.service.js';
import { refusalError } from '../sending/refusal-error.js';
import type { SendEmailRequest, TemplateChoice } from '../sending/send-email.js';
import { OutboundEmailView } from './dto/outbound-email.dto.js';
import {
  BATCH_SEND_EXAMPLES,
  BatchSendDto,
  BatchSendView,
  PreviewView,
  SEND_EMAIL_EXAMPLES,
  SendEmailDto,
} from './dto/send-email.dto.js';
import { emailNotFound } from './outbound-emails.service.js';
import { OutboundEmailsReadModel } from './outbound-emails.view.js';

const FIRST_OF_SEQUENCE = 1;

@ApiTags('sending')
@Controller('email')
export class EmailController {
  constructor(
    private readonly sending: EmailSendingService,
    private readonly batches: BatchSendingService,
    private readonly view: OutboundEmailsReadModel,
  ) {}

  @Post('send')
  @ApiOperation({
    summary: 'Send one mail to one lead, once',
    description:
      'The same content under the same sequence number is the same mail, however often it is asked for.',
  })
  @ApiCreatedResponse({
    type: OutboundEmailView,
    description: 'Made by this call and settled: see `status`.',
  })
  @ApiAcceptedResponse({ type: OutboundEmailView, description: 'Made by this call, still open.' })
  @ApiOkResponse({ type: OutboundEmailView, description: 'Was there before.' })
  async send(
    @Body() body: SendEmailDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OutboundEmailView> {
    const outcome = await this.sending.sendEmail(requestOf(body));
    if (outcome.kind !== 'created' && outcome.kind !== 'existing') throw refusalError(outcome);
    const email = await this.view.find(outcome.emailId);
    if (email === null) throw emailNotFound(outcome.emailId);
    const isOpen = email.status === 'QUEUED' || email.status === 'SENDING' || email.status === 'UNKNOWN';
    void reply.status(outcome.kind === 'existing' ? 200 : isOpen ? 202 : 201);
    return email;
  }

  @Post('batch-send')
  @HttpCode(202)
  @ApiOperation({ summary: 'Queue one mail to each of up to 1,000 leads' })
  @ApiBody({ type: BatchSendDto, examples: BATCH_SEND_EXAMPLES })
  @ApiAcceptedResponse({ type: BatchSendView })
  async batchSend(@Body() body: BatchSendDto): Promise<BatchSendView> {
    const items = await this.batches.sendBatch({
      campaignId: body.campaign_id,
      template: templateOf(body),
      sequenceNumber: body.sequence_number ?? FIRST_OF_SEQUENCE,
      campaignSequenceId: body.campaign_sequence_id ?? null,
      overCap: body.over_cap ?? 'reject',
      leads: body.leads.map((lead) => ({
        leadId: lead.lead_id,
        personalization: lead.personalization ?? {},
      })),
    });
    return {
      accepted: items.filter(({ outcome }) => outcome === 'queued').length,
      items: items.map(({ leadId, outcome, id, code, detail }) => ({
        lead_id: leadId,
        outcome,
        ...(id !== null && { id }),
        ...(code !== null && { code }),
        ...(detail !== null && { detail }),
      })),
    };
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'Show what `send` would send; stores and sends nothing' })
  @ApiBody({ type: SendEmailDto, examples: SEND_EMAIL_EXAMPLES })
  @ApiOkResponse({ type: PreviewView })
  async preview(@Body() body: SendEmailDto): Promise<PreviewView> {
    const outcome = await this.sending.preview(requestOf(body));
    if (outcome.kind !== 'rendered') throw refusalError(outcome);
    const { subject, html, text } = outcome;
    return { subject, html, text };
  }
}

function requestOf(body: SendEmailDto): SendEmailRequest {
  return {
    campaignId: body.campaign_id,
    leadId: body.lead_id,
    template: templateOf(body),
    personalization: body.personalization ?? {},
    sequenceNumber: body.sequence_number ?? FIRST_OF_SEQUENCE,
    campaignSequenceId: body.campaign_sequence_id ?? null,
    toEmail: body.to_email ?? null,
  };
}

function templateOf({ template_type: type, template }: SendEmailDto | BatchSendDto): TemplateChoice {
  if (type !== undefined && template === undefined) return { kind: 'stored', type };
  if (type === undefined && template !== undefined) {
    return { kind: 'inline', source: template, ctaLink: template.cta_link ?? null };
  }
  throw new DomainError('invalid_request', 'Either template_type or template is wanted, not both.', {
    errors: [{ field: 'template_type', code: 'required', detail: 'Give template_type or template.' }],
  });
}
