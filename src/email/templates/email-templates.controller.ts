import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { paginate } from '../../http/paginate.js';
import { TemplateDto, TemplateIdParam, TemplatesQuery, TemplateView } from './dto/template.dto.js';
import { EmailTemplatesService } from './email-templates.service.js';

@ApiTags('templates')
@Controller('templates')
export class EmailTemplatesController {
  constructor(private readonly templates: EmailTemplatesService) {}

  @Post()
  @ApiOperation({ summary: 'Store a template, global or of a campaign' })
  @ApiCreatedResponse({ type: TemplateView })
  async create(@Body() body: TemplateDto): Promise<TemplateView> {
    return this.templates.create(body);
  }

  @Get()
  @ApiOperation({ summary: 'List templates, newest first' })
  @ApiOkResponse({ type: [TemplateView] })
  async list(
    @Query() query: TemplatesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateView[]> {
    return paginate(request, reply, query, (limit, beforeId) => this.templates.list(query, limit, beforeId));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a template' })
  @ApiOkResponse({ type: TemplateView })
  async get(@Param() { id }: TemplateIdParam): Promise<TemplateView> {
    return this.templates.get(id);
  }

  @Put(':id')
  @ApiOperation({ summary: 'Replace a template; mails made of it keep their content' })
  @ApiOkResponse({ type: TemplateView })
  async replace(@Param() { id }: TemplateIdParam, @Body() body: TemplateDto): Promise<TemplateView> {
    return this.templates.replace(id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a template; mails made of it keep their content' })
  @ApiNoContentResponse()
  async delete(@Param() { id }: TemplateIdParam): Promise<void> {
    await this.templates.delete(id);
  }
}
