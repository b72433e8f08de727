import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/domain-error.js';
import { NoBodyGuard } from '../../http/no-body.guard.js';
import { paginate } from '../../http/paginate.js';
import {
  OutboundEmailDetails,
  OutboundEmailIdParam,
  OutboundEmailsQuery,
  OutboundEmailView,
  ResolveEmailDto,
} from './dto/outbound-email.dto.js';
import { emailNotFound, OutboundEmailsService } from './outbound-emails.service.js';
import { OutboundEmailsReadModel } from './outbound-emails.view.js';

@ApiTags('sending')
@Controller('emails/outbound')
export class OutboundEmailsController {
  constructor(
    private readonly view: OutboundEmailsReadModel,
    private readonly emails: OutboundEmailsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List mails, newest first' })
  @ApiOkResponse({ type: [OutboundEmailView] })
  async list(
    @Query() query: OutboundEmailsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OutboundEmailView[]> {
    if (query.from !== undefined && query.to !== undefined && query.from >= query.to) {
      throw new DomainError('invalid_request', 'The time span is empty.', {
        errors: [{ field: 'to', code: 'out_of_range', detail: 'Must be later than from.' }],
      });
    }
    return paginate(request, reply, query, (limit, beforeId) => this.view.list(query, limit, beforeId));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a mail with its attempts, and with what people did to it' })
  @ApiOkResponse({ type: OutboundEmailDetails })
  async get(@Param() { id }: OutboundEmailIdParam): Promise<OutboundEmailDetails> {
    const email = await this.view.findDetails(id);
    if (email === null) throw emailNotFound(id);
    return email;
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Drop an open mail that certainly never left' })
  @ApiOkResponse({ type: OutboundEmailView })
  @UseGuards(NoBodyGuard)
  async cancel(
    @Param() { id }: OutboundEmailIdParam,
    @Req() request: FastifyRequest,
  ): Promise<OutboundEmailView> {
    return this.emails.cancel(id, request.apiKeyName);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Queue a failed or dropped mail again; every check is made again on its way' })
  @ApiOkResponse({ type: OutboundEmailView })
  @UseGuards(NoBodyGuard)
  async retry(
    @Param() { id }: OutboundEmailIdParam,
    @Req() request: FastifyRequest,
  ): Promise<OutboundEmailView> {
    return this.emails.retry(id, request.apiKeyName);
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Settle a mail whose outcome is UNKNOWN, by the word of a person',
    description: 'It keeps its place under the daily caps, whatever the word; a resend takes another one.',
  })
  @ApiOkResponse({ type: OutboundEmailView })
  async resolve(
    @Param() { id }: OutboundEmailIdParam,
    @Body() body: ResolveEmailDto,
    @Req() request: FastifyRequest,
  ): Promise<OutboundEmailView> {
    return this.emails.resolve(id, body, request.apiKeyName);
  }
}
