import { ApiProperty } from '@nestjs/swagger';
import type { CampaignStatus } from '../../campaigns/campaign.entity.js';

export class BlockerView {
  @ApiProperty({ description: 'A code of `GET leads/:id/explain`.', example: 'CAP_DAY' })
  code: string;

  @ApiProperty({ description: 'For people.', example: "Today's mails of the campaign are used up." })
  detail: string;

  @ApiProperty({ type: 'integer', description: 'Mails that exist and that it keeps.', example: 120 })
  emails: number;

  @ApiProperty({
    type: 'integer',
    description: 'Leads whose next step, not made yet, it keeps.',
    example: 40,
  })
  leads: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the first of them may be free of it; null: when somebody acts, or never.',
  })
  next_possible_at: Date | null;
}

export class BlockersView {
  @ApiProperty({ type: 'integer', example: 1 })
  campaign_id: number;

  @ApiProperty({ enum: ['ACTIVE', 'PAUSED'] })
  status: CampaignStatus;

  @ApiProperty({ type: String, format: 'date-time', description: "The database's time of this answer." })
  explained_at: Date;

  @ApiProperty({
    type: [BlockerView],
    description: 'A mail or lead that two things keep counts for both. Empty: nothing keeps anything.',
  })
  blockers: BlockerView[];
}
