import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CapacityView } from './capacity.dto.js';
import { CapacityReadModel } from './capacity.view.js';

@ApiTags('sending')
@Controller('capacity')
export class CapacityController {
  constructor(private readonly capacity: CapacityReadModel) {}

  @Get()
  @ApiOperation({ summary: "What is left of today's caps" })
  @ApiOkResponse({ type: CapacityView })
  async read(): Promise<CapacityView> {
    return this.capacity.read();
  }
}
