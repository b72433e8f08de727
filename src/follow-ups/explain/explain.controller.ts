import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { LeadIdParam } from '../../leads/dto/lead.dto.js';
import { LeadExplanationView } from './explain.dto.js';
import { Explanations } from './explanations.service.js';

@ApiTags('explain')
@Controller()
export class ExplainController {
  constructor(private readonly explanations: Explanations) {}

  @Get('leads/:id/explain')
  @ApiOperation({
    summary: 'Say why a lead gets no mail now, and when she could',
    description: 'Answered by the functions that decide, without their locks.',
  })
  @ApiOkResponse({ type: LeadExplanationView })
  async explain(@Param() { id }: LeadIdParam): Promise<LeadExplanationView> {
    return this.explanations.explain(id);
  }
}
