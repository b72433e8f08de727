import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import type { OnPositive } from './enrolment-states.js';
import { type SequencePlan, type SequenceStepPlan, type WindowColumns, windowOf } from './sequence-plan.js';

interface SequenceRow extends WindowColumns {
  id: number;
  campaign_id: number;
  on_positive: OnPositive;
  steps: SequenceStepPlan[];
}

/** Enrolments that one statement has looked at again: a campaign may have more than one has the time for. */
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

  /**
   * Puts the sequence in the place of the one before, and has every live enrolment of the campaign looked at again: once
   * it has returned, no step is stored that was decided on the one before. Repeat it when it fails.
   */
  async replace(campaignId: number, plan: Omit<SequencePlan, 'id' | 'campaignId'>): Promise<void> {
    const { window, onPositive, steps } = plan;
    let lastId = await this.database.transaction(async (tx) => {
      const [sequence] = await tx.query<{ id: number }>(
        `INSERT INTO cam_sequences AS s (campaign_id, window_days, window_from, window_to, on_positive)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (campaign_id) DO UPDATE
            SET window_days = EXCLUDED.window_days, window_from = EXCLUDED.window_from,
                window_to = EXCLUDED.window_to, on_positive = EXCLUDED.on_positive, updated_at = cam_now()
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
      return lookAgain(tx, campaignId, 0);
    });
    while (lastId !== null) {
      const afterId = lastId;
      lastId = await this.database.transaction((tx) => lookAgain(tx, campaignId, afterId));
    }
  }
}

/** @returns the last of the enrolments that it took; null: there are no more after them */
async function lookAgain(tx: Transaction, campaignId: number, afterId: number): Promise<number | null> {
  const [taken] = await tx.query<{ count: number; last_id: number | null }>(
    `WITH live AS MATERIALIZED (
       SELECT id FROM cam_enrolments
        WHERE campaign_id = $1 AND id > $2 AND status IN ('ACTIVE', 'POSTPONED')
        ORDER BY id LIMIT ${MOST_TOGETHER} FOR NO KEY UPDATE
     ), woken AS (
       UPDATE cam_enrolments AS e SET look_at = cam_now(), hold_code = NULL, version = e.version + 1
         FROM live WHERE e.id = live.id
     )
     SELECT count(*)::integer AS count, max(id) AS last_id FROM live`,
    [campaignId, afterId],
  );
  return taken?.count === MOST_TOGETHER ? taken.last_id : null;
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
