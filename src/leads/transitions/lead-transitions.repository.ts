import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';
import type { Lead, LeadStatus } from '../lead.entity.js';
import type { LeadTransition } from './lead-transition.entity.js';

/** A lead, her row locked until the transaction ends. */
export type LockedLead = Pick<Lead, 'id' | 'email' | 'status' | 'last_contacted_at'>;

/** An event that was not taken back. */
export type StandingTransition = Pick<LeadTransition, 'id' | 'cause' | 'asked_status' | 'evidence'>;

export type NewTransition = Pick<
  LeadTransition,
  | 'lead_id'
  | 'cause'
  | 'asked_status'
  | 'from_status'
  | 'to_status'
  | 'evidence'
  | 'campaign_id'
  | 'occurred_at'
>;

@Injectable()
export class LeadTransitionsRepository {
  /** Those of the ids that some lead has, by id. */
  async lock(tx: Transaction, leadIds: readonly number[]): Promise<LockedLead[]> {
    return tx.query<LockedLead>(
      `SELECT id, email, status, last_contacted_at FROM cam_leads WHERE id = ANY($1)
        ORDER BY id FOR NO KEY UPDATE`,
      [leadIds],
    );
  }

  /** The leads that the evidence moved, or could have, unless that was taken back. */
  async findLeadsOf(tx: Transaction, evidence: string): Promise<number[]> {
    const rows = await tx.query<{ lead_id: number }>(
      `SELECT DISTINCT lead_id FROM cam_lead_transitions WHERE evidence = $1 AND undone_at IS NULL`,
      [evidence],
    );
    return rows.map(({ lead_id }) => lead_id);
  }

  /** In the order in which they were recorded. */
  async findStanding(tx: Transaction, leadId: number): Promise<StandingTransition[]> {
    return tx.query<StandingTransition>(
      `SELECT id, cause, asked_status, evidence FROM cam_lead_transitions
        WHERE lead_id = $1 AND undone_at IS NULL ORDER BY id`,
      [leadId],
    );
  }

  /** Her status before the first event that was ever recorded; null: none was. */
  async findFirstStatus(tx: Transaction, leadId: number): Promise<LeadStatus | null> {
    const [first] = await tx.query<{ from_status: LeadStatus }>(
      'SELECT from_status FROM cam_lead_transitions WHERE lead_id = $1 ORDER BY id LIMIT 1',
      [leadId],
    );
    return first?.from_status ?? null;
  }

  async insert(tx: Transaction, transition: NewTransition): Promise<void> {
    await tx.query(
      `INSERT INTO cam_lead_transitions (
         lead_id, cause, asked_status, from_status, to_status, evidence, campaign_id, occurred_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        transition.lead_id,
        transition.cause,
        transition.asked_status,
        transition.from_status,
        transition.to_status,
        transition.evidence,
        transition.campaign_id,
        transition.occurred_at,
      ],
    );
  }

  async undo(tx: Transaction, ids: readonly number[], by: string): Promise<void> {
    await tx.query(
      `UPDATE cam_lead_transitions SET undone_at = cam_now(), undone_by = $2 WHERE id = ANY($1)`,
      [ids, by],
    );
  }

  async setStatus(tx: Transaction, leadId: number, status: LeadStatus): Promise<void> {
    await tx.query('UPDATE cam_leads SET status = $2, updated_at = cam_now() WHERE id = $1', [
      leadId,
      status,
    ]);
  }
}
