import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { OnPositive } from './enrolment-states.js';
import { type SequencePlan, type SequenceStepPlan, type WindowColumns, windowOf } from './sequence-plan.js';

interface SequenceRow extends WindowColumns {
  id: number;
  campaign_id: number;
  on_positive: OnPositive;
  steps: SequenceStepPlan[];
}

/** Enrolments that one statement makes due: a campaign may have more than it has the time for. */
const MOST_TOGETHER = 10_000;

@Injectable()
export class SequencesRepository {
  constructor(private readonly database: Database) {}

  async find(campaignIds: readonly number[]): Promise<SequencePlan[]> {
    const rows = await this.database.query<SequenceRow>(
      `SELECT s.id, s.campaign_id, s.window_days, s.window_from, s.window_to, s.on_positive,
              (SELECT jsonb_agg(jsonb_build_object('templateType', t.template_type, 'delayDays', t.delay_days,
                                                   'businessDays', t.business_days, 'thread', t.thread)
                                ORDER BY t.position)
                 FROM cam_sequence_steps AS t WHERE t.sequence_id = s.id) AS steps
         FROM cam_sequences AS s WHERE s.campaign_id = ANY($1)`,
      [campaignIds],
    );
    return rows.map(planOf);
  }

  /** Puts the sequence in the place of the one before; every live enrolment of the campaign is to be looked at again. */
  async replace(campaignId: number, plan: Omit<SequencePlan, 'id' | 'campaignId'>): Promise<void> {
    const { window, onPositive, steps } = plan;
    await this.database.transaction(async (tx) => {
      // Before the sequence, as whoever changes the campaign's time zone does.
      await tx.query('SELECT FROM cam_campaigns WHERE id = $1 FOR NO KEY UPDATE', [campaignId]);
      const [sequence] = await tx.query<{ id: number }>(
        `INSERT INTO cam_sequences AS s (campaign_id, window_days, window_from, window_to, on_positive, replan_after)
         VALUES ($1, $2, $3, $4, $5, 0)
         ON CONFLICT (campaign_id) DO UPDATE
            SET window_days = EXCLUDED.window_days, window_from = EXCLUDED.window_from,
                window_to = EXCLUDED.window_to, on_positive = EXCLUDED.on_positive, replan_after = 0,
                updated_at = cam_now()
         RETURNING id`,
        [campaignId, window?.days ?? null, window?.from ?? null, window?.to ?? null, onPositive],
      );
      if (sequence === undefined) throw new Error('The sequence has no row');
      await tx.query('DELETE FROM cam_sequence_steps WHERE sequence_id = $1', [sequence.id]);
      await tx.query(
        `INSERT INTO cam_sequence_steps (sequence_id, position, template_type, delay_days, business_days, thread)
         SELECT $1, position, template_type, delay_days, business_days, thread
           FROM unnest($2::text[], $3::integer[], $4::boolean[], $5::text[])
                WITH ORDINALITY AS step (template_type, delay_days, business_days, thread, position)`,
        [
          sequence.id,
          steps.map(({ templateType }) => templateType),
          steps.map(({ delayDays }) => delayDays),
          steps.map(({ businessDays }) => businessDays),
          steps.map(({ thread }) => thread),
        ],
      );
    });
  }

  /** Campaigns with live enrolments that are to be looked at again. */
  async findToReplan(): Promise<number[]> {
    const rows = await this.database.query<{ campaign_id: number }>(
      'SELECT campaign_id FROM cam_sequences WHERE replan_after IS NOT NULL ORDER BY campaign_id',
    );
    return rows.map((row) => row.campaign_id);
  }

  /**
   * Makes up to ten thousand of them due, and overtakes whoever decides on the old plan. Who calls at the same time waits.
   *
   * @returns whether there may be more
   */
  async replanSome(campaignId: number): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [sequence] = await tx.query<{ replan_after: number | null }>(
        'SELECT replan_after FROM cam_sequences WHERE campaign_id = $1 FOR NO KEY UPDATE',
        [campaignId],
      );
      const after = sequence?.replan_after ?? null;
      if (after === null) return false;
      const [live] = await tx.query<{ count: number; last_id: number | null }>(
        `WITH live AS MATERIALIZED (
           SELECT id FROM cam_enrolments
            WHERE campaign_id = $1 AND id > $2 AND status IN ('ACTIVE', 'POSTPONED')
            ORDER BY id LIMIT ${MOST_TOGETHER} FOR NO KEY UPDATE
         ), woken AS (
           UPDATE cam_enrolments AS e SET look_at = cam_now(), hold_code = NULL, version = e.version + 1
             FROM live WHERE e.id = live.id
         )
         SELECT count(*)::integer AS count, max(id) AS last_id FROM live`,
        [campaignId, after],
      );
      const next = live?.count === MOST_TOGETHER ? live.last_id : null;
      await tx.query('UPDATE cam_sequences SET replan_after = $2 WHERE campaign_id = $1', [campaignId, next]);
      return next !== null;
    });
  }
}

function planOf(row: SequenceRow): SequencePlan {
  return {
    id: row.id,
    campaignId: row.campaign_id,
    steps: row.steps,
    window: windowOf(row),
    onPositive: row.on_positive,
  };
}
