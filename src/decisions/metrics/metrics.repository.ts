import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import { COUNTERS, type Counters } from './counters.js';
import { CHANGES, COUNTED, COUNTER_COLUMNS, PENDING, sumsOf } from './metric-changes.js';

/** What the rules need to know of a campaign. */
export interface CampaignEvidence {
  readonly isActive: boolean;
  /** Mail of the full hours of the last seven days; none that is older than the last resume. */
  readonly window: Counters;
  readonly windowStartedAt: Date;
  /** The first full hour after the last resume; null: the campaign was never resumed. */
  readonly judgedFrom: Date | null;
  /** Leads whose first mail is at least 72 hours old, and no older than the last resume. */
  readonly matureLeads: number;
  readonly matureLeadsReplied: number;
  /** Of all campaigns, in the same window. */
  readonly accountSent: number;
  readonly accountHardBounces: number;
}

/** Hours of mail that the rules look at; longer than a week of which the clocks change. */
const WINDOW_HOURS = 168;

/** Hours that a lead has to answer before she counts as one who did not. */
const ANSWER_HOURS = 72;

/** SQL: the instant, or the next one at which an hour begins. */
function nextFullHour(instant: string): string {
  return `date_trunc('hour', ${instant} + interval '1 hour' - interval '1 microsecond', 'UTC')`;
}

/** The counts of campaigns. Only who holds a campaign's turn may refresh them. */
@Injectable()
export class MetricsRepository {
  /**
   * Adds what has changed to the hours, the oldest changes first.
   *
   * @param most changes; a backlog is worked off in several transactions, none of which takes too long
   * @returns how many changes it added
   */
  async refresh(tx: Transaction, campaignId: number, most: number): Promise<number> {
    const [row] = await tx.query<{ changes: number }>(
      `WITH delta AS (
         DELETE FROM cam_metric_deltas
          WHERE campaign_id = $1 AND id <= (
            SELECT max(id) FROM (
              SELECT id FROM cam_metric_deltas WHERE campaign_id = $1 ORDER BY id LIMIT $2) AS oldest)
         RETURNING lead_id, fact, hour, change
       ), ${CHANGES}, hours AS (
         INSERT INTO cam_metric_hours AS h (campaign_id, hour, ${COUNTER_COLUMNS})
         SELECT $1, hour, ${COUNTER_COLUMNS} FROM news
         ON CONFLICT (campaign_id, hour) DO UPDATE
            SET ${COUNTERS.map((name) => `${name} = h.${name} + EXCLUDED.${name}`).join(', ')}
       ), leads AS (
         INSERT INTO cam_metric_leads AS l
                (campaign_id, lead_id, first_mailed_hour, replied, unsubscribed_hour, looked_up)
         SELECT $1, lead_id, first_mailed_hour, replied, unsubscribed_hour, looked_up FROM person
          WHERE looked_up OR first_mailed_hour IS DISTINCT FROM old_first_mailed_hour
         ON CONFLICT (campaign_id, lead_id) DO UPDATE
            SET first_mailed_hour = EXCLUDED.first_mailed_hour, replied = EXCLUDED.replied,
                unsubscribed_hour = EXCLUDED.unsubscribed_hour, looked_up = EXCLUDED.looked_up
       )
       SELECT count(*)::integer AS changes FROM delta`,
      [campaignId, most],
    );
    return row?.changes ?? 0;
  }

  /** Also of changes that no refresh has added yet; of other campaigns only of those that one has. */
  async findEvidence(tx: Transaction, campaignId: number): Promise<CampaignEvidence | null> {
    const [row] = await tx.query<EvidenceRow>(
      `WITH campaign AS MATERIALIZED (
         SELECT status = 'ACTIVE' AS is_active, ${nextFullHour('resumed_at')} AS judged_from,
                ${nextFullHour(`GREATEST(resumed_at, cam_now() - $2 * interval '1 hour')`)} AS window_started_at
           FROM cam_campaigns WHERE id = $1
       ), ${PENDING}, ${CHANGES}, ${COUNTED}, own AS (
         SELECT ${sumsOf('hour >= window_started_at')},
                COALESCE(sum(leads_mailed) FILTER (WHERE mature), 0)::integer AS mature_leads,
                COALESCE(sum(leads_replied) FILTER (WHERE mature), 0)::integer AS mature_leads_replied
           FROM (SELECT counted.*, window_started_at,
                        hour >= COALESCE(judged_from, '-infinity') AND hour <= cam_now() - ($3 + 1) * interval '1 hour' AS mature
                   FROM counted, campaign) AS judged
       ), others AS (
         SELECT COALESCE(sum(sent), 0)::integer AS other_sent,
                COALESCE(sum(hard_bounces), 0)::integer AS other_hard_bounces
           FROM cam_metric_hours
          WHERE campaign_id <> $1 AND hour >= (SELECT window_started_at FROM campaign)
       )
       SELECT campaign.is_active, campaign.judged_from, campaign.window_started_at, own.*, others.* FROM campaign, own, others`,
      [campaignId, WINDOW_HOURS, ANSWER_HOURS],
    );
    if (row === undefined) return null;
    const {
      is_active: isActive,
      judged_from: judgedFrom,
      window_started_at: windowStartedAt,
      mature_leads: matureLeads,
      mature_leads_replied: matureLeadsReplied,
      other_sent: otherSent,
      other_hard_bounces: otherHardBounces,
      ...window
    } = row;
    return {
      isActive,
      window,
      windowStartedAt,
      judgedFrom,
      matureLeads,
      matureLeadsReplied,
      accountSent: window.sent + otherSent,
      accountHardBounces: window.hard_bounces + otherHardBounces,
    };
  }
}

interface EvidenceRow extends Counters {
  readonly is_active: boolean;
  readonly judged_from: Date | null;
  readonly window_started_at: Date;
  readonly mature_leads: number;
  readonly mature_leads_replied: number;
  readonly other_sent: number;
  readonly other_hard_bounces: number;
}
