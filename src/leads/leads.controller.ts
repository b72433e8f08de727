import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CampaignIdParam } from '../campaigns/dto/campaign.dto.js';
import { DomainError } from '../common/domain-error.js';
import { paginate } from '../http/paginate.js';
import {
  LeadIdParam,
  LeadImportResult,
  LeadInput,
  LeadsQuery,
  LeadView,
  UpdateLeadDto,
} from './dto/lead.dto.js';
import { MAX_LEAD_ROWS, readLeadCsv } from './lead-rows.js';
import { leadNotFound, LeadsService } from './leads.service.js';
import { LeadsReadModel } from './leads.view.js';

const IMPORT_SCHEMA = {
  type: 'object',
  required: ['leads'],
  properties: {
    leads: { type: 'array', maxItems: MAX_LEAD_ROWS, items: { $ref: getSchemaPath(LeadInput) } },
  },
};

@ApiTags('leads')
@Controller()
export class LeadsController {
  constructor(
    private readonly leads: LeadsService,
    private readonly view: LeadsReadModel,
  ) {}

  @Post('campaigns/:id/leads')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Import people into a campaign: JSON, or CSV with a header row',
    description: 'Sound rows are imported, the others are named. Unknown CSV columns become attributes.',
  })
  @ApiExtraModels(LeadInput)
  @ApiConsumes('application/json', 'text/csv')
  @ApiBody({ schema: IMPORT_SCHEMA })
  @ApiOkResponse({ type: LeadImportResult })
  async import(@Param() { id }: CampaignIdParam, @Body() body: unknown): Promise<LeadImportResult> {
    return this.leads.import(id, typeof body === 'string' ? readLeadCsv(body) : rowsOf(body));
  }

  @Get('leads')
  @ApiOperation({ summary: 'List leads, newest first' })
  @ApiOkResponse({ type: [LeadView] })
  async list(
    @Query() query: LeadsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LeadView[]> {
    return paginate(request, reply, query, (limit, beforeId) => this.view.list(query, limit, beforeId));
  }

  @Get('leads/:id')
  @ApiOperation({ summary: 'Read a lead' })
  @ApiOkResponse({ type: LeadView })
  async get(@Param() { id }: LeadIdParam): Promise<LeadView> {
    const lead = await this.view.find(id);
    if (lead === null) throw leadNotFound(id);
    return lead;
  }

  @Patch('leads/:id')
  @ApiOperation({ summary: 'Change a lead; what is left out stays' })
  @ApiOkResponse({ type: LeadView })
  async update(
    @Param() params: LeadIdParam,
    @Body() body: UpdateLeadDto,
    @Req() request: FastifyRequest,
  ): Promise<LeadView> {
    await this.leads.update(params.id, body, request.apiKeyName);
    return this.get(params);
  }
}

/** The rows are checked one by one later: a bad one must not keep the others out. */
function rowsOf(body: unknown): readonly unknown[] {
  const { leads, ...others } = Object(body) as Record<string, unknown>;
  const unknown = Object.keys(others).map((field) => ({
    field,
    code: 'unknown_property',
    detail: 'There is no such property.',
  }));
  const isList = Array.isArray(leads) && leads.length <= MAX_LEAD_ROWS;
  const errors = isList
    ? unknown
    : [
        ...unknown,
        { field: 'leads', code: 'wrong_type', detail: `Must be a list of at most ${MAX_LEAD_ROWS} leads.` },
      ];
  if (errors.length > 0) {
    throw new DomainError('invalid_request', 'The body is not a list of leads.', { errors });
  }
  return leads as readonly unknown[];
}
