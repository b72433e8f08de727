import { Injectable } from '@nestjs/common';
import type { CampaignStatus } from '../../campaigns/campaign.entity.js';
import type { Transaction } from '../../database/database.js';
import type { LeadStatus } from '../../leads/lead.entity.js';
import { findSuppressed } from '../../suppressions/find-suppressed.js';

/** What may stop a mail, as it is until the transaction ends. */
export interface LockedStops {
  readonly campaigns: ReadonlyMap<number, LockedCampaign>;
  readonly leads: ReadonlyMap<number, LockedLead>;
  /** Those of the addresses asked about that must get no mail. */
  readonly suppressed: ReadonlySet<string>;
}

export interface LockedCampaign {
  readonly status: CampaignStatus;
  /** Its own mails per day; null: no cap. */
  readonly cap: number | null;
}

export interface LockedLead {
  readonly status: LeadStatus;
  /** When she last wrote herself. */
  readonly lastRepliedAt: Date | null;
}

interface StopRow {
  kind: 'campaign' | 'lead' | 'fence';
  id: number;
  status: string;
  cap: number | null;
  replied_at: Date | null;
}

/**
 * Where a stop and a mail meet: on the rows of campaign and lead, and for addresses on the fence of the suppressions.
 * Whoever commits first wins, and the other one sees it. A stop updates the row, so it waits for every accept and claim
 * under way, and none commits after it unseen.
 */
@Injectable()
export class StopsRepository {
  /**
   * Locks campaigns, then leads, each by ascending id, then the fence. A row that does not exist is missing in the
   * answer.
   */
  async lock(
    tx: Transaction,
    campaignIds: readonly number[],
    leadIds: readonly number[],
    addresses: readonly string[],
  ): Promise<LockedStops> {
    const rows = await tx.query<StopRow>(
      `WITH campaigns AS MATERIALIZED (
         SELECT id, status, max_emails_per_day FROM cam_campaigns WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
       ), leads AS MATERIALIZED (
         SELECT id, status, last_replied_at FROM cam_leads WHERE id = ANY($2) AND (SELECT count(*) FROM campaigns) >= 0
          ORDER BY id FOR SHARE
       ), fence AS MATERIALIZED (
         SELECT FROM cam_suppression_fence WHERE (SELECT count(*) FROM leads) >= 0 FOR SHARE
       )
       SELECT 'campaign' AS kind, id, status, max_emails_per_day AS cap, NULL::timestamptz AS replied_at FROM campaigns
       UNION ALL
       SELECT 'lead', id, status, NULL, last_replied_at FROM leads
       UNION ALL
       SELECT 'fence', 0, '', NULL, NULL FROM fence`,
      [campaignIds, leadIds],
    );
    const campaigns = rows.filter(({ kind }) => kind === 'campaign');
    const leads = rows.filter(({ kind }) => kind === 'lead');
    return {
      campaigns: new Map(
        campaigns.map(({ id, status, cap }) => [id, { status: status as CampaignStatus, cap }]),
      ),
      leads: new Map(
        leads.map(({ id, status, replied_at: lastRepliedAt }) => [
          id,
          { status: status as LeadStatus, lastRepliedAt },
        ]),
      ),
      // A statement of its own: its snapshot is younger than the lock on the fence.
      suppressed: await findSuppressed(tx, addresses),
    };
  }
}
