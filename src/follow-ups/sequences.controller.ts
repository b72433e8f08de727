import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CampaignsService } from '../campaigns/campaigns.service.js';
import { CampaignIdParam } from '../campaigns/dto/campaign.dto.js';
import { DomainError } from '../common/domain-error.js';
import { paginate } from '../http/paginate.js';
import type { SequencePlan } from '../sequences/sequence-plan.js';
import { CampaignSequences, type Enrolled } from './campaign-sequences.service.js';
import {
  ENROL_EXAMPLES,
  EnrolDto,
  EnrolledView,
  EnrolmentsQuery,
  EnrolmentView,
} from './dto/enrolment.dto.js';
import { PUT_SEQUENCE_EXAMPLES, PutSequenceDto, SequenceView } from './dto/sequence.dto.js';
import { EnrolmentsReadModel } from './enrolments.view.js';

@ApiTags('sequences')
@Controller('campaigns/:id')
export class SequencesController {
  constructor(
    private readonly sequences: CampaignSequences,
    private readonly enrolments: EnrolmentsReadModel,
    private readonly campaigns: CampaignsService,
  ) {}

  @Get('sequence')
  @ApiOperation({ summary: 'Read the sequence of a campaign' })
  @ApiOkResponse({ type: SequenceView })
  async get(@Param() { id }: CampaignIdParam): Promise<SequenceView> {
    return viewOf(await this.sequences.get(id));
  }

  @Put('sequence')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give a campaign its sequence',
    description:
      'In the place of the one that it has: live enrolments follow the new one for their remaining steps.',
  })
  @ApiBody({ type: PutSequenceDto, examples: PUT_SEQUENCE_EXAMPLES })
  @ApiOkResponse({ type: SequenceView })
  async put(@Param() { id }: CampaignIdParam, @Body() body: PutSequenceDto): Promise<SequenceView> {
    const plan = await this.sequences.replace(id, {
      steps: body.steps.map((step) => ({
        templateType: step.template_type,
        delayDays: step.delay_days,
        businessDays: step.business_days ?? false,
        thread: step.thread ?? 'same',
      })),
      window: body.window ?? null,
      onPositive: body.on_positive ?? 'stop',
    });
    return viewOf(plan);
  }

  @Post('enrolments')
  @HttpCode(202)
  @ApiOperation({ summary: 'Enrol leads in the sequence of their campaign' })
  @ApiBody({ type: EnrolDto, examples: ENROL_EXAMPLES })
  @ApiAcceptedResponse({ type: EnrolledView })
  async enrol(@Param() { id }: CampaignIdParam, @Body() body: EnrolDto): Promise<Enrolled> {
    const { lead_ids: leadIds, all = false } = body;
    if (all === (leadIds !== undefined)) {
      throw new DomainError('invalid_request', 'Either `lead_ids` or `all` says who is enrolled.', {
        errors: [{ field: 'lead_ids', code: 'required', detail: 'Give either lead_ids or all: true.' }],
      });
    }
    return this.sequences.enrol(id, leadIds ?? null);
  }

  @Get('enrolments')
  @ApiOperation({ summary: 'List enrolments, newest first' })
  @ApiOkResponse({ type: [EnrolmentView] })
  async list(
    @Param() { id }: CampaignIdParam,
    @Query() query: EnrolmentsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EnrolmentView[]> {
    await this.campaigns.get(id);
    return paginate(request, reply, query, (limit, beforeId) =>
      this.enrolments.list(id, query, limit, beforeId),
    );
  }
}

function viewOf({ id, campaignId, steps, window, onPositive }: SequencePlan): SequenceView {
  return {
    id,
    campaign_id: campaignId,
    steps: steps.map((step) => ({
      template_type: step.templateType,
      delay_days: step.delayDays,
      business_days: step.businessDays,
      thread: step.thread,
    })),
    window,
    on_positive: onPositive,
  };
}
