import { Body, Controller, Get, HttpCode, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiTags, ApiCreatedResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageQuery } from '../http/page.dto.js';
import { paginate } from '../http/paginate.js';
import { CampaignsService } from './campaigns.service.js';
import {
  CampaignIdParam,
  CampaignView,
  CreateCampaignDto,
  PauseCampaignDto,
  ResumeCampaignDto,
  UpdateCampaignDto,
} from './dto/campaign.dto.js';

@ApiTags('campaigns')
@Controller('campaigns')
export class CampaignsController {
  constructor(private readonly campaigns: CampaignsService) {}

  @Post()
  @ApiOperation({ summary: 'Create a campaign' })
  @ApiCreatedResponse({ type: CampaignView })
  async create(@Body() body: CreateCampaignDto): Promise<CampaignView> {
    return this.campaigns.create(body);
  }

  @Get()
  @ApiOperation({ summary: 'List campaigns, newest first' })
  @ApiOkResponse({ type: [CampaignView] })
  async list(
    @Query() query: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CampaignView[]> {
    return paginate(request, reply, query, (limit, beforeId) => this.campaigns.list(limit, beforeId));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a campaign' })
  @ApiOkResponse({ type: CampaignView })
  async get(@Param() { id }: CampaignIdParam): Promise<CampaignView> {
    return this.campaigns.get(id);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a campaign; what is left out stays' })
  @ApiOkResponse({ type: CampaignView })
  async update(@Param() { id }: CampaignIdParam, @Body() body: UpdateCampaignDto): Promise<CampaignView> {
    return this.campaigns.update(id, body);
  }

  @Put(':id/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop sending; what waits, waits on' })
  @ApiOkResponse({ type: CampaignView })
  @ApiBody({ type: PauseCampaignDto, required: false })
  async pause(
    @Param() { id }: CampaignIdParam,
    @Body() body: PauseCampaignDto,
    @Req() request: FastifyRequest,
  ): Promise<CampaignView> {
    return this.campaigns.pause(id, body.reason ?? null, request.apiKeyName);
  }

  @Put(':id/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send again; what waited goes within seconds' })
  @ApiOkResponse({ type: CampaignView })
  @ApiBody({ type: ResumeCampaignDto, required: false })
  async resume(
    @Param() { id }: CampaignIdParam,
    @Body() body: ResumeCampaignDto,
    @Req() request: FastifyRequest,
  ): Promise<CampaignView> {
    return this.campaigns.resume(id, body.reason ?? null, request.apiKeyName);
  }
}
