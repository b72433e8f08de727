import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { Counters } from '../metrics/counters.js';
import { CHANGES, COUNTED, PENDING, sumsOf } from '../metrics/metric-changes.js';

export interface CountedCampaign extends Counters {
  readonly computed_at: Date;
}

/** All that was ever counted of a campaign, as it is at this moment. */
@Injectable()
export class CampaignMetricsReadModel {
  constructor(private readonly database: Database) {}

  /** Null: there is no such campaign. */
  async find(campaignId: number): Promise<CountedCampaign | null> {
    const [row] = await this.database.query<CountedCampaign>(
      `WITH ${PENDING}, ${CHANGES}, ${COUNTED}
       SELECT totals.*, cam_now() AS computed_at
         FROM cam_campaigns AS c CROSS JOIN (SELECT ${sumsOf()} FROM counted) AS totals
        WHERE c.id = $1`,
      [campaignId],
    );
    return row ?? null;
  }
}
