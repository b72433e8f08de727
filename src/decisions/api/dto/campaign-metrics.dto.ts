import { ApiProperty } from '@nestjs/swagger';
import type { Counters } from '../../metrics/counters.js';
import type { Rates } from '../../metrics/rates.js';

const count = (description: string) => ApiProperty({ type: 'integer', description, example: 1 });
const rate = (description: string) => ApiProperty({ description, minimum: 0, maximum: 1, example: 0.12 });

export class IntervalView {
  @ApiProperty({ minimum: 0, maximum: 1, example: 0.08 })
  low: number;

  @ApiProperty({ minimum: 0, maximum: 1, example: 0.17 })
  high: number;
}

const interval = () =>
  ApiProperty({ type: IntervalView, description: '95 % interval of the rate (Wilson).' });

/** Simulated mail is in none of the numbers. */
export class CountersView implements Counters {
  @count('Mails that the provider accepted.')
  sent: number;

  @count('Mails that the provider says it has delivered.')
  delivered: number;

  @count('Mails that people wrote back: no out-of-office, no bounce.')
  replies: number;

  @count('Replies that are positive.')
  positive: number;

  @count('Replies that are negative.')
  negative: number;

  @count('Leads that a mail of the campaign made unsubscribe, unless that was taken back.')
  unsubscribed: number;

  @count('Out-of-office answers.')
  out_of_office: number;

  @count('Mails that came back for good, or that the provider kept back for an earlier bounce.')
  hard_bounces: number;

  @count('Mails that came back for the time being, each once.')
  soft_bounces: number;

  @count('Mails that were marked as spam.')
  complaints: number;

  @count('Leads that got at least one mail.')
  leads_mailed: number;

  @count('Those of them who answered.')
  leads_replied: number;
}

export class CampaignMetricsView extends CountersView implements Rates {
  @rate('leads_replied of leads_mailed; 0 of nothing, like every rate.')
  reply_rate: number;

  @interval()
  reply_rate_interval: IntervalView;

  @rate('positive of replies.')
  positive_rate: number;

  @interval()
  positive_rate_interval: IntervalView;

  @rate('hard_bounces of sent.')
  bounce_rate: number;

  @interval()
  bounce_rate_interval: IntervalView;

  @rate('complaints of sent.')
  complaint_rate: number;

  @interval()
  complaint_rate_interval: IntervalView;

  @rate('unsubscribed of sent.')
  unsubscribe_rate: number;

  @interval()
  unsubscribe_rate_interval: IntervalView;

  @ApiProperty({ type: String, format: 'date-time', description: 'The numbers are those of this moment.' })
  computed_at: Date;
}
