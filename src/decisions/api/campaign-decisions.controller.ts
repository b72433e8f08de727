import { Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CampaignsService } from '../../campaigns/campaigns.service.js';
import { DomainError } from '../../common/domain-error.js';
import { NoBodyGuard } from '../../http/no-body.guard.js';
import { PageQuery } from '../../http/page.dto.js';
import { paginate } from '../../http/paginate.js';
import { DecisionLoop } from '../decision-loop.service.js';
import { ratesOf } from '../metrics/rates.js';
import { CampaignMetricsReadModel } from './campaign-metrics.view.js';
import { DecisionsReadModel } from './decisions.view.js';
import { CampaignMetricsView } from './dto/campaign-metrics.dto.js';
import { CampaignIdParam, DecisionView } from './dto/decision.dto.js';

@ApiTags('campaigns')
@Controller('campaigns')
export class CampaignDecisionsController {
  constructor(
    private readonly metrics: CampaignMetricsReadModel,
    private readonly decisions: DecisionsReadModel,
    private readonly loop: DecisionLoop,
    private readonly campaigns: CampaignsService,
  ) {}

  @Get(':id/metrics')
  @ApiOperation({ summary: 'Count what became of all mail of a campaign, and who answered' })
  @ApiOkResponse({ type: CampaignMetricsView })
  async read(@Param() { id }: CampaignIdParam): Promise<CampaignMetricsView> {
    const counted = await this.metrics.find(id);
    if (counted === null) throw new DomainError('campaign_not_found', `There is no campaign ${id}.`);
    return { ...counted, ...ratesOf(counted) };
  }

  @Post(':id/evaluate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Judge a campaign by its counts now',
    description:
      'The service does so by itself about once a minute. What every rule says is stored; a rule that says PAUSE pauses ' +
      'the campaign when AICMO_CAM_AUTO_PAUSE_ENABLE is on.',
  })
  @ApiOkResponse({ type: [DecisionView], description: 'One decision for each rule.' })
  @UseGuards(NoBodyGuard)
  async evaluate(@Param() { id }: CampaignIdParam, @Req() request: FastifyRequest): Promise<DecisionView[]> {
    return this.loop.evaluate(id, request.apiKeyName);
  }

  @Get(':id/decisions')
  @ApiOperation({ summary: 'List what the rules said of a campaign, newest first' })
  @ApiOkResponse({ type: [DecisionView] })
  async list(
    @Param() { id }: CampaignIdParam,
    @Query() query: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DecisionView[]> {
    await this.campaigns.get(id);
    return paginate(request, reply, query, (limit, beforeId) => this.decisions.list(id, limit, beforeId));
  }
}
