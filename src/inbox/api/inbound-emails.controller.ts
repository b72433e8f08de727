import { Body, Controller, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { paginate } from '../../http/paginate.js';
import type { RawMailBody } from '../../http/raw-mail-body.js';
import { IngestService } from '../ingest/ingest.service.js';
import {
  AttachInboundEmailDto,
  InboundEmailDetails,
  InboundEmailIdParam,
  InboundEmailsQuery,
  InboundEmailView,
  LabelInboundEmailDto,
} from './dto/inbound-email.dto.js';
import { inboundEmailNotFound, InboundEmailsService } from './inbound-emails.service.js';
import { InboundEmailsReadModel } from './inbound-emails.view.js';

const EXAMPLE =
  'From: Ada <ada@engines.example>\r\nMessage-ID: <7c1f@engines.example>\r\nSubject: Re: Hi Ada\r\n\r\nGladly!\r\n';

@ApiTags('inbox')
@Controller('emails/inbound')
export class InboundEmailsController {
  constructor(
    private readonly ingesting: IngestService,
    private readonly emails: InboundEmailsService,
    private readonly view: InboundEmailsReadModel,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Take in a raw mail',
    description:
      'It is read, matched, classified and acted on like any mail that comes in. A mail that is known, by whatever way it came, is answered as it is stored. At most 25 MiB.',
  })
  @ApiConsumes('message/rfc822')
  @ApiBody({ schema: { type: 'string', format: 'binary', example: EXAMPLE } })
  @ApiCreatedResponse({ type: InboundEmailView })
  @ApiOkResponse({ type: InboundEmailView, description: 'The mail is known.' })
  async ingest(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InboundEmailView> {
    // The body parsers let nothing else come here.
    const mail = request.body as RawMailBody;
    const { kind, id } = await this.ingesting.ingest({
      provider: 'API',
      uid: mail.digest(),
      receivedAt: null,
      raw: mail.bytes,
      oversize: null,
    });
    void reply.status(kind === 'stored' ? 201 : 200);
    return this.read(id);
  }

  @Get()
  @ApiOperation({ summary: 'List mails that came in, newest first' })
  @ApiOkResponse({ type: [InboundEmailView] })
  async list(
    @Query() query: InboundEmailsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InboundEmailView[]> {
    return paginate(request, reply, query, (limit, beforeId) => this.view.list(query, limit, beforeId));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a mail that came in, with its text' })
  @ApiOkResponse({ type: InboundEmailDetails })
  async get(@Param() { id }: InboundEmailIdParam): Promise<InboundEmailDetails> {
    const email = await this.view.findDetails(id);
    if (email === null) throw inboundEmailNotFound(id);
    return email;
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Attach a mail to a lead, or to the mail of ours that it is about',
    description:
      'It then means what it would have meant, had it named that mail. It stops nobody but whom that mail went to, and only when she wrote it, or a report is about her.',
  })
  @ApiOkResponse({ type: InboundEmailView })
  async attach(
    @Param() { id }: InboundEmailIdParam,
    @Body() body: AttachInboundEmailDto,
    @Req() request: FastifyRequest,
  ): Promise<InboundEmailView> {
    await this.emails.attach(id, body, request.apiKeyName);
    return this.read(id);
  }

  @Patch(':id/classification')
  @ApiOperation({
    summary: 'Say what a mail is; no rule changes it any more',
    description:
      "What the old class had caused is taken back: its suppressions, and the lead's status unless a person or another event holds it. A stopped enrolment stays stopped. What the new class means is done, whoever wrote the mail.",
  })
  @ApiOkResponse({ type: InboundEmailView })
  async label(
    @Param() { id }: InboundEmailIdParam,
    @Body() { classification }: LabelInboundEmailDto,
    @Req() request: FastifyRequest,
  ): Promise<InboundEmailView> {
    await this.emails.label(id, classification, request.apiKeyName);
    return this.read(id);
  }

  private async read(id: number): Promise<InboundEmailView> {
    const email = await this.view.find(id);
    if (email === null) throw inboundEmailNotFound(id);
    return email;
  }
}
