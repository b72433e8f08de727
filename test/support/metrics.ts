import { CampaignMetricsReadModel } from '../../src/decisions/api/campaign-metrics.view.js';
import type { Counters } from '../../src/decisions/metrics/counters.js';
import { MetricsRepository } from '../../src/decisions/metrics/metrics.repository.js';
import { insertRow } from './factories.js';
import type { TestDatabase } from './test-database.js';

/** Counts of a campaign as callers of the API see them. */
export async function metricsOf(db: TestDatabase, campaignId: number): Promise<Counters> {
  const counted = await new CampaignMetricsReadModel(db.database).find(campaignId);
  if (counted === null) throw new Error(`There is no campaign ${campaignId}`);
  const { computed_at, ...counters } = counted;
  return counters;
}

/** @returns how many changes it added up, at `most` so many */
export async function refreshMetrics(db: TestDatabase, campaignId: number, most = 100_000): Promise<number> {
  return db.database.transaction((tx) => new MetricsRepository().refresh(tx, campaignId, most));
}

/** An answer to a mail, or what the fields say. @returns its id */
export async function insertReply(
  db: Pick<TestDatabase, 'query'>,
  mail: { readonly id: number; readonly campaign_id: number; readonly lead_id: number },
  fields: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const uid = crypto.randomUUID();
  const row = await insertRow<{ id: number }>(db, 'cam_inbound_emails', {
    campaign_id: mail.campaign_id,
    lead_id: mail.lead_id,
    in_reply_to_outbound_email_id: mail.id,
    match_method: 'token',
    match_confidence: 1,
    provider: 'IMAP',
    provider_msg_uid: uid,
    identity_hash: uid.replaceAll('-', '').repeat(2),
    subject: 'Re: Hello',
    classification: 'NEUTRAL',
    classification_confidence: 0.5,
    classification_reason: 'no rule fired',
    classifier_version: '1',
    automatic: false,
    needs_review: false,
    received_at: '2026-01-06T09:30:00Z',
    ...fields,
  });
  return row.id;
}
