import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { paginate } from '../http/paginate.js';
import {
  CreateSuppressionDto,
  RemoveSuppressionDto,
  SuppressionIdParam,
  SuppressionsQuery,
  SuppressionView,
} from './dto/suppression.dto.js';
import { SuppressionsService } from './suppressions.service.js';
import { SuppressionsReadModel } from './suppressions.view.js';

@ApiTags('suppressions')
@Controller('suppressions')
export class SuppressionsController {
  constructor(
    private readonly suppressions: SuppressionsService,
    private readonly view: SuppressionsReadModel,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List who must get no mail and why, newest first' })
  @ApiOkResponse({ type: [SuppressionView] })
  async list(
    @Query() query: SuppressionsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SuppressionView[]> {
    return paginate(request, reply, query, (limit, beforeId) => this.view.list(query, limit, beforeId));
  }

  @Post()
  @ApiOperation({
    summary: 'Send an address or a domain no more mail',
    description:
      'No mail to it is accepted or claimed once this has answered. What waits is dropped at its turn.',
  })
  @ApiCreatedResponse({ type: SuppressionView })
  @ApiOkResponse({ type: SuppressionView, description: 'The same is in force already.' })
  async create(
    @Body() body: CreateSuppressionDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SuppressionView | null> {
    const { id, created } = await this.suppressions.create(body, request.apiKeyName);
    void reply.status(created ? 201 : 200);
    return this.view.find(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Lift a suppression; it stays on record',
    description:
      'Others of the same address stay in force, and so does a status of the lead that stops her mail.',
  })
  @ApiNoContentResponse()
  async remove(
    @Param() { id }: SuppressionIdParam,
    @Body() { reason }: RemoveSuppressionDto,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.suppressions.remove(id, request.apiKeyName, reason);
  }
}
