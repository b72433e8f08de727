import { ApiProperty } from '@nestjs/swagger';
import { type Rule, RULES, type Verdict, VERDICTS } from '../../decision-rules-policy.js';
import { QueryIntegerField } from '../../../http/fields.js';
import { CountersView } from './campaign-metrics.dto.js';

export class CampaignIdParam {
  @QueryIntegerField({ description: 'Campaign.', example: 1 })
  id: number;
}

const share = (description: string) => ApiProperty({ description, minimum: 0, maximum: 1, example: 0.05 });

export class DecisionView {
  @ApiProperty({ type: 'integer', example: 1 })
  id: number;

  @ApiProperty({ type: 'integer', example: 1 })
  campaign_id: number;

  @ApiProperty({ type: String, format: 'date-time' })
  decided_at: Date;

  @ApiProperty({ enum: RULES })
  rule: Rule;

  @ApiProperty({ example: '1', description: 'Which rules and numbers these were.' })
  rule_version: string;

  @ApiProperty({ enum: VERDICTS })
  verdict: Verdict;

  @ApiProperty({
    description: 'It has paused the campaign: pausing by rules is on, and the campaign was not paused.',
  })
  applied: boolean;

  @ApiProperty({ type: 'integer', example: 3 })
  numerator: number;

  @ApiProperty({ type: 'integer', example: 60 })
  denominator: number;

  @share('numerator of denominator; 0 of nothing.')
  rate: number;

  @share('95 % interval of the rate, its lower end.')
  low: number;

  @share('Its upper end.')
  high: number;

  @ApiProperty({
    description: 'Where the gravest verdict of the rule begins: of COMPLAINT a number of mails, else a rate.',
    example: 0.05,
  })
  threshold: number;

  @ApiProperty({ description: 'For people.' })
  reason: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Older mail did not count; null: all of it did.',
  })
  window_started_at: Date | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Name of the API key of who asked, empty when the process has none; null: nobody did.',
  })
  asked_by: string | null;

  @ApiProperty({
    type: CountersView,
    description: 'Of the last seven days, or since the campaign was resumed.',
  })
  metrics: CountersView;
}
