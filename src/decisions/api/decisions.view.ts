import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { DecisionView } from './dto/decision.dto.js';

@Injectable()
export class DecisionsReadModel {
  constructor(private readonly database: Database) {}

  /** Newest first, below `beforeId`. */
  async list(campaignId: number, limit: number, beforeId: number | null): Promise<DecisionView[]> {
    return this.database.query<DecisionView>(
      `SELECT id, campaign_id, decided_at, rule, rule_version, verdict, applied, numerator, denominator, rate, low, high,
              threshold, reason, window_started_at, asked_by, metrics
         FROM cam_decisions
        WHERE campaign_id = $1 AND ($3::integer IS NULL OR id < $3)
        ORDER BY id DESC LIMIT $2`,
      [campaignId, limit, beforeId],
    );
  }
}
