import { ApiProperty } from '@nestjs/swagger';

export class CapView {
  @ApiProperty({ type: 'integer', nullable: true, description: 'null: no cap.', example: 500 })
  cap: number | null;

  @ApiProperty({ type: 'integer', example: 3 })
  used: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'null: no cap.', example: 497 })
  left: number | null;
}

export class CampaignCapView extends CapView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;
}

export class CapacityView {
  @ApiProperty({ type: String, format: 'date-time', description: 'The midnight at which the day ends.' })
  resets_at: Date;

  @ApiProperty({ type: CapView })
  global: CapView;

  @ApiProperty({ type: [CampaignCapView] })
  campaigns: CampaignCapView[];
}
