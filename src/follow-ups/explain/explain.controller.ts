import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CampaignIdParam } from '../../campaigns/dto/campaign.dto.js';
import { LeadIdParam } from '../../leads/dto/lead.dto.js';
import { BlockersView } from './blockers.dto.js';
import { Blockers } from './blockers.service.js';
import { LeadExplanationView } from './explain.dto.js';
import { Explanations } from './explanations.service.js';

@ApiTags('explain')
@Controller()
export class ExplainController {
  constructor(
    private readonly explanations: Explanations,
    private readonly blockers: Blockers,
  ) {}

  @Get('leads/:id/explain')
  @ApiOperation({
    summary: 'Say why a lead gets no mail now, and when she could',
    description: 'Answered by the functions that decide, without their locks.',
  })
  @ApiOkResponse({ type: LeadExplanationView })
  async explain(@Param() { id }: LeadIdParam): Promise<LeadExplanationView> {
    return this.explanations.explain(id);
  }

  @Get('campaigns/:id/blockers')
  @ApiOperation({
    summary: 'Say what keeps the mail of a campaign from going now, in counts',
    description: 'Counted by the functions that decide, without their locks.',
  })
  @ApiOkResponse({ type: BlockersView })
  async findBlockers(@Param() { id }: CampaignIdParam): Promise<BlockersView> {
    return this.blockers.find(id);
  }
}
