import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import type { Decision } from './entities/decision.entity.js';

export type NewDecision = Omit<Decision, 'id' | 'decided_at'>;

/** What a rule said last of a campaign. */
export interface LastDecision extends Pick<
  Decision,
  'rule' | 'verdict' | 'applied' | 'numerator' | 'denominator'
> {
  /** It was stored so long ago that new numbers are worth a row. */
  readonly is_old: boolean;
}

/** Seconds from one review of a campaign to the next one, whatever number of replicas looks. */
const REVIEW_SECONDS = 30;

/** Hours in which a campaign can look better or worse without any news: longer than every window of the rules. */
const AGEING_HOURS = 192;

const REVIEWED_BEFORE = `reviewed_at <= cam_now() - ${REVIEW_SECONDS} * interval '1 second'`;

/** Whose turn it is to judge which campaign, and what was decided. */
@Injectable()
export class DecisionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Campaigns of which something was counted since their last review, and active ones of which a full hour has passed
   * that may have made leads old enough, or mails too old, to count.
   */
  async findDue(): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>(
      `SELECT c.id
         FROM cam_campaigns AS c LEFT JOIN cam_decision_turns AS t ON t.campaign_id = c.id
        WHERE (t.reviewed_at IS NULL OR t.${REVIEWED_BEFORE})
          AND (EXISTS (SELECT FROM cam_metric_deltas AS d WHERE d.campaign_id = c.id)
               OR (c.status = 'ACTIVE'
                   AND COALESCE(t.reviewed_at, '-infinity') < date_trunc('hour', cam_now(), 'UTC')
                   AND EXISTS (
                     SELECT FROM cam_metric_hours AS h
                      WHERE h.campaign_id = c.id
                        AND h.hour > COALESCE(t.reviewed_at, '-infinity') - ${AGEING_HOURS} * interval '1 hour')))
        ORDER BY c.id`,
    );
    return rows.map(({ id }) => id);
  }

  /** Waits until nobody else counts or judges the campaign, and keeps it so until the transaction ends. */
  async awaitTurn(tx: Transaction, campaignId: number): Promise<void> {
    await addTurn(tx, campaignId);
    await tx.query('SELECT FROM cam_decision_turns WHERE campaign_id = $1 FOR UPDATE', [campaignId]);
  }

  /** {@link awaitTurn} without waiting. @returns false when another replica is at it, or has just been */
  async takeTurn(tx: Transaction, campaignId: number): Promise<boolean> {
    await addTurn(tx, campaignId);
    const rows = await tx.query(
      `SELECT FROM cam_decision_turns WHERE campaign_id = $1 AND ${REVIEWED_BEFORE} FOR UPDATE SKIP LOCKED`,
      [campaignId],
    );
    return rows.length > 0;
  }

  async noteReview(tx: Transaction, campaignId: number): Promise<void> {
    await tx.query('UPDATE cam_decision_turns SET reviewed_at = cam_now() WHERE campaign_id = $1', [
      campaignId,
    ]);
  }

  async findLast(tx: Transaction, campaignId: number, rules: readonly string[]): Promise<LastDecision[]> {
    return tx.query<LastDecision>(
      `SELECT d.* FROM unnest($2::text[]) AS r (rule) CROSS JOIN LATERAL (
         SELECT rule, verdict, applied, numerator, denominator,
                decided_at <= cam_now() - interval '1 hour' AS is_old
           FROM cam_decisions WHERE campaign_id = $1 AND rule = r.rule ORDER BY id DESC LIMIT 1) AS d`,
      [campaignId, rules],
    );
  }

  async insert(tx: Transaction, decision: NewDecision): Promise<Decision> {
    const [row] = await tx.query<Decision>(
      `INSERT INTO cam_decisions (campaign_id, rule, rule_version, verdict, applied, numerator, denominator, rate, low,
                                  high, threshold, reason, window_started_at, asked_by, metrics)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING *`,
      [
        decision.campaign_id,
        decision.rule,
        decision.rule_version,
        decision.verdict,
        decision.applied,
        decision.numerator,
        decision.denominator,
        decision.rate,
        decision.low,
        decision.high,
        decision.threshold,
        decision.reason,
        decision.window_started_at,
        decision.asked_by,
        JSON.stringify(decision.metrics),
      ],
    );
    if (row === undefined) throw new Error('The new decision has no row');
    return row;
  }
}

async function addTurn(tx: Transaction, campaignId: number): Promise<void> {
  await tx.query('INSERT INTO cam_decision_turns (campaign_id) VALUES ($1) ON CONFLICT DO NOTHING', [
    campaignId,
  ]);
}
